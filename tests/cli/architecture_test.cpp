// The picture of modules in docs/architecture.md is drawn from what they include, so that it can't
// lie. KINDRED_UPDATE_GOLDEN=1 writes it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "support/temp_dir.hpp"

namespace kindred::clitest {
namespace {

namespace fs = std::filesystem;

using Edges = std::map<std::string, std::set<std::string>>;

// Which modules of core/ each module includes, tests left out.
Edges includesOf(const fs::path& core) {
  const std::regex include(R"re(#include "(\w+)/)re");
  Edges edges;
  for (const auto& module : fs::directory_iterator(core)) {
    if (module.is_directory()) edges[module.path().filename().string()];
  }
  for (auto& [module, included] : edges) {
    for (const auto& file : fs::recursive_directory_iterator(core / module)) {
      const auto extension = file.path().extension();
      if (extension != ".cpp" && extension != ".hpp") continue;
      const std::string text = support::readFile(file.path());
      for (std::sregex_iterator found(text.begin(), text.end(), include), end; found != end;
           ++found) {
        const std::string other = (*found)[1];
        if (other != module && edges.contains(other)) included.insert(other);
      }
    }
  }
  return edges;
}

// What can be reached from a module; itself among it where includes go round in a circle.
std::set<std::string> reached(const Edges& edges, const std::string& from) {
  std::set<std::string> seen, open = edges.at(from);
  while (!open.empty()) {
    const std::string next = *open.begin();
    open.erase(open.begin());
    if (!seen.insert(next).second) continue;
    open.insert(edges.at(next).begin(), edges.at(next).end());
  }
  return seen;
}

// Without the arrows that others imply.
std::string drawn(const Edges& edges) {
  std::string text = "```mermaid\ngraph TD\n";
  for (const auto& [module, included] : edges) {
    std::size_t arrows = 0;
    for (const std::string& other : included) {
      bool implied = false;
      for (const std::string& between : included) {
        implied = implied || (between != other && reached(edges, between).contains(other));
      }
      if (implied) continue;
      text += "  " + module + " --> " + other + "\n";
      ++arrows;
    }
    if (arrows == 0) text += "  " + module + "\n";
  }
  return text + "```\n";
}

TEST(Modules, IncludeEachOtherOneWay) {
  const Edges edges = includesOf(KINDRED_SOURCE_DIR "/core");
  EXPECT_GT(edges.size(), 10U);
  for (const auto& [module, included] : edges) {
    EXPECT_FALSE(reached(edges, module).contains(module)) << module;
  }
}

TEST(Modules, AreDrawnAsTheyAre) {
  const fs::path page = KINDRED_SOURCE_DIR "/docs/architecture.md";
  std::string text = support::readFile(page);
  const std::size_t begin = text.find("```mermaid\n"), end = text.find("```\n", begin + 1);
  ASSERT_NE(end, std::string::npos);
  const std::string now = drawn(includesOf(KINDRED_SOURCE_DIR "/core"));
  if (std::getenv("KINDRED_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(page) << text.replace(begin, end + 4 - begin, now);
    return;
  }
  EXPECT_EQ(text.substr(begin, end + 4 - begin), now);
}

// Files of a folder and those below it, tests left out.
std::vector<fs::path> sourcesIn(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& file : fs::recursive_directory_iterator(folder)) {
    const std::string name = file.path().filename().string();
    if (!name.ends_with(".cpp") && !name.ends_with(".hpp")) continue;
    if (!name.ends_with("_test.cpp")) files.push_back(file.path());
  }
  return files;
}

std::vector<std::string> includes(const fs::path& file, const std::regex& pattern) {
  const std::string text = support::readFile(file);
  std::vector<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) {
    found.push_back((*at)[1]);
  }
  return found;
}

// Whoever writes a plugin elsewhere has the same tools: built-in plugins include their own files
// and installed headers, and the SDK nothing of the host. Formats still share words with the host.
TEST(Plugins, IncludeOnlyTheirOwnFilesAndWhatIsInstalled) {
  const fs::path top = KINDRED_SOURCE_DIR;
  const std::regex quoted(R"re(#include "([^"]+)")re"), angled(R"re(#include <(kindred/[^>]+)>)re");
  std::size_t seen = 0;
  std::vector<fs::path> files;
  for (const char* kind : {"sources", "metrics", "tests", "surveys"}) {
    const std::vector<fs::path> of_kind = sourcesIn(top / "plugins" / kind);
    files.insert(files.end(), of_kind.begin(), of_kind.end());
  }
  for (const fs::path& file : files) {
    for (const std::string& own : includes(file, quoted)) {
      EXPECT_TRUE(fs::exists(file.parent_path() / own)) << file << " includes " << own;
    }
    for (const std::string& header : includes(file, angled)) {
      ++seen;
      const std::string below = header.substr(std::string("kindred/").size());
      const bool installed =
          fs::exists(top / "sdk/include" / header) || fs::exists(top / "sdk" / below);
      EXPECT_TRUE(installed) << file << " includes " << header;
      EXPECT_EQ(header.find("/detail/"), std::string::npos) << file << " includes " << header;
    }
  }
  EXPECT_GT(seen, 100U);
}

TEST(Sdk, IncludesNothingOfTheHost) {
  const fs::path top = KINDRED_SOURCE_DIR;
  std::set<std::string> modules;
  for (const auto& module : fs::directory_iterator(top / "core")) {
    if (module.is_directory()) modules.insert(module.path().filename().string());
  }
  const std::regex quoted(R"re(#include "(\w+)/)re");
  for (const fs::path& file : sourcesIn(top / "sdk")) {
    for (const std::string& module : includes(file, quoted)) {
      EXPECT_FALSE(modules.contains(module)) << file << " includes " << module;
    }
  }
}

}  // namespace
}  // namespace kindred::clitest
