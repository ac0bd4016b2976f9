#include "align/formula.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "constants/constants.hpp"

namespace kindred::align {
namespace {

// Rules look at no more of a matrix, and what made one layer's matrix made them all.
constexpr std::uint64_t kColumnsLookedAt = 256, kLayersLookedAt = 4;
constexpr std::size_t kExpertsLookedAt = 2;  // of a layer

std::string whyComputed(const ModelWeights& weights, std::string_view role, const Place& place,
                        std::span<const std::uint32_t> wanted) {
  if (wanted.empty() || weights.rows(role, place) == 0) return {};
  const Matrix matrix = weights.matrix(role, place, wanted);
  if (matrix.rows == 0) return {};
  const std::uint64_t columns = std::min(matrix.columns, kColumnsLookedAt);
  std::vector<float> values;
  for (std::uint64_t r = 0; r < matrix.rows; ++r) {
    const auto row = matrix.values.begin() + static_cast<std::ptrdiff_t>(r * matrix.columns);
    values.insert(values.end(), row, row + static_cast<std::ptrdiff_t>(columns));
  }
  TensorInfo seen = matrix.tensor == nullptr ? TensorInfo{} : *matrix.tensor;
  seen.shape = {matrix.rows, columns};
  seen.elements = values.size();
  std::string why = constants::computed(seen, values);
  if (why.empty()) why = constants::ordered(seen, values);
  if (why.empty()) why = constants::patterned(seen, values);
  return why;
}

bool isOfMlps(std::string_view role) {
  return role == role::kGate || role == role::kUp || role == role::kDown;
}

bool isOfTokens(std::string_view role) { return role == role::kEmbedding || role == role::kOutput; }

}  // namespace

std::vector<Place> placesLookedAt(const ModelWeights& weights, std::string_view role) {
  const std::uint64_t layers = weights.shape().layers;
  const std::uint64_t every = std::max<std::uint64_t>(layers / kLayersLookedAt, 1);
  std::vector<Place> places;
  if (!isOfMlps(role)) {
    for (std::uint64_t l = 0; l < layers; l += every) {
      places.push_back({static_cast<std::int64_t>(l), -1, false});
    }
    return places;
  }
  std::int64_t layer = -1;
  std::size_t before = 0;  // of this layer
  for (const Place& place : weights.mlps()) {
    before = place.layer == layer ? before + 1 : 0;
    layer = place.layer;
    const bool chosen = static_cast<std::uint64_t>(layer) % every == 0;
    if (chosen && before < kExpertsLookedAt) places.push_back(place);
  }
  return places;
}

std::optional<std::string> computedIn(const ModelWeights& weights, std::string_view role,
                                      std::span<const std::uint32_t> tokens) {
  const auto reason = [&](const std::string& where, const std::string& why) {
    return std::string(role) + where + " of " + weights.model() +
           " is, or began as, what any program computes: " + why;
  };
  if (isOfTokens(role)) {
    const auto some = tokens.first(std::min<std::size_t>(tokens.size(), kRowsLookedAt));
    const std::string why = whyComputed(weights, role, {}, some);
    return why.empty() ? std::nullopt : std::optional(reason("", why));
  }
  for (const Place& place : placesLookedAt(weights, role)) {
    std::vector<std::uint32_t> first(
        std::min<std::uint64_t>(kRowsLookedAt, weights.rows(role, place)));
    std::iota(first.begin(), first.end(), 0u);
    const std::string why = whyComputed(weights, role, place, first);
    if (!why.empty()) return reason(" of layer " + std::to_string(place.layer), why);
  }
  return std::nullopt;
}

std::vector<std::string_view> rolesBehind(const GaugeUse& use) {
  const bool order = use.of == GaugeUse::Of::order;
  switch (use.gauge) {
    case Gauge::mlp_unit:
      if (order) return {role::kGate, role::kUp};
      break;
    case Gauge::kv_group:
      return {role::kKey, role::kValue};
    case Gauge::expert:
      return {role::kRouter};
    case Gauge::residual_dim:
      if (order || use.role != role::kUp) return {};  // rows of tokens, and gains
      return {role::kUp, role::kDown, role::kValue, role::kAttentionOutput};
    default:
      break;
  }
  return {use.role};
}

std::optional<std::string> computedBehind(const ModelWeights& weights, const GaugeUse& use) {
  for (const std::string_view role : rolesBehind(use)) {
    if (auto why = computedIn(weights, role)) return why;
  }
  return std::nullopt;
}

}  // namespace kindred::align
