// The short training that verdicts over trained models need.
#pragma once

#include <cstddef>
#include <cstdint>

#include "trainer/training.hpp"

namespace kindred::trainer {

// In place, on a text over `vocabulary` words. Other seeds give other batches of the same text.
inline void trainBriefly(Weights<float>& weights, std::size_t vocabulary, std::size_t steps,
                         double rate, std::uint64_t seed) {
  Training training;
  training.steps = steps;
  training.sequences = 4;
  training.length = 24;
  training.rate = rate;
  training.seed = seed;
  train(weights, Corpus(vocabulary, 5), training);
}

}  // namespace kindred::trainer
