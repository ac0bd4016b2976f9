// What README.md and docs/ tell people to type is typed here, in a folder with the models that they
// speak of, and what they say comes out is held against what does.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <sstream>

#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace kindred::clitest {
namespace {

namespace fs = std::filesystem;
using support::RunResult;

const fs::path kRepository = KINDRED_SOURCE_DIR;
using Lines = std::vector<std::string>;

Lines linesOf(const std::string& text) {
  Lines lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// A fenced block of a page.
struct Block {
  std::string language;
  Lines lines;
};

std::vector<Block> blocksOf(const fs::path& page) {
  std::vector<Block> blocks;
  bool inside = false;
  for (const std::string& line : linesOf(support::readFile(page))) {
    if (line.starts_with("```")) {
      if (!inside) blocks.push_back({line.substr(3), {}});
      inside = !inside;
    } else if (inside) {
      blocks.back().lines.push_back(line);
    }
  }
  return blocks;
}

std::string firstOf(const fs::path& page, const std::string& language) {
  std::string text;
  for (const Block& block : blocksOf(page)) {
    if (block.language != language) continue;
    for (const std::string& line : block.lines) text += line + '\n';
    break;
  }
  return text;
}

// A folder as the pages suppose it.
class World {
 public:
  World() {
    fs::create_directory_symlink(kRepository / "configs", dir_ / "configs");
    const std::pair<const char*, const char*> models[] = {
        {"models/base", "base"}, {"models/tuned", "tuned"},   {"models/stranger", "stranger"},
        {"models/a", "base"},    {"models/b", "tuned"},       {"A", "base"},
        {"B", "tuned"},          {"C", "stranger"},           {"D", "norms-only"},
        {"E", "disguised"},      {"MODEL", "disguised"},      {"MODEL_FOLDER", "base"},
        {"RESULT", "base"},      {"orgA/X", "base"},          {"orgB/Y", "tuned"},
        {"FOLDER/base", "base"}, {"FOLDER/other", "stranger"}};
    for (const auto& [name, demo] : models) {
      fs::create_directories((dir_ / name).parent_path());
      fs::copy(kRepository / "configs/demo" / demo, dir_ / name, fs::copy_options::recursive);
    }
    dir_.write("recipe.yaml", firstOf(kRepository / "docs/recipes.md", "yaml"));
    dir_.write("MERGE.yaml",
               "merge_method: passthrough\nslices:\n"
               "  - sources: [{model: A, layer_range: [0, 6]}]\n");
    fs::create_directories(dir_ / "known");
  }

  RunResult type(const std::string& command) const {
    support::RunOptions options;
    options.directory = dir_.path();
    const char* path = std::getenv("PATH");
    options.environment = {
        {"PATH", fs::path(KINDRED_BINARY).parent_path().string() + ":" + (path ? path : "")},
        {"XDG_CACHE_HOME", (dir_ / "cache").string()}};
    return support::runCommand({"bash", "-c", command + " 2>&1"}, options);
  }

 private:
  support::TempDir dir_;
};

// A line of a page as it can be typed here; empty: it is no command of the program, or one that
// asks a network.
std::string typed(std::string line) {
  line = std::regex_replace(line, std::regex("^(build/bin/)?kindred "), "kindred ");
  if (!line.starts_with("kindred ")) return {};
  if (line.find(" --resume ") != std::string::npos) return {};  // of what was interrupted
  line = std::regex_replace(line, std::regex("\\s+#.*| \\.\\.\\.| \\[[^\\]]*\\]"), "");
  line = std::regex_replace(line, std::regex("/data/models"), "models");
  const bool of_the_hub = line.find("http-range") != std::string::npos ||
                          line.find("configs/cases/") != std::string::npos;
  line = std::regex_replace(line, std::regex("=ADDRESS"), "=http://127.0.0.1:1");
  if (of_the_hub) {  // tests of servers run these; here their words are checked
    line = std::regex_replace(line, std::regex("^kindred run"), "kindred check");
    line = std::regex_replace(line, std::regex(" --out [^ ]+"), "");
  }
  return line;
}

bool lineMatches(const std::string& said, const std::string& expected) {
  const auto gap = expected.find("...");
  if (gap == std::string::npos) return said == expected;
  return said.starts_with(expected.substr(0, gap)) && said.ends_with(expected.substr(gap + 3)) &&
         said.size() + 3 >= expected.size();
}

// "..." stands for any number of lines, or for the rest of one.
bool matches(std::span<const std::string> said, std::span<const std::string> expected) {
  if (expected.empty()) return said.empty();
  if (expected[0] == "...") {
    for (std::size_t skipped = 0; skipped <= said.size(); ++skipped) {
      if (matches(said.subspan(skipped), expected.subspan(1))) return true;
    }
    return false;
  }
  return !said.empty() && lineMatches(said[0], expected[0]) &&
         matches(said.subspan(1), expected.subspan(1));
}

std::vector<std::string> pages() {
  std::vector<std::string> found{"README.md"};
  for (const auto& entry : fs::recursive_directory_iterator(kRepository / "docs")) {
    const std::string page = fs::relative(entry.path(), kRepository);
    // NewProjects builds what docs/plugins.md lets its reader write.
    if (entry.path().extension() == ".md" && page != "docs/plugins.md") found.push_back(page);
  }
  std::sort(found.begin(), found.end());
  return found;
}

TEST(DocumentedCommands, WorkAndPrintWhatThePagesSay) {
  std::size_t typed_ones = 0, printed = 0;
  for (const std::string& page : pages()) {
    std::optional<World> world;
    for (const Block& block : blocksOf(kRepository / page)) {
      for (std::size_t at = 0; at < block.lines.size(); ++at) {
        const bool console = block.language == "console";
        std::string line = block.lines[at];
        if (console && line.starts_with("$ ")) line = line.substr(2);
        if (console && line == block.lines[at]) continue;
        const std::string command = typed(line);
        if (command.empty()) continue;
        SCOPED_TRACE(page + ": " + command);
        if (!world) world.emplace();
        const RunResult result = world->type(command);
        EXPECT_EQ(result.exit_code, 0) << result.out;
        ++typed_ones;
        if (!console) continue;
        std::size_t end = at + 1;
        while (end < block.lines.size() && !block.lines[end].starts_with("$ ")) ++end;
        const Lines expected(block.lines.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                             block.lines.begin() + static_cast<std::ptrdiff_t>(end));
        EXPECT_TRUE(matches(linesOf(result.out), expected)) << result.out;
        ++printed;
      }
    }
  }
  EXPECT_GT(typed_ones, 40U);
  EXPECT_GT(printed, 10U);
}

TEST(DocumentedCommands, AreToldFromOtherOutput) {
  const Lines said{"one", "two 2", "three"};
  EXPECT_TRUE(matches(said, Lines{"one", "...", "three"}));
  EXPECT_TRUE(matches(said, Lines{"one", "two ...", "three"}));
  EXPECT_FALSE(matches(said, Lines{"one", "three"}));
  EXPECT_FALSE(matches(said, Lines{"one", "...", "four"}));
  EXPECT_FALSE(matches(said, Lines{"one", "two 2"}));
}

TEST(Notebook, OfTheDocumentationRuns) {
  const World world;
  // The one of the PATH may be another than the one that packages are for.
  std::string python;
  for (const char* each : {"python3", "/usr/bin/python3"}) {
    if (world.type(std::string(each) + " -c 'import pandas'").exit_code == 0) python = each;
  }
  if (python.empty()) GTEST_SKIP() << "python3-pandas is not installed";
  const std::string program = firstOf(kRepository / "docs/notebooks.md", "python");
  const RunResult result = world.type(python + " - <<'END'\n" + program + "END\n");
  EXPECT_EQ(result.exit_code, 0) << result.out;
  const Lines said = linesOf(result.out);
  ASSERT_GT(said.size(), 5U) << result.out;
  EXPECT_EQ(said[0], "shared-weights");
  EXPECT_NE(result.out.find("mlp-unit"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("pearson"), std::string::npos) << result.out;
}

TEST(Site, IsBuiltWithoutAWarningOrADeadLink) {
  const World world;
  if (world.type("command -v mkdocs doxygen").exit_code != 0) {
    GTEST_SKIP() << "mkdocs and doxygen are not installed";
  }
  const RunResult built = world.type("python3 '" + (kRepository / "docs/site/build.py").string() +
                                     "' kindred documentation");
  EXPECT_EQ(built.exit_code, 0) << built.out;
  EXPECT_EQ(built.out, "");
  const auto holds = [&](const std::string& page, const std::string& text) {
    return world.type("grep -qF -- '" + text + "' documentation/site/" + page).exit_code == 0;
  };
  EXPECT_TRUE(holds("tutorial.html", "units permuted"));
  EXPECT_TRUE(holds("reference/commands.html", "--fail-on"));
  EXPECT_TRUE(holds("reference/plugins.html", "sign-test"));
  EXPECT_TRUE(holds("sdk/index.html", "Kindred SDK"));
}

}  // namespace
}  // namespace kindred::clitest
