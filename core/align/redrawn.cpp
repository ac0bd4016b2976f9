#include "align/redrawn.hpp"

#include <algorithm>

#include <kindred/random.hpp>

namespace kindred::align {
namespace {

constexpr Gauge kSigned[] = {Gauge::mlp_unit,    Gauge::value_dim,  Gauge::rotary_pair,
                             Gauge::rotary_free, Gauge::latent_dim, Gauge::residual_dim};

std::uint64_t mixed(std::uint64_t seed, std::uint64_t with) {
  return Random(seed ^ Random(with)())();
}

bool readsQueries(std::string_view role) {
  return role == role::kQuery || role == "attention.q_bias";
}

// The row that writes a latent, for the column that reads it too.
std::string_view latentOf(std::string_view role) {
  if (role == role::kQueryLatentUp) return role::kQueryLatent;
  if (role == role::kKeyValueLatentUp) return role::kKeyValueLatent;
  return role;
}

// A key that all heads of a layer share is one head that turns as a whole.
HeadShape headsOf(const ModelWeights& weights, std::string_view role, const Place& place) {
  if (role != role::kSharedKey) return weights.shape().headsOf(place.layer);
  const std::uint64_t rows = weights.rows(role, place);
  return {1, 1, rows, rows, rows};
}

}  // namespace

Matrix Redrawn::matrix(std::string_view role, const Place& place,
                       std::span<const std::uint32_t> rows) const {
  Matrix matrix = weights_.matrix(role, place, rows);
  if (matrix.rows == 0) return matrix;
  const bool is_vector = role.ends_with("bias");  // its elements are rows
  const std::size_t last =
      rows.empty() ? matrix.rows : 1 + *std::max_element(rows.begin(), rows.end());
  const std::vector<float> of_rows =
      is_vector ? std::vector<float>(matrix.rows, 1) : signs(role, 0, place, last);
  const std::vector<float> of_columns = signs(role, is_vector ? 0 : 1, place, matrix.columns);
  for (std::size_t i = 0; i < matrix.rows; ++i) {
    const float sign = is_vector || rows.empty() ? of_rows[i] : of_rows[rows[i]];
    for (std::size_t c = 0; c < matrix.columns; ++c) {
      matrix.values[i * matrix.columns + c] *= sign * of_columns[c];
    }
  }
  return matrix;
}

std::vector<float> Redrawn::signs(std::string_view role, unsigned axis, const Place& place,
                                  std::size_t count) const {
  std::vector<float> signs(count, 1);
  for (const Gauge gauge : kSigned) {
    if (!weights_.gauge(role, axis, gauge).sign) continue;
    const std::string_view of = gauge == Gauge::latent_dim ? latentOf(role)
                                : role == role::kSharedKey ? role
                                                           : std::string_view{};
    std::vector<std::size_t> taken(count);
    std::size_t most = 0;
    for (std::size_t i = 0; i < count; ++i) {
      taken[i] = coinOf(gauge, role, place, i);
      if (taken[i] != kNone) most = std::max(most, taken[i] + 1);
    }
    const std::vector<float> tossed = coins(gauge, of, place, most);
    for (std::size_t i = 0; i < count; ++i) {
      if (taken[i] != kNone) signs[i] *= tossed[taken[i]];
    }
  }
  return signs;
}

std::vector<float> Redrawn::coins(Gauge gauge, std::string_view of, const Place& place,
                                  std::size_t count) const {
  std::uint64_t seed = mixed(seed_, static_cast<std::uint64_t>(gauge));
  for (const char c : of) seed = mixed(seed, static_cast<unsigned char>(c));
  if (gauge != Gauge::residual_dim) {  // one for all layers
    seed = mixed(seed, static_cast<std::uint64_t>(place.layer));
    seed = mixed(seed, static_cast<std::uint64_t>(place.expert));
    seed = mixed(seed, place.shared ? 1 : 0);
  }
  Random random(seed);
  std::vector<float> coins(count);
  for (float& coin : coins) coin = random() >> 63 == 0 ? 1.0f : -1.0f;
  return coins;
}

std::size_t Redrawn::coinOf(Gauge gauge, std::string_view role, const Place& place,
                            std::size_t index) const {
  if (gauge == Gauge::mlp_unit || gauge == Gauge::latent_dim || gauge == Gauge::residual_dim) {
    return index;
  }
  const HeadShape heads = headsOf(weights_, role, place);
  if (heads.kv_heads == 0) return kNone;
  const bool queries = readsQueries(role);
  if (queries && weights_.rows(role::kSharedKey, place) > 0) return kNone;
  const std::uint64_t dim = headDim(heads, gauge == Gauge::value_dim ? role::kValue : role::kKey);
  if (dim == 0) return kNone;
  const bool by_query = queries || role == role::kAttentionOutput;
  const std::uint64_t group =
      by_query ? std::max<std::uint64_t>(heads.heads / heads.kv_heads, 1) : 1;
  const std::uint64_t head = index / dim / group, within = index % dim;
  if (gauge == Gauge::value_dim) return head * dim + within;
  const bool turns = within < heads.rotary_dim;
  if (gauge == Gauge::rotary_free) return turns ? kNone : head * dim + within;
  if (!turns || heads.rotary_dim < 2) return kNone;
  const std::uint64_t half = heads.rotary_dim / 2;
  const std::uint64_t pair = shape().rotary_interleaved ? within / 2 : within % half;
  return head * half + pair;
}

}  // namespace kindred::align
