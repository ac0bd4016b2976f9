#include "align/parts.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include <kindred/analysis/align/bands.hpp>
#include <kindred/analysis/align/origins.hpp>

#include "align/unit_rows.hpp"

namespace kindred::align {
namespace {

std::vector<Part> mlpParts(const ModelProfile& model) {
  std::vector<Part> parts;
  const std::vector<Place>& places = model.weights().mlps();
  for (std::size_t m = 0; m < places.size() && m < model.doubling().units.size(); ++m) {
    Part& part = parts.emplace_back(Part{places[m], {}});
    const std::vector<std::uint32_t>& origins = model.doubling().units[m];
    for (std::uint32_t i = 0; i < origins.size(); ++i) part.units.push_back({origins[i], {i}});
  }
  return parts;
}

std::vector<Place> placesOfColumns(const ModelWeights& weights, std::string_view role) {
  if (role == role::kDown) return weights.mlps();
  std::vector<Place> places;
  for (std::uint64_t l = 0; l < weights.shape().layers; ++l) {
    places.push_back({static_cast<std::int64_t>(l), -1, false});
  }
  return places;
}

// Columns of a matrix, or of its first rows: a sample, of which those that are copies share a coin.
std::vector<Part> columnParts(const ModelWeights& weights, std::string_view role) {
  std::vector<Part> parts;
  for (const Place& place : placesOfColumns(weights, role)) {
    if (weights.rows(role, place) == 0) continue;
    constexpr std::uint64_t kFirstNumbers = 64;  // tell which are alike
    const Matrix units = transposed(weights.matrix(role, place), kColumnsInPlace, kFirstNumbers);
    Origins origins(units.rows);
    joinAlike(units.values, units.columns, origins);
    std::map<std::uint32_t, std::uint32_t> first;
    for (std::uint32_t i = 0; i < units.rows; ++i) {
      const std::uint32_t coin = coinOfColumn(weights.shape().headsOf(place.layer), role, i);
      origins.join(first.try_emplace(coin, i).first->second, i);
    }
    const auto before = static_cast<std::uint32_t>(parts.size() * kColumnsInPlace);
    Part& part = parts.emplace_back(Part{place, {}});
    for (std::uint32_t i = 0; i < units.rows; ++i) {
      part.units.push_back({before + origins.find(i), {i}});
    }
  }
  return parts;
}

// What of each head changes sign by itself.
enum class Of { values, pairs, free };

// The rows of one such unit of a head.
std::vector<std::uint64_t> rowsOfUnit(const ModelShape& shape, const HeadShape& heads, Of of,
                                      std::uint64_t unit) {
  if (of == Of::values) return {unit};
  if (of == Of::free) return {heads.rotary_dim + unit};
  return {firstOfPair(shape, unit), secondOfPair(shape, unit, heads.rotary_dim)};
}

// Rows of values, rotary pairs of keys or queries, or rows of keys beyond the rotary part.
std::vector<Part> headParts(const ModelProfile& model, const std::vector<std::uint32_t>& origins,
                            Of of, bool queries = false) {
  const ModelShape& shape = model.weights().shape();
  std::vector<Part> parts;
  for (std::uint64_t l = 0; l < shape.layers; ++l) {
    const auto layer = static_cast<std::int64_t>(l);
    const HeadShape heads = shape.headsOf(layer);
    const std::uint64_t readers = queries && heads.kv_heads > 0
                                      ? std::max<std::uint64_t>(heads.heads / heads.kv_heads, 1)
                                      : 1;
    const std::uint64_t dim = of == Of::values ? heads.value_dim : heads.key_dim;
    const std::uint64_t units = of == Of::values  ? dim
                                : of == Of::pairs ? heads.rotary_dim / 2
                                                  : dim - std::min(heads.rotary_dim, dim);
    Part& part = parts.emplace_back(Part{{layer, -1, false}, {}});
    for (std::uint64_t head = 0; head < heads.kv_heads * readers; ++head) {
      const auto kv_head = static_cast<std::int64_t>(head / readers);
      const std::size_t at = attentionDim(shape, layer, kv_head, 0);
      for (std::uint64_t u = 0; u < units; ++u) {
        const std::vector<std::uint64_t> rows = rowsOfUnit(shape, heads, of, u);
        if (at + rows.front() >= origins.size()) continue;
        Unit unit{origins[at + rows.front()], {}};
        for (const std::uint64_t row : rows) {
          unit.rows.push_back(static_cast<std::uint32_t>(head * dim + row));
        }
        part.units.push_back(std::move(unit));
      }
    }
  }
  return parts;
}

// Of the key that all heads of a layer share: its rotary pairs. Those of all layers count as copies
// of each other.
std::vector<Part> sharedKeyParts(const ModelWeights& weights) {
  std::vector<Part> parts;
  for (std::uint64_t l = 0; l < weights.shape().layers; ++l) {
    const Place place{static_cast<std::int64_t>(l), -1, false};
    const std::uint64_t rows = weights.rows(role::kSharedKey, place);
    Part& part = parts.emplace_back(Part{place, {}});
    for (std::uint32_t p = 0; p < rows / 2; ++p) {
      part.units.push_back({p,
                            {static_cast<std::uint32_t>(firstOfPair(weights.shape(), p)),
                             static_cast<std::uint32_t>(secondOfPair(weights.shape(), p, rows))}});
    }
  }
  return parts;
}

std::vector<Part> latentParts(const ModelWeights& weights, std::string_view role) {
  std::vector<Part> parts;
  for (std::uint64_t l = 0; l < weights.shape().layers; ++l) {
    const Place place{static_cast<std::int64_t>(l), -1, false};
    Part& part = parts.emplace_back(Part{place, {}});
    for (std::uint32_t i = 0; i < weights.rows(role, place); ++i) part.units.push_back({i, {i}});
  }
  return parts;
}

}  // namespace

std::vector<Part> partsOf(const ModelProfile& model, const GaugeUse& use) {
  const Doubling& doubling = model.doubling();
  if (use.axis == 1 && use.gauge != Gauge::residual_dim) {
    return columnParts(model.weights(), use.role);
  }
  if (use.gauge == Gauge::mlp_unit) return mlpParts(model);
  if (use.role == role::kSharedKey) return sharedKeyParts(model.weights());
  if (use.gauge == Gauge::value_dim) return headParts(model, doubling.value_dims, Of::values);
  if (use.gauge == Gauge::rotary_pair) {
    return headParts(model, doubling.key_dims, Of::pairs, use.role == role::kQuery);
  }
  if (use.gauge == Gauge::rotary_free) return headParts(model, doubling.key_dims, Of::free);
  if (use.gauge == Gauge::latent_dim) return latentParts(model.weights(), use.role);
  return {};
}

}  // namespace kindred::align
