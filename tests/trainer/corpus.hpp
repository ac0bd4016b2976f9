// Synthetic text: an endless stream of tokens from a seeded process, and words to spell them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <kindred/random.hpp>

namespace kindred::trainer {

// Inputs and the tokens that follow them, sequence by sequence.
struct Batch {
  std::size_t sequences = 0, length = 0;
  std::vector<std::uint32_t> inputs, targets;
};

// A Markov process with word classes and a hidden topic: within a topic each class has few
// successors, of falling probability; the topic changes now and then. Two seeds make two languages.
class Corpus {
 public:
  Corpus(std::size_t vocabulary, std::uint64_t seed);

  std::size_t vocabulary() const { return vocabulary_; }
  // A fresh text; equal generators give equal texts.
  Batch batch(std::size_t sequences, std::size_t length, Random& random) const;

 private:
  std::uint32_t next(std::size_t topic, std::uint32_t token, Random& random) const;

  std::size_t vocabulary_;
  std::vector<std::uint32_t> successors_;  // [topic][class][choice]
};

// Distinct words for a tokenizer. About half of them are common to two seeds, at other indices.
std::vector<std::string> words(std::size_t count, std::uint64_t seed);

}  // namespace kindred::trainer
