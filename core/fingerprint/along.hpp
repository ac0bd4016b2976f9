// Maps of the residual stream into itself, gains of its norms, and cosines inside layers, as a
// fingerprint holds them: of a model's weights, in whole numbers within 127.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <kindred/model_weights.hpp>

#include "fingerprint/fingerprint.hpp"

namespace kindred::fingerprint {

// At `coordinates` of the stream's coordinates, evenly spread; row by row. Empty where a matrix was
// not read whole, or there is none.
class StreamMaps {
 public:
  StreamMaps(const ModelWeights& weights, std::uint32_t coordinates);

  // down x up, of all experts of a layer.
  std::vector<float> ofMlps(std::int64_t layer) const;
  // output x value, of all heads.
  std::vector<float> ofAttention(std::int64_t layer) const;
  // How coordinates go together over tokens, without what these have in common.
  std::vector<float> ofTokens(std::span<const float> rows) const;

 private:
  // Adds writes [coordinates, units] x reads [units, hidden], the latter's rows by `rows`.
  bool add(const Matrix& writes, const Matrix& reads, std::span<const std::uint64_t> rows,
           std::vector<float>& map) const;

  const ModelWeights& weights_;
  std::vector<std::uint32_t> chosen_;  // coordinates
};

// 0, the middle, the quarters, ...: the first ones are spread over the depth, however many.
std::vector<std::int64_t> spreadLayers(std::uint64_t layers);

// False where the map tells nothing; its diagonal is left out.
bool addMap(std::vector<float> map, Streams& maps);
// False where the gains are all alike.
bool addGains(std::span<const float> gains, Streams& norms);
// Of rows of length one: the first `units` gates with each other, these ups with these gates, and
// the extremes of the cosines of each of these gates with all gates.
void addLayer(std::span<const float> gates, std::span<const float> ups, std::size_t hidden,
              std::size_t units, Grams& grams);

}  // namespace kindred::fingerprint
