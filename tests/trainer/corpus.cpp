#include "trainer/corpus.hpp"

#include <span>

namespace kindred::trainer {
namespace {

constexpr std::size_t kTopics = 3;
constexpr std::size_t kClasses = 24;  // of words: token modulo kClasses
constexpr std::size_t kChoices = 6;
constexpr double kTopicChange = 0.06;  // about every 16 tokens

// The n-th word of syllables; two of them read "▁ba", "▁badu".
std::string word(std::size_t n) {
  static constexpr char kConsonants[] = "bdfgklmnprstvz";
  static constexpr char kVowels[] = "aeiou";
  constexpr std::size_t kSyllables = 14 * 5;
  std::string text = "\u2581";
  for (++n; n > 0; n /= kSyllables) {
    const std::size_t syllable = n % kSyllables;
    text += kConsonants[syllable / 5];
    text += kVowels[syllable % 5];
  }
  return text;
}

}  // namespace

Corpus::Corpus(std::size_t vocabulary, std::uint64_t seed) : vocabulary_(vocabulary) {
  Random random(seed);
  successors_.resize(kTopics * kClasses * kChoices);
  for (std::uint32_t& token : successors_) {
    token = static_cast<std::uint32_t>(random.below(vocabulary));
  }
}

std::uint32_t Corpus::next(std::size_t topic, std::uint32_t token, Random& random) const {
  std::size_t choice = 0;  // halves of what is left: 1/2, 1/4, ...
  while (choice + 1 < kChoices && (random() >> 63) != 0) ++choice;
  return successors_[(topic * kClasses + token % kClasses) * kChoices + choice];
}

Batch Corpus::batch(std::size_t sequences, std::size_t length, Random& random) const {
  Batch batch{sequences, length, {}, {}};
  for (std::size_t s = 0; s < sequences; ++s) {
    std::size_t topic = random.below(kTopics);
    auto token = static_cast<std::uint32_t>(random.below(vocabulary_));
    for (std::size_t i = 0; i < length; ++i) {
      batch.inputs.push_back(token);
      if (random.unit() < kTopicChange) topic = random.below(kTopics);
      token = next(topic, token, random);
      batch.targets.push_back(token);
    }
  }
  return batch;
}

std::vector<std::string> words(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::string> result;
  for (std::size_t n = 0; n < 2 * count; ++n) result.push_back(word(n));
  random.shuffle(std::span(result));
  result.resize(count);
  return result;
}

}  // namespace kindred::trainer
