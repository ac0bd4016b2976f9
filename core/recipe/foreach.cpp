#include "recipe/foreach.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "recipe/check.hpp"
#include "recipe/words.hpp"

namespace kindred::recipe {
namespace {

using yaml::Diagnostic;
using yaml::Node;

constexpr const char* kForeachKey = "foreach";

std::size_t sizeOf(const Node& node) {
  std::size_t size = 1;
  for (const Node& item : node.items) size += sizeOf(item);
  for (const yaml::Member& member : node.members) size += 1 + sizeOf(member.value);
  return size;
}

bool isOfName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

class Repetition {
 public:
  Repetition(const Node& lists, std::size_t at) : lists_(lists), at_(at) {}

  // The words of this repetition for their names, in a node and all below it.
  void fill(Node& node) {
    if (node.kind == Node::Kind::scalar) fillText(node.scalar);
    for (Node& item : node.items) fill(item);
    for (yaml::Member& member : node.members) {
      fillText(member.key.scalar);
      fill(member.value);
    }
  }
  const std::set<std::string>& used() const { return used_; }

 private:
  void fillText(std::string& text) {
    for (std::size_t dollar = text.find('$'); dollar != std::string::npos;
         dollar = text.find('$', dollar)) {
      std::size_t end = dollar + 1;
      while (end < text.size() && isOfName(text[end])) ++end;
      const std::string name = text.substr(dollar + 1, end - dollar - 1);
      const Node* words = lists_.find(name);
      if (words == nullptr) {
        dollar = end;
        continue;
      }
      used_.insert(name);
      const std::string& word = words->items[at_].scalar;
      text.replace(dollar, end - dollar, word);
      dollar += word.size();
    }
  }

  const Node& lists_;
  std::size_t at_;
  std::set<std::string> used_;
};

// How often an entry is repeated; 0: its lists are not as they should be, which is reported.
std::size_t repetitions(const Node& lists, std::vector<Diagnostic>& diagnostics) {
  const std::size_t before = diagnostics.size();
  check(lists, kForeach, diagnostics);
  if (diagnostics.size() != before) return 0;
  const std::size_t count = lists.members.front().value.items.size();
  for (const auto& [name, words] : lists.members) {
    if (words.items.size() == count) continue;
    diagnostics.push_back(
        {words.place,
         fmt::format("{} has {} words, but {} has {}", quote(name.scalar), words.items.size(),
                     quote(lists.members.front().key.scalar), count),
         "lists that are walked together are equally long"});
    return 0;
  }
  return count;
}

// Null where nothing is repeated; under a misspelt name, which is reported, as well.
const Node* foreachOf(Node& entry, std::vector<Diagnostic>& diagnostics) {
  for (const yaml::Member& member : entry.members) {
    if (member.key.scalar == kForeachKey) return &member.value;
  }
  for (const yaml::Member& member : entry.members) {
    if (didYouMean(member.key.scalar, {kForeachKey}).empty()) continue;
    diagnostics.push_back({member.key.place, "unknown key " + quote(member.key.scalar),
                           "did you mean " + quote(kForeachKey) + "?"});
    entry.reported = true;
  }
  return nullptr;
}

}  // namespace

void expandForeach(Node& list, std::vector<Diagnostic>& diagnostics) {
  std::vector<Node> expanded;
  std::size_t size = 0;
  for (Node& entry : list.items) {
    const Node* lists = foreachOf(entry, diagnostics);
    const std::size_t count = lists == nullptr ? 0 : repetitions(*lists, diagnostics);
    if (count == 0) {
      entry.reported |= lists != nullptr;
      expanded.push_back(std::move(entry));
      continue;
    }
    size += count * sizeOf(entry);
    if (size > kMostRepeated) {
      diagnostics.push_back({lists->place, "this repeats too much", "use shorter lists"});
      entry.reported = true;
      expanded.push_back(std::move(entry));
      continue;
    }
    Node once = entry;
    std::erase_if(once.members,
                  [](const auto& member) { return member.key.scalar == kForeachKey; });
    for (std::size_t at = 0; at < count; ++at) {
      Repetition repetition(*lists, at);
      repetition.fill(expanded.emplace_back(once));
      if (at > 0) continue;
      for (const auto& [name, words] : lists->members) {
        if (repetition.used().contains(name.scalar)) continue;
        diagnostics.push_back({name.place, "no " + quote("$" + name.scalar) + " stands beside it",
                               "each repetition would be the same"});
      }
    }
  }
  list.items = std::move(expanded);
}

}  // namespace kindred::recipe
