// Aligners: plugins that find what of two models belongs together (a rotation of the residual
// stream, layers, experts, heads, units), and say what of the weights they looked at.
//
// A test whose null is a gauge (signs or an order drawn at random) stays exact under any search
// that is blind to that gauge. An aligner therefore gives one alignment for each gauge, blind to
// it, and records its readings; the host refuses an alignment whose readings touch the gauge.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <kindred/model_weights.hpp>

namespace kindred {

// The randomness that a test uses: under the null, A's signs (or A's order) along the gauge's axes
// are drawn at random, whatever else holds.
struct GaugeUse {
  Gauge gauge = Gauge::none;
  enum class Of { signs, order } of = Of::signs;
  std::string role;  // the role and axis on which the architecture of A must grant it
  unsigned axis = 0;
};

// What an alignment looked at, along one axis of a role. Cosines of rows see the signs and the
// order of columns; of the rows they see signs but no order; absolute cosines see neither.
struct Reading {
  std::string role;
  unsigned axis = 0;
  bool signs = false;
  bool order = false;
  std::string purpose;  // "rotation by shared tokens"
};

// Maps A's residual stream onto B's: row_of_A * values ~ row_of_B.
struct Rotation {
  std::string found_by = "none";  // none, embeddings, attention, gates
  std::uint64_t rows = 0;         // A's hidden size; 0: the identity
  std::uint64_t columns = 0;      // B's
  std::vector<float> values;      // row-major
  double similarity = 0;          // of the gates under it, free of the gauges
};

// An MLP of B with the MLP of A whose gates, or where these tell nothing whose ups, are most
// similar.
struct MlpMatch {
  Place a;
  Place b;
  double similarity = 0;  // mean of the 64 best cosines of the rows that paired them
  // For each row of B the row of A; -1: none. Empty where the order is what a test draws at random.
  std::vector<std::int32_t> units;
  bool same_order = false;  // units are matched by index
  std::string certificate;  // why the assignment is optimal
};

// A key-value head of B with the head of A that is most similar.
struct HeadMatch {
  std::int64_t layer_a = -1, head_a = -1;
  std::int64_t layer_b = -1, head_b = -1;
  double similarity = 0;
  std::vector<std::int32_t> dims;  // for each value row of B's head the row of A's; -1: none
};

// Rows of the two embeddings that stand for the same token.
struct TokenPair {
  std::uint32_t a;
  std::uint32_t b;
};

struct Alignment {
  Rotation rotation;
  std::vector<Rotation> considered;  // without values: what else was tried
  std::vector<MlpMatch> mlps;        // one for each MLP of B that was read
  std::vector<HeadMatch> heads;      // one for each key-value head of B
  std::vector<TokenPair> tokens;
  std::vector<Reading> readings;
};

// Parts of one model that are copies of each other (an up-scaled depth, up-cycled experts): their
// coins fall together and count once.
struct Doubling {
  struct Join {
    Place a, b;  // MLPs, or layers whose attention is joined
    bool attention = false;
    bool by_size = false;  // alike in the sizes of cosines; else by signs, with log10_p
    double log10_p = 0;
    std::uint64_t units = 0;
  };
  std::vector<Join> joins;
  // A number that all copies have in common, or kNoOrigin for what gives no coin (rows that are
  // zero, constant, or not finite). By MLP (in the order of mlps()) and unit; and by
  // attentionDim().
  std::vector<std::vector<std::uint32_t>> units;
  std::vector<std::uint32_t> value_dims;
  std::vector<std::uint32_t> key_dims;
  // A number that all joined MLPs, or all layers of joined attention, have in common.
  std::vector<std::uint32_t> mlp_groups;
  std::vector<std::uint32_t> attention_groups;
  double share = 0;  // of the units that are copies of others
};
inline constexpr std::uint32_t kNoOrigin = 0xffffffffu;

// The place of one dimension of a key-value head among all of a model.
inline std::size_t attentionDim(const ModelShape& shape, std::int64_t layer, std::int64_t head,
                                std::uint64_t dim) {
  return (static_cast<std::size_t>(layer) * shape.kv_heads + static_cast<std::size_t>(head)) *
             shape.head_dim +
         dim;
}

// What is worth computing once a model and sharing over its pairs. Refers to the weights, which
// must outlive it.
class KINDRED_EXPORT ModelProfile {
 public:
  virtual ~ModelProfile() = default;
  virtual const ModelWeights& weights() const = 0;
  virtual const Doubling& doubling() const = 0;
};

// Refers to both profiles, which must outlive it.
class KINDRED_EXPORT PairAlignment {
 public:
  virtual ~PairAlignment() = default;
  // Computed at first use. [one thread]
  virtual const Alignment& blindTo(const GaugeUse& use) = 0;
};

class KINDRED_EXPORT Aligner {
 public:
  virtual ~Aligner() = default;
  // `known` is what a profile of the same weights said of its doubling, elsewhere or before, so
  // that it need not be searched for again; null: nothing is known. [any-thread]
  virtual std::unique_ptr<ModelProfile> profile(const ModelWeights& weights,
                                                const Doubling* known) const = 0;
  std::unique_ptr<ModelProfile> profile(const ModelWeights& weights) const {
    return profile(weights, nullptr);
  }
  // A is the reference, whose gauges are drawn at random under the null. [any-thread]
  virtual std::unique_ptr<PairAlignment> align(const ModelProfile& a,
                                               const ModelProfile& b) const = 0;
};

}  // namespace kindred

#define KINDRED_ALIGNER(CLASS, NAME, VERSION, SUMMARY, ...)                          \
  KINDRED_PLUGIN(::kindred::Kind::aligner, ::kindred::Aligner, CLASS, NAME, VERSION, \
                 SUMMARY __VA_OPT__(, ) __VA_ARGS__)
