// Bands: a few rows of a matrix whose columns are units, so that each unit has a short vector. What
// of such vectors is chance, and which are copies of each other. Lengths that don't fit are the
// caller's mistake; nothing here throws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <kindred/analysis/align/origins.hpp>
#include <kindred/model_weights.hpp>

namespace kindred::align {

// The absolute cosine that the largest of `count` random directions of `width` dimensions reaches,
// or hardly more: P(|cos| >= t) <= (1 - t^2)^((width - 1) / 2). 1 for a width below 2.
double largestCosine(double count, std::uint64_t width);

// The least correlation of vectors of `width` from which `coins` pairs, each unit's partner being
// the most alike of `others`, show p <= 10^log10_alpha with 99 %; none where no correlation would.
std::optional<double> detectableInBands(std::uint64_t coins, std::uint64_t others,
                                        std::uint64_t width, double log10_alpha);

// Columns that change sign together have one number: of the down matrix each its own, of an
// attention's output those of one value dimension, which every query head of its group reads.
std::uint32_t coinOfColumn(const HeadShape& heads, std::string_view role, std::uint64_t column);

// Joins vectors more alike, up to sign, than any pair of so many random ones would be. `vectors`
// holds one of `width` numbers after the other; those of length zero join nothing.
void joinAlike(std::span<const float> vectors, std::size_t width, Origins& origins);

// Columns of one matrix, the first, that are tossed as they stand, and that a self-test looks at.
inline constexpr std::size_t kColumnsInPlace = 1024;

}  // namespace kindred::align
