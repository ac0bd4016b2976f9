// The Debian packages: built, unpacked into an empty root, and used from there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/documented.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace kindred::terminaltest {
namespace {

namespace fs = std::filesystem;
using support::runCommand;
using support::RunResult;
using testing::HasSubstr;

RunResult must(std::vector<std::string> command) {
  RunResult result = runCommand(std::move(command));
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  return result;
}

// With what is installed there alone: to a verdict, and to a plugin of one's own.
void followTheTutorial(const fs::path& prefix) {
  const fs::path bin = prefix / "bin";
  const clitest::Typed typed = clitest::typeAll("docs/tutorial.md", bin);
  EXPECT_GE(typed.commands, 10U);
  EXPECT_GE(typed.printed, 10U);
  const clitest::World world(bin);
  const std::string build = std::string("'") + KINDRED_CMAKE + "'";
  const std::vector<std::string> commands{
      "kindred new metric relative-error",
      build + " -S relative-error -B built -DCMAKE_PREFIX_PATH='" + prefix.string() + "'",
      build + " --build built",
      "ctest --test-dir built",
      "printf '%s\\n' 'kindred: 1' 'title: a figure of my own' "
      "'sources: {disk: {plugin: local-mmap, root: models}}' "
      "'models: {base: disk:base, tuned: disk:tuned}' 'steps:' "
      "'  - {name: own, compare: [base, tuned], metrics: [relative-error]}' > own.yaml",
      "kindred run own.yaml --plugin-path built --out own"};
  for (const std::string& command : commands) {
    const RunResult result = world.type(command);
    EXPECT_EQ(result.exit_code, 0) << command << '\n' << result.out;
  }
  EXPECT_THAT(support::readFile(world.folder() / "own/observations.csv"),
              HasSubstr("relative-error"));
}

TEST(Packages, HoldWhatAUserRunsAndRunFromAnEmptyRoot) {
  if (runCommand({"/bin/sh", "-c", "command -v dpkg-deb && command -v dpkg-shlibdeps"}).exit_code !=
      0) {
    GTEST_SKIP() << "not here: dpkg-deb and dpkg-shlibdeps (Debian: dpkg-dev)";
  }
  support::TempDir dir;
  const std::string cpack = (fs::path(KINDRED_CMAKE).parent_path() / "cpack").string();
  // Packing tight takes longer than all the rest.
  must({cpack, "--config", KINDRED_BUILD_DIR "/CPackConfig.cmake", "-B", dir.text(), "-D",
        "CPACK_DEBIAN_COMPRESSION_TYPE=gzip"});
  const fs::path user = dir / "user", developer = dir / "developer";
  for (const auto& entry : fs::directory_iterator(dir.path())) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".deb") continue;
    must({"dpkg-deb", "-x", entry.path().string(),
          (name.starts_with("kindred-dev_") ? developer : user).string()});
    must({"dpkg-deb", "-x", entry.path().string(), (dir / "both").string()});
    if (!name.starts_with("kindred_")) continue;
    const std::string depends = must({"dpkg-deb", "-f", entry.path().string(), "Depends"}).out;
    EXPECT_THAT(depends, HasSubstr("libyaml-cpp"));
  }
  for (const char* file :
       {"bin/kindred", "lib/kindred/plugins/cosine.so", "share/man/man1/kindred.1",
        "share/bash-completion/completions/kindred", "share/zsh/vendor-completions/_kindred",
        "share/fish/vendor_completions.d/kindred.fish", "share/doc/kindred/report.schema.json",
        "share/doc/kindred/recipes.md", "share/kindred/configs/demo.yaml",
        "share/kindred/configs/demo/base/config.json", "share/kindred/template/metric"}) {
    EXPECT_TRUE(fs::exists(user / "usr" / file)) << file;
    EXPECT_FALSE(fs::exists(developer / "usr" / file)) << file;
  }
  for (const char* file : {"include/kindred/metric.hpp", "lib/libkindred_conformance.a",
                           "lib/cmake/kindred/kindredConfig.cmake"}) {
    EXPECT_TRUE(fs::exists(developer / "usr" / file)) << file;
    EXPECT_FALSE(fs::exists(user / "usr" / file)) << file;
  }
  const std::string demo = (user / "usr/share/kindred/configs/demo").string();
  const RunResult result = must({(user / "usr/bin/kindred").string(), "compare", demo + "/base",
                                 demo + "/tuned", "--json", "--out", (dir / "out").string()});
  EXPECT_EQ(nlohmann::json::parse(result.out).at("verdict").at("class"), "shared-weights");
  EXPECT_THAT(support::readFile(dir / "out/report.html"), HasSubstr("vega"));
  followTheTutorial(dir / "both/usr");
}

}  // namespace
}  // namespace kindred::terminaltest
