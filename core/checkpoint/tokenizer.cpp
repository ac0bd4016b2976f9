#include "checkpoint/tokenizer.hpp"

#include <simdjson.h>

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

}  // namespace

std::vector<std::string> tokensOf(std::string_view tokenizer_json, const std::string& place) {
  simdjson::dom::parser parser;
  try {
    const element root = parser.parse(tokenizer_json.data(), tokenizer_json.size());
    Vocabulary vocabulary(place);
    const element listed = root["model"]["vocab"];
    if (listed.is_array()) {
      vocabulary.addList(listed);
    } else {
      vocabulary.addObject(listed);
    }
    element added;
    if (root["added_tokens"].get(added) == simdjson::SUCCESS) vocabulary.addExtra(added);
    return vocabulary.take();
  } catch (const simdjson::simdjson_error& error) {
    throw inputError(place, std::string("not a tokenizer with a vocabulary: ") + error.what());
  }
}

}  // namespace kindred::checkpoint
