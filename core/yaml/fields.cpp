#include "yaml/fields.hpp"

#include <fmt/format.h>

#include "yaml/words.hpp"

namespace kindred::yaml {

void Fields::wrong(const Place& place, std::string what, std::string hint) const {
  diagnostics_.push_back({place, std::move(what), std::move(hint)});
}

void Fields::unknown(const Place& place, std::string_view what, const std::string& word,
                     const std::vector<std::string>& known) const {
  wrong(place, fmt::format("unknown {} {}", what, quote(word)), nearest(word, known, ""));
}

void Fields::eachPair(const Node& map, std::string_view what, const Read& read) const {
  if (map.kind != Node::Kind::map) {
    return wrong(map.place, fmt::format("{} must be a map, but this is {}", what, described(map)));
  }
  for (const auto& [key, value] : map.members) read(key, value);
}

void Fields::eachKnown(
    const Node& map, std::string_view what,
    const std::map<std::string, std::function<void(const Node&)>>& readers) const {
  eachPair(map, what, [&](const Node& key, const Node& value) {
    if (const auto reader = readers.find(key.scalar); reader != readers.end()) {
      return reader->second(value);
    }
    std::vector<std::string> known;
    for (const auto& [name, reader] : readers) known.push_back(name);
    unknown(key.place, "key", key.scalar, known);
  });
}

std::string Fields::text(const Node& node, std::string_view what) const {
  if (node.kind == Node::Kind::scalar && !node.scalar.empty()) return node.scalar;
  wrong(node.place, fmt::format("{} must be a text, but this is {}", what, described(node)));
  return {};
}

void Fields::eachText(const Node& node, std::string_view what,
                      const std::function<void(const std::string&, const Node&)>& read) const {
  if (node.kind != Node::Kind::list) {
    if (const std::string word = text(node, what); !word.empty()) read(word, node);
    return;
  }
  for (const Node& item : node.items) {
    if (const std::string word = text(item, what); !word.empty()) read(word, item);
  }
}

}  // namespace kindred::yaml
