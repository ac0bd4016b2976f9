// The sign symmetries of a decoder: signs that may be given to its weights without changing its
// function, the distribution of its start, or, up to the same signs, its training.
#pragma once

#include <cstdint>
#include <vector>

#include "trainer/weights.hpp"

namespace kindred::trainer {

// One of +1 and -1 for each element of each gauge; empty: the gauge is left alone.
template <class T>
struct Signs {
  struct OfLayer {
    std::vector<std::vector<T>> units;  // of each MLP: rows of up, columns of down
    std::vector<T> values;              // of each value row: columns of o in its group of heads
    std::vector<T> keys;  // of each row of k, the same for both of a rotary pair: q in the group
  };
  std::vector<OfLayer> layers;
  std::vector<T> residual;  // coordinates of the residual stream; norm gains keep theirs
};

enum class SignGauge : unsigned { units = 1, values = 2, keys = 4, residual = 8, all = 15 };

template <class T>
Signs<T> drawSigns(Weights<T>& weights, std::uint64_t seed, SignGauge gauges = SignGauge::all);

// In place; twice is the identity.
template <class T>
void applySigns(Weights<T>& weights, const Signs<T>& signs);

}  // namespace kindred::trainer
