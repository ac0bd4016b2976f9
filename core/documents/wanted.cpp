#include "documents/wanted.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace kindred::documents {
namespace {

// Code and texts that people write. Weights' index and vocabularies are no such texts; config.json
// and tokenizer.json have comparisons of their own.
bool isSmallText(std::string_view name) {
  static constexpr std::array<std::string_view, 10> kEndings{
      ".py", ".jinja", ".md", ".txt", ".json", ".yaml", ".yml", ".toml", ".cfg", ".sh"};
  static constexpr std::array<std::string_view, 5> kOthers{
      "config.json", "tokenizer.json", "vocab.json", "merges.txt", "added_tokens.json"};
  const std::string_view base = name.substr(name.rfind('/') + 1);
  if (base.ends_with(".index.json")) return false;
  if (std::find(kOthers.begin(), kOthers.end(), base) != kOthers.end()) return false;
  return base.starts_with("LICEN") || base == "NOTICE" ||
         std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view ending) { return base.ends_with(ending); });
}

// The first of these that is there.
template <std::size_t N>
Names firstOf(const std::array<const char*, N>& wanted, const Names& names) {
  for (const char* name : wanted) {
    if (std::find(names.begin(), names.end(), name) != names.end()) return {name};
  }
  return {};
}

}  // namespace

Names configFile(const Names& names) { return firstOf(std::array{"config.json"}, names); }

Names tokenizerFile(const Names& names) { return firstOf(std::array{"tokenizer.json"}, names); }

Names licenceFile(const Names& names) {
  return firstOf(std::array{"LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE"}, names);
}

Names textFiles(const Names& names) {
  Names texts;
  std::copy_if(names.begin(), names.end(), std::back_inserter(texts), isSmallText);
  return texts;
}

}  // namespace kindred::documents
