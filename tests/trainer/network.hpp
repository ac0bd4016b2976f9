// The language model as a function of its weights: loss of predicting the next token, and its
// gradient, computed backwards by hand.
#pragma once

#include "trainer/corpus.hpp"
#include "trainer/weights.hpp"

namespace kindred::trainer {

// Mean cross-entropy in nats.
template <class T>
double loss(const Weights<T>& weights, const Batch& batch);

// The same, and the derivative by every weight. `gradient` has the matrices of `weights`; what it
// held is overwritten.
template <class T>
double lossAndGradient(const Weights<T>& weights, const Batch& batch, Weights<T>& gradient);

}  // namespace kindred::trainer
