// Other weights for the same function: what a model can be disguised by, and what rejecting shared
// weights must see through. All in place, for dense models and mixtures.
#pragma once

#include <cstdint>

#include "trainer/weights.hpp"

namespace kindred::trainer {

// Hidden units of every MLP in another order.
template <class T>
void permuteUnits(Weights<T>& weights, std::uint64_t seed);
// Key-value heads with their groups of query heads, and query heads within their groups.
template <class T>
void permuteHeads(Weights<T>& weights, std::uint64_t seed);
// Routed experts of every layer, with their router rows.
template <class T>
void permuteExperts(Weights<T>& weights, std::uint64_t seed);
// Coordinates of the residual stream.
template <class T>
void permuteResidual(Weights<T>& weights, std::uint64_t seed);
// Norm gains become ones, and their readers carry them.
template <class T>
void foldGains(Weights<T>& weights);
// Norm gains become random, between 1 / spread and spread; their readers make up for it.
template <class T>
void redrawGains(Weights<T>& weights, double spread, std::uint64_t seed);
// Gains folded, then a random rotation of the residual stream.
template <class T>
void rotateResidual(Weights<T>& weights, std::uint64_t seed);
// Gains folded, then the rotation that brings the embedding nearest to another model's [tokens,
// hidden].
template <class T>
void rotateResidualTo(Weights<T>& weights, const Matrix<T>& embedding);
// Up rows times c, down columns divided by it, c between 1 / spread and spread.
template <class T>
void scaleUnits(Weights<T>& weights, double spread, std::uint64_t seed);
// A random rotation of each head's values, undone by the output projection.
template <class T>
void rotateValues(Weights<T>& weights, std::uint64_t seed);
// Each head's values turned to be nearest to another model's of the same shape.
template <class T>
void rotateValuesTo(Weights<T>& weights, const Weights<T>& rival);
// Each rotary pair of queries and keys turned by an angle of its own.
template <class T>
void turnRotaryPairs(Weights<T>& weights, std::uint64_t seed);

}  // namespace kindred::trainer
