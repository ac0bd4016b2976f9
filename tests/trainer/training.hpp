// Training: a number of steps of an optimizer over fresh batches of a corpus.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "trainer/corpus.hpp"
#include "trainer/weights.hpp"

namespace kindred::trainer {

enum class Optimizer { adamw, sgd };  // sgd: with momentum

struct Training {
  std::size_t steps = 150, sequences = 8, length = 32;
  Optimizer optimizer = Optimizer::adamw;
  double rate = 1e-2;      // the highest: it climbs over the first tenth, then falls to a tenth
  double decay = 0.05;     // decoupled, of matrices alone
  double clip = 1;         // of the gradient's norm
  std::uint64_t seed = 1;  // of the text
  std::function<bool(std::string_view name)> frozen = {};  // weights that are left alone
};

// Trains in place; the loss of each step before it was taken. Equal calls give equal bits.
template <class T>
std::vector<double> train(Weights<T>& weights, const Corpus& corpus, const Training& training);

}  // namespace kindred::trainer
