#include "documented.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <regex>
#include <sstream>

namespace kindred::clitest {

namespace fs = std::filesystem;
using support::RunResult;

namespace {

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

}  // namespace

Lines linesOf(const std::string& text) {
  Lines lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
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

World::World(const fs::path& bin) : bin_(bin) {
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

RunResult World::type(const std::string& command) const {
  support::RunOptions options;
  options.directory = dir_.path();
  const char* path = std::getenv("PATH");
  options.environment = {{"PATH", bin_.string() + ":" + (path ? path : "")},
                         {"XDG_CACHE_HOME", (dir_ / "cache").string()}};
  return support::runCommand({"bash", "-c", command + " 2>&1"}, options);
}

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

Typed typeAll(const std::string& page, const fs::path& bin) {
  Typed typed_so_far;
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
      if (!world) world.emplace(bin);
      const RunResult result = world->type(command);
      EXPECT_EQ(result.exit_code, 0) << result.out;
      ++typed_so_far.commands;
      if (!console) continue;
      std::size_t end = at + 1;
      while (end < block.lines.size() && !block.lines[end].starts_with("$ ")) ++end;
      const Lines expected(block.lines.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                           block.lines.begin() + static_cast<std::ptrdiff_t>(end));
      EXPECT_TRUE(matches(linesOf(result.out), expected)) << result.out;
      ++typed_so_far.printed;
    }
  }
  return typed_so_far;
}

}  // namespace kindred::clitest
