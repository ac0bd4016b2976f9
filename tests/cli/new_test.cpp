// Installs the built program to a folder of its own, lets it write plugin projects there, and
// builds, tests and loads them as an author would.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/process.hpp"
#include "support/safetensors.hpp"
#include "support/sanitized.hpp"
#include "support/temp_dir.hpp"
#include "toys.hpp"

namespace kindred {
namespace {

namespace fs = std::filesystem;
using support::RunOptions;
using support::TempDir;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Runs a command that must succeed, with an environment free of settings that change builds.
std::string must(std::vector<std::string> command) {
  RunOptions options;
  options.environment = {
      {"KINDRED_PLUGIN_PATH", std::nullopt}, {"CXXFLAGS", std::nullopt}, {"DESTDIR", std::nullopt}};
  options.timeout = std::chrono::seconds(400);
  const std::string program = command[0] + " " + command[1];
  const auto result = support::runCommand(std::move(command), options);
  EXPECT_EQ(result.exit_code, 0) << program << '\n' << result.out << result.err;
  return result.out;
}

std::vector<std::string> filesIn(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

// Projects of every kind and the examples, all in one build: compiling is what takes the time.
class NewProjects {
 public:
  NewProjects() {
    must({KINDRED_CMAKE, "--install", KINDRED_BUILD_DIR, "--prefix", prefix_.string()});
    for (const auto& [kind, name] : kProjects) {
      const std::string said = must({kindred(), "new", kind, name, "--into", temp_.text()});
      EXPECT_THAT(said, HasSubstr("-DCMAKE_PREFIX_PATH=" + prefix_.string()));
    }
    fs::copy(KINDRED_SOURCE_DIR "/docs/examples", temp_.path(), fs::copy_options::recursive);
    temp_.write("CMakeLists.txt",
                "cmake_minimum_required(VERSION 3.20)\nproject(all LANGUAGES CXX)\n"
                "enable_testing()\nset(KINDRED_PLUGIN_DIR ${CMAKE_BINARY_DIR}/plugins)\n"
                "foreach(each relative-error disk layer-order unit-lengths row-cosines "
                "ledger down-matching depth-trend stable-rank)\n  "
                "add_subdirectory(${each})\nendforeach()\n");
    must({KINDRED_CMAKE, "-G", KINDRED_GENERATOR, "-S", temp_.text(), "-B", built().string(),
          "-DCMAKE_BUILD_TYPE=Unoptimised", "-DCMAKE_PREFIX_PATH=" + prefix_.string(),
          std::string("-DCMAKE_CXX_COMPILER=") + KINDRED_CXX,
          "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion "
          "-Werror"});
    must({KINDRED_CMAKE, "--build", built().string(), "--parallel"});
  }

  std::string kindred() const { return (prefix_ / "bin/kindred").string(); }
  fs::path built() const { return temp_ / "build"; }
  std::string plugins() const { return (built() / "plugins").string(); }
  const TempDir& folder() const { return temp_; }

 private:
  static constexpr std::pair<const char*, const char*> kProjects[] = {
      {"metric", "relative-error"},    {"source", "disk"},        {"test", "layer-order"},
      {"matrix-test", "unit-lengths"}, {"survey", "row-cosines"}, {"format", "ledger"}};

  TempDir temp_;
  fs::path prefix_ = temp_ / "prefix";
};

std::string recipeOf(const TempDir& dir) {
  return "kindred: 1\n"
         "title: new plugins at work\n"
         "sources:\n"
         "  disk: {plugin: disk, root: '" +
         dir.text() +
         "'}\n"
         "  folders: {plugin: local-mmap, root: '" +
         dir.text() +
         "'}\n"
         "models:\n"
         "  x: disk:x.safetensors\n"
         "  y: disk:y.safetensors\n"
         "  a: folders:a\n"
         "  b: folders:b\n"
         "  stranger: folders:c\n"
         "steps:\n"
         "  - name: step\n"
         "    compare: [x, y]\n"
         "    metrics: [{plugin: relative-error, power: 2}]\n"
         "  - {name: lengths, compare: [a, b], test: {plugin: unit-lengths}}\n"
         "  - {name: downs, compare: [a, b], test: {plugin: down-matching}}\n"
         "  - {name: other-downs, compare: [a, stranger], test: {plugin: down-matching}}\n"
         "  - {name: norms, compare: [a, b], pair: all-layers, metrics: [cosine],\n"
         "     select: ['model.layers.{layer}.input_layernorm.weight']}\n"
         "  - {name: order, test: {plugin: layer-order, of: norms.cosine}}\n"
         "  - {name: trend, test: {plugin: depth-trend, of: norms.cosine}}\n"
         "  - {name: ranks, compare: [a, b], survey: {plugin: stable-rank},\n"
         "     select: ['model.layers.{layer}.mlp.up_proj.weight']}\n"
         "  - {name: rows, compare: [a, b], survey: {plugin: row-cosines},\n"
         "     select: ['model.layers.{layer}.mlp.up_proj.weight']}\n"
         "expect:\n"
         "  - {figure: step.relative-error.mean, at-least: 4.33}\n"
         "  - {figure: lengths.log10_p, at-most: -4}\n"
         "  - {figure: downs.log10_p, at-most: -100}\n"
         "  - {figure: other-downs.log10_p, at-least: -4}\n"
         "  - {figure: order.statistic, equals: 2}\n"
         "  - {figure: ranks.stable-rank.min, at-least: 2}\n"
         "  - {figure: rows.row-cosines.min, at-least: 0.9}\n";
}

TEST(NewProjects, OfEveryKindBuildAgainstTheInstalledSdkPassTheirTestsAndWorkInARecipe) {
  if (support::kSanitized) GTEST_SKIP() << "guests would have to be built as the program is";
  const NewProjects projects;
  const TempDir& dir = projects.folder();
  EXPECT_THAT(filesIn(dir / "relative-error"),
              testing::ElementsAre("CMakeLists.txt", "README.md", "relative_error.cpp",
                                   "relative_error_test.cpp"));
  const std::string tested =
      must({KINDRED_CTEST, "--test-dir", projects.built().string(), "--output-on-failure"});
  EXPECT_THAT(tested, HasSubstr("100% tests passed, 0 tests failed out of 9"));

  const auto plugin = nlohmann::json::parse(must({projects.kindred(), "plugins", "relative-error",
                                                  "--json", "--plugin-path", projects.plugins()}));
  EXPECT_EQ(plugin["kind"], "metric");
  EXPECT_EQ(plugin["file"], projects.plugins() + "/relative-error.so");
  EXPECT_EQ(plugin["parameters"][0]["name"], "power");

  std::string file = "ledger";
  for (const char* part : {"\1\0\0\0", "\6\0\0\0", "weight", "\3\0\0\0", "\2\0\0\0"}) {
    file.append(part, part[0] == 'w' ? 6 : 4);
  }
  const auto ledger = nlohmann::json::parse(must(
      {projects.kindred(), "inspect", dir.write("m.ledger", file + std::string(24, '\0')).string(),
       "--json", "--plugin-path", projects.plugins()}));
  EXPECT_EQ(ledger["tensors"][0]["name"], "weight");
  EXPECT_EQ(ledger["tensors"][0]["shape"], nlohmann::json({3, 2}));

  using support::tensorOf;
  support::writeSafetensors(dir / "x.safetensors", {tensorOf("w", DType::F32, {3}, {1, 2, 4})});
  support::writeSafetensors(dir / "y.safetensors", {tensorOf("w", DType::F32, {3}, {1, 4, 1})});
  const clitest::Toy a = clitest::toyLlama(1), b = clitest::tuned(a, 2);
  clitest::saveModel(dir / "a", clitest::stored(a), clitest::toyLlamaConfig());
  clitest::saveModel(dir / "b", clitest::stored(b), clitest::toyLlamaConfig());
  clitest::saveModel(dir / "c", clitest::stored(clitest::toyLlama(3)), clitest::toyLlamaConfig());
  const fs::path recipe = dir.write("recipe.yaml", recipeOf(dir));
  must({projects.kindred(), "run", recipe.string(), "--plugin-path", projects.plugins(), "--force",
        "--out", (dir / "out").string()});
  const auto report = nlohmann::json::parse(support::readFile(dir / "out/report.json"));
  EXPECT_TRUE(report.at("complete").get<bool>());
  for (const auto& finding : report.at("findings")) {
    const bool on_weights =
        finding.at("test") != "layer-order" && finding.at("test") != "depth-trend";
    EXPECT_EQ(finding.at("basis"), on_weights ? "exact" : "describes") << finding.dump();
  }
  EXPECT_THAT(support::readFile(dir / "out/observations.csv"),
              HasSubstr("step,relative-error,relative-error,x,w,y,w,,,,,3,4.333333333333333"));
}

// The rest needs no installation: the build tree has the same shape.
support::RunResult runNew(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "new");
  return support::run(std::move(arguments));
}

TEST(NewCommand, LeavesNoPlaceholderAndNothingElseBehind) {
  for (const char* kind : {"metric", "source", "test", "matrix-test", "survey", "format"}) {
    const TempDir temp;
    ASSERT_EQ(runNew({kind, "two-words", "--into", temp.text()}).exit_code, 0);
    EXPECT_THAT(filesIn(temp.path()), testing::ElementsAre("two-words"));
    EXPECT_EQ(filesIn(temp / "two-words").size(), 4u);
    for (const std::string& name : filesIn(temp / "two-words")) {
      const std::string text = support::readFile(temp / ("two-words/" + name));
      EXPECT_THAT(text, Not(testing::ContainsRegex("@[A-Z]+@"))) << name;
    }
  }
}

TEST(NewCommand, WritesASourceFileThatFitsAScreen) {
  for (const char* kind : {"metric", "source", "test", "matrix-test", "survey", "format"}) {
    const TempDir temp;
    ASSERT_EQ(runNew({kind, "short", "--into", temp.text()}).exit_code, 0);
    const std::string text = support::readFile(temp / "short/short.cpp");
    EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 50) << kind;
  }
}

TEST(NewCommand, RefusesAFolderThatExistsAndLeavesItAlone) {
  const TempDir temp;
  temp.write("mine/notes.txt", "keep");
  const auto result = runNew({"metric", "mine", "--into", temp.text()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr((temp / "mine").string()), HasSubstr("exists already")));
  EXPECT_THAT(filesIn(temp / "mine"), testing::ElementsAre("notes.txt"));
}

TEST(NewCommand, RefusesNamesThatCanBeNoPlugins) {
  const TempDir temp;
  for (const char* name : {"Upper", "9lives", "under_score", "../escape", "a/b", "ends-", "libx",
                           "test", "http-range", "", "-x"}) {
    const auto result = runNew({"metric", "--into", temp.text(), "--", name});
    EXPECT_EQ(result.exit_code, 2) << name;
    EXPECT_THAT(result.err, HasSubstr("kindred: ")) << name;
  }
  EXPECT_THAT(filesIn(temp.path()), IsEmpty());
}

TEST(NewCommand, RefusesOtherKindsAndFoldersThatDoNotExist) {
  for (const char* kind : {"chart", "..", "metric/"}) {
    EXPECT_THAT(runNew({kind, "x"}).err,
                HasSubstr("write format, matrix-test, metric, source, survey, test"));
  }
  const auto result = runNew({"metric", "x", "--into", "/nowhere/at/all"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("/nowhere/at/all: is no folder"));
}

TEST(NewCommand, LeavesNothingBehindWhereItCannotWrite) {
  const TempDir temp;
  fs::create_symlink("/proc/self", temp / "proc");
  const auto result = runNew({"metric", "x", "--into", (temp / "proc").string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("the project can't be written"));
}

}  // namespace
}  // namespace kindred
