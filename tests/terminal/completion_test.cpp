// Completions, asked of the shells themselves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "terminal/at_terminal.hpp"

namespace kindred::terminaltest {
namespace {

namespace fs = std::filesystem;
using support::TempDir;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// PATH with the built program first.
std::string path() {
  return fs::path(KINDRED_BINARY).parent_path().string() + ":" + std::getenv("PATH");
}

bool isThere(const char* shell) {
  return support::runCommand({"/bin/sh", "-c", std::string("command -v ") + shell}).exit_code == 0;
}

// What a shell shows of lines that are typed, each ended by a tab and an end of line.
std::string typedInto(std::vector<std::string> shell, const std::string& typed) {
  TempDir dir;
  fs::create_directories(dir / "weights-of-mine");
  TerminalOptions options;
  options.typed = typed + "exit\n";
  options.environment = {{"PATH", path()}, {"HOME", dir.path().string()}, {"PS1", "> "}};
  options.directory = dir.path();
  return withoutControls(runAtTerminal(std::move(shell), options).shown);
}

// Lines that are completed and then run.
const char* const kLines =
    "kindred architectures llama4\t\n"
    "kindred plugins byte-ha\t\n"
    "kindred compare --cont\tweights-of\t\n";

TEST(Completion, OfBashKnowsPluginsOptionsAndFiles) {
  const std::string shown = typedInto({"bash", "--norc", "--noprofile", "-i"},
                                      std::string("source <(kindred help --bash)\n") + kLines);
  EXPECT_THAT(shown, HasSubstr("kindred plugins byte-hash"));
  EXPECT_THAT(shown, HasSubstr("figures:")) << "the completed line was not one that runs";
  EXPECT_THAT(shown, HasSubstr("--control weights-of-mine"));
}

TEST(Completion, OfZshKnowsPluginsOptionsAndFiles) {
  if (!isThere("zsh")) GTEST_SKIP() << "zsh is not installed";
  const std::string shown = typedInto(
      {"zsh", "-f", "-i"},
      std::string("autoload -Uz compinit && compinit -u -D; source <(kindred help --zsh)\n") +
          kLines);
  EXPECT_THAT(shown, HasSubstr("figures:"));
  EXPECT_THAT(shown, HasSubstr("weights-of-mine"));
}

TEST(Completion, OfFishKnowsPluginsOptionsAndFiles) {
  if (!isThere("fish")) GTEST_SKIP() << "fish is not installed";
  TempDir dir;
  fs::create_directories(dir / "weights-of-mine");
  const auto completed = [&](const std::string& line) {
    return support::runCommand({"fish", "--no-config", "-c",
                                "kindred help --fish | source; complete -C '" + line + "'"},
                               {.environment = {{"PATH", path()}, {"HOME", dir.path().string()}},
                                .directory = dir.path()})
        .out;
  };
  EXPECT_THAT(completed("kindred plugins byte-ha"), HasSubstr("byte-hash"));
  EXPECT_THAT(completed("kindred compare --cont"), HasSubstr("--control"));
  EXPECT_THAT(completed("kindred compare weights-of"), HasSubstr("weights-of-mine"));
}

TEST(Completion, KnowsWhatStandsWhere) {
  const auto completed = [](std::vector<std::string> words) {
    words.insert(words.begin(), {"complete", "--"});
    return support::run(words).out;
  };
  EXPECT_THAT(completed({"comp"}), AllOf(HasSubstr("compare\t"), Not(HasSubstr("complete"))));
  EXPECT_THAT(completed({"--offline", "insp"}), HasSubstr("inspect\t"));
  EXPECT_THAT(completed({"run", "r.yaml", "--fail-on", "identical,part"}),
              HasSubstr("identical,partial\n"));
  EXPECT_THAT(completed({"new", "sur"}), HasSubstr("survey\n"));
  EXPECT_THAT(completed({"new", "survey", ""}), Not(HasSubstr(":files")));
  EXPECT_THAT(completed({"verify", "--bundle", ""}), HasSubstr(":files\n"));
  EXPECT_THAT(completed({"compare", "a", "b", "--out", ""}), HasSubstr(":folders\n"));
  EXPECT_EQ(completed({"no-such-command", ""}), "");
}

}  // namespace
}  // namespace kindred::terminaltest
