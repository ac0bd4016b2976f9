// Reads small YAML files and collects everything that is wrong with them. Includes yaml-cpp: only
// for the .cpp files that parse.
#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::models {

// All that is wrong in any file: "file:line:column: what is wrong (what is allowed)".
class YamlIssues {
 public:
  void add(const std::string& file, const YAML::Mark& mark, const std::string& what,
           const std::string& hint = {});
  // One Error, a line for each, in order of place.
  void throwIfAny();

 private:
  struct Issue {
    std::string file;
    int line, column;
    std::string text;
  };
  std::vector<Issue> issues_;
};

// One file. Every function reports what is wrong and then goes on with what is right.
class YamlFile {
 public:
  YamlFile(const std::filesystem::path& path, YamlIssues& issues);

  const YAML::Node& root() const { return root_; }  // a map; null where the file can't be read
  void wrong(const YAML::Node& node, const std::string& what, const std::string& hint = {}) const;

  using Read = std::function<void(const YAML::Node& key, const YAML::Node& value)>;
  // Calls read for every pair of a map; a key that stands twice is wrong.
  void eachPair(const YAML::Node& map, std::string_view what, const Read& read) const;
  // Calls the reader of every key; one that is not listed is wrong.
  void eachKnown(
      const YAML::Node& map, std::string_view what,
      const std::map<std::string, std::function<void(const YAML::Node&)>>& readers) const;
  // Text that is not empty; empty where it is wrong.
  std::string text(const YAML::Node& node, std::string_view what) const;
  // One text or a list of texts, each with its node.
  void eachText(const YAML::Node& node, std::string_view what,
                const std::function<void(const std::string&, const YAML::Node&)>& read) const;
  // "unknown role 'mlp.upp' (did you mean 'mlp.up'?)"
  void unknown(const YAML::Node& node, std::string_view what, const std::string& word,
               const std::vector<std::string>& known) const;

 private:
  std::string path_;
  YamlIssues& issues_;
  YAML::Node root_;
};

}  // namespace kindred::models
