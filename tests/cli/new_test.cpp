// Installs the built program to a folder of its own, lets it write plugin projects there, and
// builds, tests and loads them as an author would.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/process.hpp"
#include "support/safetensors.hpp"
#include "support/temp_dir.hpp"

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
  options.timeout = std::chrono::seconds(250);
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

class NewProject : public testing::Test {
 protected:
  // Installs, writes a project of the kind, builds it with warnings as errors, and runs its test.
  void build(const std::string& kind, const std::string& name) {
    if (!fs::exists(prefix_)) {
      must({KINDRED_CMAKE, "--install", KINDRED_BUILD_DIR, "--prefix", prefix_.string()});
    }
    const std::string said = must({kindred(), "new", kind, name, "--into", temp_.text()});
    EXPECT_THAT(said, HasSubstr("-DCMAKE_PREFIX_PATH=" + prefix_.string()));
    const std::string project = (temp_ / name).string();
    must({KINDRED_CMAKE, "-G", KINDRED_GENERATOR, "-S", project, "-B", project + "/build",
          "-DCMAKE_PREFIX_PATH=" + prefix_.string(),
          std::string("-DCMAKE_CXX_COMPILER=") + KINDRED_CXX,
          "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion "
          "-Werror"});
    must({KINDRED_CMAKE, "--build", project + "/build"});
    const std::string tested =
        must({KINDRED_CTEST, "--test-dir", project + "/build", "--output-on-failure"});
    EXPECT_THAT(tested, HasSubstr("100% tests passed, 0 tests failed out of 1"));
  }

  std::string kindred() const { return (prefix_ / "bin/kindred").string(); }

  TempDir temp_;
  fs::path prefix_ = temp_ / "prefix";
};

TEST_F(NewProject, OfAMetricBuildsAgainstTheInstalledSdkAndLoads) {
  build("metric", "relative-error");
  EXPECT_THAT(filesIn(temp_ / "relative-error"),
              testing::ElementsAre("CMakeLists.txt", "README.md", "build", "relative_error.cpp",
                                   "relative_error_test.cpp"));
  const std::string built = (temp_ / "relative-error/build").string();
  const auto plugin = nlohmann::json::parse(
      must({kindred(), "plugins", "relative-error", "--json", "--plugin-path", built}));
  EXPECT_EQ(plugin["kind"], "metric");
  EXPECT_EQ(plugin["file"], built + "/relative-error.so");
  EXPECT_EQ(plugin["parameters"][0]["name"], "power");
}

TEST_F(NewProject, OfASourceFeedsANewMetricInARecipe) {
  build("source", "disk");
  build("metric", "distance");
  const std::string folders =
      (temp_ / "disk/build").string() + ":" + (temp_ / "distance/build").string();
  EXPECT_THAT(must({kindred(), "plugins", "disk", "--plugin-path", folders}),
              HasSubstr("disk 0.1 (source)"));

  using support::tensorOf;
  support::writeSafetensors(temp_ / "a.safetensors", {tensorOf("w", DType::F32, {3}, {1, 2, 4})});
  support::writeSafetensors(temp_ / "b.safetensors", {tensorOf("w", DType::F32, {3}, {1, 4, 1})});
  const fs::path recipe = temp_.write("recipe.yaml",
                                      "kindred: 1\n"
                                      "title: new plugins at work\n"
                                      "sources:\n"
                                      "  disk: {plugin: disk, root: '" +
                                          temp_.text() +
                                          "'}\n"
                                          "models:\n"
                                          "  a: disk:a.safetensors\n"
                                          "  b: disk:b.safetensors\n"
                                          "steps:\n"
                                          "  - name: step\n"
                                          "    compare: [a, b]\n"
                                          "    metrics: [{plugin: distance, power: 2}]\n"
                                          "expect:\n"
                                          "  - {figure: step.distance.mean, at-least: 4.33}\n");
  must({kindred(), "run", recipe.string(), "--plugin-path", folders, "--out",
        (temp_ / "out").string()});
  const auto report = nlohmann::json::parse(support::readFile(temp_ / "out/report.json"));
  EXPECT_TRUE(report.at("complete").get<bool>());
  EXPECT_THAT(support::readFile(temp_ / "out/observations.csv"),
              HasSubstr("step,distance,distance,a,w,b,w,,,,,3,4.333333333333333"));
}

// The rest needs no installation: the build tree has the same shape.
support::RunResult runNew(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "new");
  return support::run(std::move(arguments));
}

TEST(NewCommand, LeavesNoPlaceholderAndNothingElseBehind) {
  for (const char* kind : {"metric", "source"}) {
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

TEST(NewCommand, WritesASourceFileOfAtMost40Lines) {
  for (const char* kind : {"metric", "source"}) {
    const TempDir temp;
    ASSERT_EQ(runNew({kind, "short", "--into", temp.text()}).exit_code, 0);
    const std::string text = support::readFile(temp / "short/short.cpp");
    EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 40) << kind;
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
  EXPECT_THAT(runNew({"chart", "x"}).err, HasSubstr("write metric or source"));
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
