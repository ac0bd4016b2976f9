// The coins of each sign gauge.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <kindred/analysis/align/coins.hpp>
#include <kindred/analysis/align/likeness.hpp>
#include <kindred/matrix_test.hpp>

namespace kindred::sign_test {

struct Tosses {
  // One pair's cosine; a coin may be made of several, or of a mean that counts `times`. What is not
  // finite tells nothing.
  void add(std::uint32_t origin, double cosine, std::int64_t layer = -1, int times = 1);

  align::Coins coins;
  std::string note;  // what had to be left out, and why
  align::Sizes sizes = {};
  std::vector<std::int64_t> layers = {};  // of sizes.matched: layers of the reference
  std::optional<Likeness> likeness = {};  // made of the sizes
  // Which coin each row of the reference tosses, where no Doubling says it: latents, coordinates.
  std::vector<std::uint32_t> origins;
  // Units among which each partner was the most alike; 0: they were matched otherwise.
  std::uint64_t others = 0;
};

// How alike the pairs of this layer of the reference are.
std::optional<Likeness> likenessOfLayer(const Tosses& tosses, std::int64_t layer);

// What the absolute cosine of rows of `width` must exceed to be a coin, where the reference's
// number format is not symmetric about zero; then says so in `note`.
double coinThreshold(const MatrixTask& task, std::string_view role, const Place& place,
                     std::uint64_t width, std::string& note);

// mlp-unit: one coin for each up row of the reference.
Tosses tossUnits(const MatrixTask& task);
// value-dim: one for each value row.
Tosses tossValues(const MatrixTask& task);
// rotary-pair: one for each rotary pair of a key-value head.
Tosses tossRotaryPairs(const MatrixTask& task);
// rotary-free: one for each key row without a position.
Tosses tossRotaryFree(const MatrixTask& task);
// rotary-pair again: one for each rotary pair of the key that all heads of a layer share.
Tosses tossSharedKeys(const MatrixTask& task);
// latent-dim: one for each coordinate of a layer's latent of queries, or of keys and values.
Tosses tossLatents(const MatrixTask& task);
// residual-dim: one for each coordinate of the residual stream, for the whole model.
Tosses tossResidual(const MatrixTask& task);

}  // namespace kindred::sign_test
