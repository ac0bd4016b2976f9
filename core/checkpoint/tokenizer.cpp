#include "checkpoint/tokenizer.hpp"

#include <simdjson.h>

#include <functional>

#include <kindred/error.hpp>

namespace kindred::checkpoint {
namespace {

using simdjson::dom::element;

// Larger vocabularies than any there is; bounds what a hostile id can allocate.
constexpr std::uint64_t kMostTokens = std::uint64_t{1} << 24;

class Vocabulary {
 public:
  explicit Vocabulary(const std::string& place) : place_(place) {}

  void add(std::uint64_t id, std::string_view token) {
    if (id >= kMostTokens) {
      throw inputError(place_, "a token has id " + std::to_string(id) + ", beyond " +
                                   std::to_string(kMostTokens - 1));
    }
    if (id >= tokens_.size()) tokens_.resize(id + 1);
    tokens_[id] = token;
  }

  void addObject(element vocabulary) {
    for (const auto [token, id] : simdjson::dom::object(vocabulary)) add(std::uint64_t(id), token);
  }

  // Unigram: [[token, score], ...], the id is the place in the list.
  void addList(element vocabulary) {
    std::uint64_t id = 0;
    for (const element entry : simdjson::dom::array(vocabulary)) {
      add(id++, std::string_view(entry.at(0)));
    }
  }

  void addExtra(element added) {
    for (const element entry : simdjson::dom::array(added)) {
      add(std::uint64_t(entry["id"]), std::string_view(entry["content"]));
    }
  }

  std::vector<std::string> take() { return std::move(tokens_); }

 private:
  const std::string& place_;
  std::vector<std::string> tokens_;
};

// Gives the document's root to `read`; what it does not find there is an Error.
void readRoot(std::string_view tokenizer_json, const std::string& place,
              const std::function<void(element)>& read) {
  simdjson::dom::parser parser;
  try {
    read(parser.parse(tokenizer_json.data(), tokenizer_json.size()));
  } catch (const simdjson::simdjson_error& error) {
    throw inputError(place, std::string("not a tokenizer with a vocabulary: ") + error.what());
  }
}

// "left right", or the pair that newer files write, whose parts may hold spaces.
std::string mergeOf(element merge) {
  if (!merge.is_array()) return std::string(std::string_view(merge));
  return std::string(std::string_view(merge.at(0))) + ' ' +
         std::string(std::string_view(merge.at(1)));
}

}  // namespace

std::vector<std::string> tokensOf(std::string_view tokenizer_json, const std::string& place) {
  Vocabulary vocabulary(place);
  readRoot(tokenizer_json, place, [&](element root) {
    const element listed = root["model"]["vocab"];
    if (listed.is_array()) {
      vocabulary.addList(listed);
    } else {
      vocabulary.addObject(listed);
    }
    element added;
    if (root["added_tokens"].get(added) == simdjson::SUCCESS) vocabulary.addExtra(added);
  });
  return vocabulary.take();
}

Tokenizer tokenizerOf(std::string_view tokenizer_json, const std::string& place) {
  Tokenizer tokenizer;
  readRoot(tokenizer_json, place, [&](element root) {
    const element model = root["model"], listed = model["vocab"];
    if (listed.is_array()) {
      std::uint64_t id = 0;
      for (const element entry : simdjson::dom::array(listed)) {
        tokenizer.ids.emplace(std::string_view(entry.at(0)), id++);
      }
    } else {
      for (const auto [token, id] : simdjson::dom::object(listed)) {
        tokenizer.ids.emplace(token, std::uint64_t(id));
      }
    }
    element part;
    if (root["added_tokens"].get(part) == simdjson::SUCCESS) {
      for (const element entry : simdjson::dom::array(part)) {
        tokenizer.added.emplace_back(std::string_view(entry["content"]));
      }
    }
    if (model["merges"].get(part) == simdjson::SUCCESS && !part.is_null()) {
      for (const element merge : simdjson::dom::array(part)) {
        tokenizer.merges.push_back(mergeOf(merge));
      }
    }
  });
  return tokenizer;
}

}  // namespace kindred::checkpoint
