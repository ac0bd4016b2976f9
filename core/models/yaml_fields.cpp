#include "models/yaml_fields.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <tuple>

#include <kindred/error.hpp>

#include "models/names.hpp"
#include "words/near.hpp"

namespace kindred::models {
namespace {

constexpr std::uintmax_t kMaxFile = 1'000'000;

}  // namespace

void YamlIssues::add(const std::string& file, const YAML::Mark& mark, const std::string& what,
                     const std::string& hint) {
  const int line = std::max(mark.line, 0) + 1, column = std::max(mark.column, 0) + 1;
  issues_.push_back({file, line, column, hint.empty() ? what : what + " (" + hint + ")"});
}

void YamlIssues::throwIfAny() {
  if (issues_.empty()) return;
  std::stable_sort(issues_.begin(), issues_.end(), [](const Issue& a, const Issue& b) {
    return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
  });
  std::string text;
  for (const Issue& issue : issues_) {
    text += fmt::format("{}{}:{}:{}: {}", text.empty() ? "" : "\n", issue.file, issue.line,
                        issue.column, issue.text);
  }
  throw inputError("", text);
}

YamlFile::YamlFile(const std::filesystem::path& path, YamlIssues& issues)
    : path_(path.string()), issues_(issues) {
  const YAML::Mark top;
  std::error_code problem;
  if (const auto size = std::filesystem::file_size(path, problem); problem || size > kMaxFile) {
    issues_.add(path_, top,
                problem ? "the file cannot be read"
                        : fmt::format("the file has more than {} bytes", kMaxFile));
    return;
  }
  try {
    std::ifstream in(path);
    YAML::Node root = YAML::Load(in);
    if (root.IsMap()) {
      root_ = root;
    } else {
      issues_.add(path_, root.Mark(), "the file is not a map of keys");
    }
  } catch (const YAML::Exception& error) {
    issues_.add(path_, error.mark, error.msg);
  }
}

void YamlFile::wrong(const YAML::Node& node, const std::string& what,
                     const std::string& hint) const {
  issues_.add(path_, node.Mark(), what, hint);
}

void YamlFile::eachPair(const YAML::Node& map, std::string_view what, const Read& read) const {
  if (!map.IsMap()) return wrong(map, fmt::format("{} must be a map", what));
  std::set<std::string> seen;
  for (const auto& pair : map) {
    if (!pair.first.IsScalar()) {
      wrong(pair.first, fmt::format("a key of {} must be a word", what));
    } else if (!seen.insert(pair.first.Scalar()).second) {
      wrong(pair.first, fmt::format("'{}' stands twice in {}", escaped(pair.first.Scalar()), what));
    } else {
      read(pair.first, pair.second);
    }
  }
}

void YamlFile::eachKnown(
    const YAML::Node& map, std::string_view what,
    const std::map<std::string, std::function<void(const YAML::Node&)>>& readers) const {
  eachPair(map, what, [&](const YAML::Node& key, const YAML::Node& value) {
    if (const auto reader = readers.find(key.Scalar()); reader != readers.end()) {
      return reader->second(value);
    }
    std::vector<std::string> known;
    for (const auto& [name, reader] : readers) known.push_back(name);
    unknown(key, "key", key.Scalar(), known);
  });
}

std::string YamlFile::text(const YAML::Node& node, std::string_view what) const {
  if (node.IsScalar() && !node.Scalar().empty()) return node.Scalar();
  wrong(node, fmt::format("{} must be a text", what));
  return {};
}

void YamlFile::eachText(
    const YAML::Node& node, std::string_view what,
    const std::function<void(const std::string&, const YAML::Node&)>& read) const {
  if (!node.IsSequence()) {
    if (const std::string word = text(node, what); !word.empty()) read(word, node);
    return;
  }
  for (const YAML::Node& item : node) {
    if (const std::string word = text(item, what); !word.empty()) read(word, item);
  }
}

void YamlFile::unknown(const YAML::Node& node, std::string_view what, const std::string& word,
                       const std::vector<std::string>& known) const {
  const std::vector<std::string> near = words::near(word, known, 1);
  wrong(node, fmt::format("unknown {} '{}'", what, escaped(word)),
        near.empty() ? fmt::format("known: {}", fmt::join(known, ", "))
                     : fmt::format("did you mean '{}'?", near.front()));
}

}  // namespace kindred::models
