// The vocabulary of a checkpoint's tokenizer.json.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kindred::models {

// The token of each id, as the tokenizer spells it: the model's vocabulary (BPE, WordPiece: an
// object of ids; Unigram: a list) and added tokens. Empty where an id has none. `place` names the
// file in errors: text that is no JSON, no vocabulary in it, ids from 2^22 on.
std::vector<std::string> tokensOf(std::string_view tokenizer_json, const std::string& place);

// A tokenizer's parts, for comparison.
struct Tokenizer {
  std::unordered_map<std::string, std::uint64_t> ids;  // of the model's own tokens
  std::vector<std::string> added;                      // tokens beside them, as spelled
  std::vector<std::string> merges;                     // "left right", by rank; none but for BPE
};
// The same errors.
Tokenizer tokenizerOf(std::string_view tokenizer_json, const std::string& place);

}  // namespace kindred::models
