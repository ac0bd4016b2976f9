#include "recipe/check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <kindred/byte_count.hpp>

#include "recipe/words.hpp"
#include "words/meant_number.hpp"

namespace kindred::recipe {
namespace {

class Checker {
 public:
  explicit Checker(std::vector<Diagnostic>& diagnostics) : diagnostics_(diagnostics) {}

  void value(const Node& node, const Shape& shape) {
    if (node.reported) return;
    switch (node.kind) {
      case Node::Kind::null:
        return wrong(node, shape);
      case Node::Kind::scalar:
        return shape.scalar == ScalarType::none ? wrong(node, shape, around(node, shape))
                                                : scalar(node, shape);
      case Node::Kind::list:
        return shape.items == nullptr ? wrong(node, shape) : list(node, shape);
      case Node::Kind::map:
        if (!shape.isMap()) return wrong(node, shape);
        return shape.keys.empty() ? freeMap(node, shape) : fixedMap(node, shape);
    }
  }

 private:
  void report(const Place& place, std::string message, std::string hint = {}) {
    diagnostics_.push_back({place, std::move(message), std::move(hint)});
  }

  void wrong(const Node& node, const Shape& shape, std::string hint = {}) {
    const std::string expected = ranged(shape.says, shape.least, shape.most);
    report(node.place, "expected " + expected + ", but got " + described(node), std::move(hint));
  }

  // What to put around a word that stands alone where a list or a plugin is wanted.
  static std::string around(const Node& node, const Shape& shape) {
    const bool plain = isName(node.scalar);
    if (plain && shape.items != nullptr) return "write [" + node.scalar + "]";
    if (plain && shape.parameters) return "write {plugin: " + node.scalar + "}";
    return {};
  }

  void scalar(const Node& node, const Shape& shape) {
    switch (shape.scalar) {
      case ScalarType::none:
      case ScalarType::text:
        if (node.scalar.empty()) wrong(node, shape);
        return;
      case ScalarType::name:
        if (!isName(node.scalar)) wrong(node, shape);
        return;
      case ScalarType::integer:
        return number(node, shape, integerOf(node.scalar));
      case ScalarType::number:
        return number(node, shape, numberOf(node.scalar));
      case ScalarType::bytes:
        return number(node, shape, byteCount(node.scalar));
      case ScalarType::choice:
        return choice(node, shape);
    }
  }

  template <class Number>
  void number(const Node& node, const Shape& shape, const std::optional<Number>& read) {
    const bool fits = read && static_cast<double>(*read) >= shape.least &&
                      static_cast<double>(*read) <= shape.most;
    if (fits && node.quotes && shape.scalar != ScalarType::bytes) {
      return wrong(node, shape, "write it without quotes");
    }
    if (fits) return;
    const std::string guess = meantBy(shape)(node.scalar);
    wrong(node, shape, guess.empty() ? "" : "write " + guess);
  }

  void choice(const Node& node, const Shape& shape) {
    const std::vector<std::string> choices = split(shape.choices);
    for (const std::string& allowed : choices) {
      if (node.scalar == allowed) return;
    }
    const std::string guess = didYouMean(node.scalar, choices);
    wrong(node, shape, guess.empty() ? "" : "did you mean " + quote(guess) + "?");
  }

  // Whether so many entries are allowed; a giant list is not looked into.
  bool countFits(const Node& node, const Shape& shape, std::size_t count) {
    if (count >= shape.least_items && count <= shape.most_items) return true;
    std::string got = count == 0 ? "nothing in it" : fmt::format("{} entries", count);
    if (count > shape.most_items && shape.most_items > 2) {
      got += fmt::format(", more than {}", shape.most_items);
    }
    report(node.place, fmt::format("expected {}, but got {}", shape.says, got));
    return false;
  }

  void list(const Node& node, const Shape& shape) {
    if (!countFits(node, shape, node.items.size())) return;
    for (const Node& item : node.items) value(item, *shape.items);
  }

  void freeMap(const Node& node, const Shape& shape) {
    if (!countFits(node, shape, node.members.size())) return;
    for (const yaml::Member& member : node.members) {
      const bool models = shape.keys_name_models;
      if (shape.keys_are_names && !isName(member.key.scalar, models)) {
        report(member.key.place, std::string("expected a name of letters, digits, ") +
                                     (models ? "'_', '-', '.' and '/'" : "'_' and '-'") +
                                     ", but got " + quote(member.key.scalar));
      }
      value(member.value, *shape.values);
    }
  }

