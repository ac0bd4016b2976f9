// Models made of parts of other models: pruned, dropped, repeated, split into experts. In place;
// the shape follows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trainer/weights.hpp"

namespace kindred::trainer {

// Layer i becomes layer order[i]: layers dropped, repeated or exchanged.
void takeLayers(Weights<float>& weights, std::span<const std::size_t> order);
// Keeps this share of the units of every MLP, those with the largest rows and columns.
void pruneUnits(Weights<float>& weights, double share);
// New random units beside the old ones, with small down columns; `share` of the old number.
void widenMlps(Weights<float>& weights, double share, std::uint64_t seed);
// Every unit of every MLP so many times, all one after the other, each with its share of the
// output.
void cloneUnits(Weights<float>& weights, std::size_t times);
// Every coordinate of the residual stream so many times, all one after the other; readers take
// their share of each.
void cloneWidth(Weights<float>& weights, std::size_t times);
// Units of every MLP by falling size, as tools that prune leave them.
void sortUnits(Weights<float>& weights);
// Coordinates of the residual stream by falling size in all that reads it.
void sortResidual(Weights<float>& weights);
// Every MLP becomes that many equal experts under a new router, of which two see a token.
void upcycle(Weights<float>& weights, std::size_t experts, std::uint64_t seed);
// Keeps the first experts of every layer.
void dropExperts(Weights<float>& weights, std::size_t keep);
// Another vocabulary: rows of tokens that are not there are drawn anew, all others kept.
void changeVocabulary(Weights<float>& weights, std::vector<std::string> tokens, std::uint64_t seed);
// Matrices of the chosen names begin again.
void reinitialise(Weights<float>& weights, const std::function<bool(std::string_view)>& chosen,
                  std::uint64_t seed);

}  // namespace kindred::trainer
