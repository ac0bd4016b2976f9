// A model's weights as matrix tests and aligners see them: whole, bounded matrices by role, with
// the gains of the norm before them folded in, and the gauges that the architecture grants.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <kindred/heads.hpp>
#include <kindred/plugin.hpp>
#include <kindred/test.hpp>

namespace kindred {

// The roles that tests ask for; the host translates them into an architecture's own.
namespace role {
inline constexpr std::string_view kEmbedding = "embedding";
inline constexpr std::string_view kOutput = "head";
inline constexpr std::string_view kGate = "mlp.gate";
inline constexpr std::string_view kUp = "mlp.up";
inline constexpr std::string_view kDown = "mlp.down";
inline constexpr std::string_view kRouter = "router";
inline constexpr std::string_view kQuery = "attention.q";
inline constexpr std::string_view kKey = "attention.k";
inline constexpr std::string_view kValue = "attention.v";
inline constexpr std::string_view kAttentionOutput = "attention.o";
inline constexpr std::string_view kQueryLatent = "attention.q_a";
inline constexpr std::string_view kQueryLatentUp = "attention.q_b";
inline constexpr std::string_view kKeyValueLatent = "attention.kv_a";
inline constexpr std::string_view kKeyValueLatentUp = "attention.kv_b";
inline constexpr std::string_view kSharedKey = "attention.k_rope";  // rotary, of all heads
inline constexpr std::string_view kAttentionNorm = "norm.attention";
inline constexpr std::string_view kMlpNorm = "norm.mlp";
inline constexpr std::string_view kFinalNorm = "norm.final";
}  // namespace role

// Where a matrix stands. Layer -1: outside the layers; expert -1: a dense MLP, or no MLP at all.
struct Place {
  std::int64_t layer = -1;
  std::int64_t expert = -1;
  bool shared = false;  // an expert that sees every token; `expert` is -1

  friend auto operator<=>(const Place&, const Place&) = default;
};

// What of a model's shape alignment depends on. Zero: not stated. Of heads it is the most that any
// layer, any keys and any values have: room for all of them.
struct ModelShape {
  std::uint64_t layers = 0, hidden = 0, heads = 0, kv_heads = 0, head_dim = 0, rotary_dim = 0;
  bool rotary_interleaved = false;  // rotary pairs are neighbours, not half the rotary part apart
  std::vector<HeadShape> by_layer = {};  // empty: every layer's heads are as above

  HeadShape headsOf(std::int64_t layer) const {
    if (by_layer.empty()) return {heads, kv_heads, head_dim, head_dim, rotary_dim};
    const auto at = static_cast<std::size_t>(layer);
    return layer >= 0 && at < by_layer.size() ? by_layer[at] : HeadShape{};
  }
};

// Rows that a head has in a matrix of keys, queries or values; columns, in what reads values.
inline std::uint64_t headDim(const HeadShape& heads, std::string_view role) {
  return role == role::kValue || role == role::kAttentionOutput ? heads.value_dim : heads.key_dim;
}

// The first of the two rows of a rotary pair, and the second, among `dim` rows that turn.
inline std::uint64_t firstOfPair(const ModelShape& shape, std::uint64_t pair) {
  return shape.rotary_interleaved ? 2 * pair : pair;
}
inline std::uint64_t secondOfPair(const ModelShape& shape, std::uint64_t pair, std::uint64_t dim) {
  return shape.rotary_interleaved ? 2 * pair + 1 : pair + dim / 2;
}

// What the architecture says about one axis of a role under one gauge.
struct GaugeGrant {
  bool sign = false;
  bool permutation = false;
  std::string reason;  // why it holds, or why it is refused
  // Whose word it is, where that is not the program's: a file of the user's own. Empty: shipped.
  std::string unverified = {};
};

class KINDRED_EXPORT ModelWeights {
 public:
  virtual ~ModelWeights() = default;
  // The key under which results name the model.
  virtual const std::string& model() const = 0;
  virtual const std::string& architecture() const = 0;
  virtual const ModelShape& shape() const = 0;
  // Every MLP that may be read, by layer: dense, shared, routed experts. Ups only beside gates.
  virtual const std::vector<Place>& mlps() const = 0;
  // The token of each embedding row, as the tokenizer spells it; empty where a row has none.
  virtual const std::vector<std::string>& tokens() const = 0;
  // Rows that a matrix has; 0: the model has no such matrix.
  virtual std::uint64_t rows(std::string_view role, const Place& place) const = 0;
  // False: the matrix has more rows than may be read.
  virtual bool whole(std::string_view, const Place&) const { return true; }
  // The matrix, or the named rows of it; no rows where there is none. Columns that read the stream
  // are multiplied by the gains of the norm before them. A vector is one row. [any-thread]
  virtual Matrix matrix(std::string_view role, const Place& place,
                        std::span<const std::uint32_t> rows = {}) const = 0;
  // Axis 0: rows.
  virtual GaugeGrant gauge(std::string_view role, unsigned axis, Gauge which) const = 0;
  // Empty, or why the numbers that a matrix can hold do not come in pairs x and -x (an integer
  // format with a zero point): rounding then breaks the symmetry of signs for the smallest cosines.
  virtual std::string asymmetry(std::string_view role, const Place& place) const = 0;
};

}  // namespace kindred