  void fixedMap(const Node& node, const Shape& shape) {
    std::vector<std::string> meant;  // by unknown keys: those are not missing besides
    for (const yaml::Member& member : node.members) {
      const Key* key = findKey(shape, member.key.scalar);
      if (key != nullptr) {
        value(member.value, *key->shape);
      } else if (!shape.parameters && !isBehindComma(node, member, shape)) {
        meant.push_back(didYouMean(member.key.scalar, keyNames(shape)));
        report(member.key.place, "unknown key " + quote(member.key.scalar),
               nearest(member.key.scalar, keyNames(shape), ""));
      }
    }
    const auto is_meant = [&](std::string_view name) {
      return std::find(meant.begin(), meant.end(), name) != meant.end();
    };
    for (const yaml::Member& member : node.members) {
      const Key* key = findKey(shape, member.key.scalar);
      if (key != nullptr) neighbours(node, member, *key, is_meant);
    }
    for (const Key& key : shape.keys) {
      if (key.required && node.find(key.name) == nullptr && !is_meant(key.name)) {
        report(node.place, "missing key " + quote(key.name),
               fmt::format("for example {}: {}", key.name, key.example));
      }
    }
    for (const std::string& group : split(shape.one_of, ' ')) {
      const std::vector<std::string> names = split(group.c_str());
      if (hasOneOf(node, group.c_str()) || std::any_of(names.begin(), names.end(), is_meant)) {
        continue;
      }
      report(node.place, "missing key " + listed(group.c_str()));
    }
  }

  using Meant = std::string (*)(std::string_view);

  // How a number is written that was written otherwise; null: the shape takes none.
  static Meant meantBy(const Shape& shape) {
    switch (shape.scalar) {
      case ScalarType::integer:
        return words::meantInteger;
      case ScalarType::number:
        return words::meantNumber;
      case ScalarType::bytes:
        return words::meantSize;
      default:
        return nullptr;
    }
  }

  // "{at-least: 0,9}" is the key 'at-least' and, behind a comma, the key '9'.
  bool isBehindComma(const Node& node, const yaml::Member& member, const Shape& shape) {
    if (member.value.kind != Node::Kind::null || &member == node.members.data()) return false;
    const auto& [name, value] = *(&member - 1);
    const Key* key = findKey(shape, name.scalar);
    const Meant meant = key == nullptr ? nullptr : meantBy(*key->shape);
    if (meant == nullptr || value.kind != Node::Kind::scalar) return false;
    const std::string number = value.scalar + "," + member.key.scalar;
    const std::string guess = meant(number);
    if (guess.empty()) return false;
    report(value.place, fmt::format("expected {}, but got {}", key->shape->says, quote(number)),
           "write " + guess);
    return true;
  }

  template <class IsMeant>
  void neighbours(const Node& node, const yaml::Member& member, const Key& key,
                  const IsMeant& is_meant) {
    if (key.needs != nullptr && !hasOneOf(node, key.needs)) {
      const std::vector<std::string> needed = split(key.needs);
      if (std::none_of(needed.begin(), needed.end(), is_meant)) {
        report(member.key.place, quote(key.name) + " needs " + listed(key.needs) + " beside it");
      }
    }
    for (const std::string& other : split(key.excludes)) {
      if (node.find(other) != nullptr) {
        report(member.key.place, quote(key.name) + " does not go with " + quote(other));
      }
    }
  }

  static bool hasOneOf(const Node& node, const char* barred) {
    for (const std::string& name : split(barred)) {
      if (node.find(name) != nullptr) return true;
    }
    return false;
  }

  static std::string listed(const char* barred) {
    std::vector<std::string> names = split(barred);
    for (std::string& name : names) name = quote(name);
    return alternatives(names);
  }

  std::vector<Diagnostic>& diagnostics_;
};

}  // namespace

void check(const Node& node, const Shape& shape, std::vector<Diagnostic>& diagnostics) {
  Checker(diagnostics).value(node, shape);
}

std::vector<std::string> keyNames(const Shape& shape) {
  std::vector<std::string> names;
  for (const Key& key : shape.keys) names.emplace_back(key.name);
  return names;
}

}  // namespace kindred::recipe
