#include "documents/wanted.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace kindred::documents {
namespace {

using recipe::Verb;

// Code and texts that people write. Weights' index and vocabularies are no such texts; config.json
// and tokenizer.json have verbs of their own.
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
std::vector<std::string> firstOf(const std::array<const char*, N>& wanted,
                                 const std::vector<std::string>& names) {
  for (const char* name : wanted) {
    if (std::find(names.begin(), names.end(), name) != names.end()) return {name};
  }
  return {};
}

}  // namespace

std::vector<std::string> wantedFiles(Verb verb, const std::vector<std::string>& names) {
  switch (verb) {
    case Verb::configs:
      return firstOf(std::array{"config.json"}, names);
    case Verb::tokenizers:
      return firstOf(std::array{"tokenizer.json"}, names);
    case Verb::licence:
      return firstOf(std::array{"LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE"}, names);
    case Verb::manifests:
      return names;
    case Verb::model_code: {
      std::vector<std::string> texts;
      std::copy_if(names.begin(), names.end(), std::back_inserter(texts), isSmallText);
      return texts;
    }
    default:
      return {};
  }
}

std::uint64_t mostBytes(Verb verb) {
  switch (verb) {
    case Verb::tokenizers:
      return 256'000'000;
    case Verb::configs:
      return 16'000'000;
    default:
      return 1'000'000;
  }
}

}  // namespace kindred::documents
