#include "models/tokenizer.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <functional>

#include <kindred/error.hpp>

#include "words/impostor.hpp"
#include "words/json_walk.hpp"
#include "words/names.hpp"

namespace kindred::models {
namespace {

using words::JsonPlace;

using simdjson::dom::element;

// Larger vocabularies than any there is; bounds what one hostile id can allocate, 128 MiB.
constexpr std::uint64_t kMostTokens = std::uint64_t{1} << 22;

// A value and where it stands, such as added_tokens[3].id; the root's place is empty.
class Node {
 public:
  Node(element value, const std::string& file, std::string place)
      : value_(value), file_(file), place_(std::move(place)) {}

  Error error(const std::string& what) const {
    return inputError(file_, fmt::format("not a tokenizer with a vocabulary: {} {}",
                                         place_.empty() ? "the file" : "'" + place_ + "'", what));
  }

  Node at(std::string_view key) const {
    element inner;
    if (!value_.is_object()) throw error("is not an object");
    if (value_.at_key(key).get(inner) != simdjson::SUCCESS) {
      throw error(fmt::format("has no '{}'", key));
    }
    return {inner, file_, fmt::format("{}{}{}", place_, place_.empty() ? "" : ".", key)};
  }

  bool has(std::string_view key) const {
    element inner;
    return value_.is_object() && value_.at_key(key).get(inner) == simdjson::SUCCESS &&
           !inner.is_null();
  }

  bool isList() const { return value_.is_array(); }

  // Each item with its number.
  template <class Take>
  void eachItem(const Take& take) const {
    simdjson::dom::array list;
    if (value_.get(list) != simdjson::SUCCESS) throw error("is not a list");
    std::uint64_t number = 0;
    for (const element item : list) {
      take(number, Item{*this, item, number});
      ++number;
    }
  }

  // Each token of a map with its id.
  template <class Take>
  void eachId(const Take& take) const {
    simdjson::dom::object map;
    if (value_.get(map) != simdjson::SUCCESS) throw error("is neither a map nor a list");
    for (const auto [token, id] : map) {
      std::uint64_t number = 0;
      if (id.get(number) != simdjson::SUCCESS) {
        throw error(fmt::format("gives '{}' an id that is no whole number of 0 or more",
                                words::escaped(token, 40)));
      }
      take(number, token);
    }
  }

  std::string_view text() const {
    std::string_view text;
    if (value_.get(text) != simdjson::SUCCESS) throw error("is not a text");
    return text;
  }

  std::uint64_t number() const {
    std::uint64_t number = 0;
    if (value_.get(number) != simdjson::SUCCESS) {
      throw error("is not a whole number of 0 or more");
    }
    return number;
  }

  // Of a list of which the words are made only where something is wrong.
  struct Item {
    const Node& list;
    element value;
    std::uint64_t number;

    Node node() const { return {value, list.file_, fmt::format("{}[{}]", list.place_, number)}; }
    // The item itself, or the first, second, ... of the list that it is.
    std::string_view text() const {
      std::string_view text;
      return value.get(text) == simdjson::SUCCESS ? text : node().text();
    }
    std::string_view textAt(std::size_t index) const {
      std::string_view text;
      if (value.at(index).get(text) == simdjson::SUCCESS) return text;
      throw node().error(fmt::format("is not a list whose item {} is a text", index));
    }
  };

 private:
  element value_;
  const std::string& file_;
  std::string place_;
};

// Gives the document's root to `read`; what it does not find there is an Error.
void readRoot(std::string_view tokenizer_json, const std::string& file,
              const std::function<void(const Node&)>& read) {
  const JsonPlace place{file, "the file", "fetch the file again"};
  if (const auto other = words::pointerOrPage(tokenizer_json)) {
    throw inputError(file, other->what, other->remedy);
  }
  words::refuseOtherEncodings(tokenizer_json, place);
  simdjson::dom::parser parser;
  element root;
  if (const auto problem = parser.parse(tokenizer_json.data(), tokenizer_json.size()).get(root)) {
    throw place.error(fmt::format("the file is not valid JSON: {}", words::whyNoJson(problem)));
  }
  read(Node(root, file, ""));
}

// Each token with its id.
template <class Take>
void eachToken(const Node& vocabulary, const Take& take) {
  if (!vocabulary.isList()) return vocabulary.eachId(take);
  // Unigram: [[token, score], ...], the id is the place in the list.
  vocabulary.eachItem(
      [&](std::uint64_t id, const Node::Item& entry) { take(id, entry.textAt(0)); });
}

// "left right", or the pair that newer files write, whose parts may hold spaces.
std::string mergeOf(const Node::Item& merge) {
  if (!merge.value.is_array()) return std::string(merge.text());
  return std::string(merge.textAt(0)) + ' ' + std::string(merge.textAt(1));
}

}  // namespace

std::vector<std::string> tokensOf(std::string_view tokenizer_json, const std::string& place) {
  std::vector<std::string> tokens;
  const auto add = [&](std::uint64_t id, std::string_view token) {
    if (id >= kMostTokens) {
      throw inputError(place, fmt::format("a token has id {}, beyond {}", id, kMostTokens - 1));
    }
    if (id >= tokens.size()) tokens.resize(id + 1);
    tokens[id] = token;
  };
  readRoot(tokenizer_json, place, [&](const Node& root) {
    eachToken(root.at("model").at("vocab"), add);
    if (!root.has("added_tokens")) return;
    root.at("added_tokens").eachItem([&](std::uint64_t, const Node::Item& entry) {
      const Node token = entry.node();
      add(token.at("id").number(), token.at("content").text());
    });
  });
  return tokens;
}

Tokenizer tokenizerOf(std::string_view tokenizer_json, const std::string& place) {
  Tokenizer tokenizer;
  readRoot(tokenizer_json, place, [&](const Node& root) {
    const Node model = root.at("model");
    eachToken(model.at("vocab"),
              [&](std::uint64_t id, std::string_view token) { tokenizer.ids.emplace(token, id); });
    if (root.has("added_tokens")) {
      root.at("added_tokens").eachItem([&](std::uint64_t, const Node::Item& entry) {
        tokenizer.added.emplace_back(entry.node().at("content").text());
      });
    }
    if (!model.has("merges")) return;
    model.at("merges").eachItem([&](std::uint64_t, const Node::Item& merge) {
      tokenizer.merges.push_back(mergeOf(merge));
    });
  });
  return tokenizer;
}

}  // namespace kindred::models
