#include "plan/near_misses.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "words/names.hpp"
#include "words/near.hpp"

namespace kindred::plan {
namespace {

constexpr std::size_t kSuggestions = 3;

// Numbers become '#', so that 48 layers are one suggestion.
std::string withoutNumbers(const std::string& name) {
  std::string text;
  for (const char c : name) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit) {
      text += c;
    } else if (text.empty() || text.back() != '#') {
      text += '#';
    }
  }
  return text;
}

std::string withoutCaptures(const std::string& pattern) {
  std::string text;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    text += pattern[i] == '{' ? '#' : pattern[i];
    if (pattern[i] == '{') i = std::min(pattern.find('}', i), pattern.size());
  }
  return text;
}

// The first number of a name is its layer, the second its expert.
std::string asPattern(std::string text) {
  const char* names[] = {"{layer}", "{expert}", "*"};
  for (std::size_t n = 0, at; (at = text.find('#')) != std::string::npos; ++n) {
    text.replace(at, 1, names[std::min<std::size_t>(n, 2)]);
  }
  return "'" + words::escaped(text) + "'";
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + asPattern(name);
  return text;
}

}  // namespace

std::string nearMisses(const models::Checkpoint& checkpoint, const std::string& pattern) {
  std::set<std::string> distinct;
  for (const models::Tensor& tensor : checkpoint.tensors()) {
    distinct.insert(withoutNumbers(tensor.name));
  }
  if (distinct.empty()) return "the checkpoint has no tensors";
  std::vector<std::string> known(distinct.begin(), distinct.end());
  const std::vector<std::string> near = words::near(withoutCaptures(pattern), known, kSuggestions);
  if (!near.empty()) return "did you mean " + listed(near) + "?";
  const bool more = known.size() > kSuggestions;
  if (more) known.resize(kSuggestions);
  return "the checkpoint has " + listed(known) + (more ? " and others" : "");
}

}  // namespace kindred::plan
