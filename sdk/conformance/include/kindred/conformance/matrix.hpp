// Checks of matrix tests, and models in memory to try them on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <kindred/conformance/table.hpp>
#include <kindred/matrix_test.hpp>

namespace kindred::conformance {

// A model whose matrices are given one by one, by role and place. It grants every gauge, but for
// those that are refused.
class MemoryWeights final : public ModelWeights {
 public:
  MemoryWeights(std::string model, const ModelShape& shape)
      : model_(std::move(model)), shape_(shape) {}

  // `values`: row after row. A second matrix of a role and place replaces the first.
  MemoryWeights& add(std::string_view role, const Place& place, std::uint64_t rows,
                     std::vector<float> values) {
    Matrix matrix;
    matrix.rows = rows;
    matrix.columns = rows == 0 ? 0 : values.size() / rows;
    matrix.values = std::move(values);
    matrices_.insert_or_assign({std::string(role), place}, std::move(matrix));
    mlps_.clear();
    for (const auto& [key, unused] : matrices_) {
      if (key.first == role::kGate) mlps_.push_back(key.second);
    }
    return *this;
  }
  MemoryWeights& name(std::vector<std::string> tokens) {
    tokens_ = std::move(tokens);
    return *this;
  }
  MemoryWeights& refuse(Gauge gauge, std::string reason) {
    refused_.insert_or_assign(gauge, std::move(reason));
    return *this;
  }

  const std::string& model() const override { return model_; }
  const std::string& architecture() const override { return architecture_; }
  const ModelShape& shape() const override { return shape_; }
  const std::vector<Place>& mlps() const override { return mlps_; }
  const std::vector<std::string>& tokens() const override { return tokens_; }
  std::uint64_t rows(std::string_view role, const Place& place) const override {
    const auto found = matrices_.find({std::string(role), place});
    return found == matrices_.end() ? 0 : found->second.rows;
  }
  Matrix matrix(std::string_view role, const Place& place,
                std::span<const std::uint32_t> rows = {}) const override {
    const auto found = matrices_.find({std::string(role), place});
    if (found == matrices_.end()) return {};
    const Matrix& whole = found->second;
    if (rows.empty()) return whole;
    Matrix part;
    part.rows = rows.size();
    part.columns = whole.columns;
    for (const std::uint32_t row : rows) {
      const auto from = whole.values.begin() + static_cast<std::ptrdiff_t>(row * whole.columns);
      part.values.insert(part.values.end(), from,
                         from + static_cast<std::ptrdiff_t>(whole.columns));
    }
    return part;
  }
  GaugeGrant gauge(std::string_view, unsigned, Gauge which) const override {
    const auto refused = refused_.find(which);
    if (refused != refused_.end()) return {false, false, refused->second};
    return {true, true, ""};
  }
  std::string asymmetry(std::string_view, const Place&) const override { return {}; }

 private:
  std::string model_, architecture_ = "memory";
  ModelShape shape_;
  std::vector<Place> mlps_;
  std::vector<std::string> tokens_;
  std::map<std::pair<std::string, Place>, Matrix> matrices_;
  std::map<Gauge, std::string> refused_;
};

// Every matrix of a small gated transformer, filled with seeded numbers around zero.
inline MemoryWeights randomWeights(const std::string& model, std::uint64_t seed,
                                   std::int64_t layers = 2) {
  constexpr std::uint64_t kHidden = 24, kUnits = 32, kHeads = 4, kHeadDim = 6, kTokens = 40;
  ModelShape shape;
  shape.layers = static_cast<std::uint64_t>(layers);
  shape.hidden = kHidden;
  shape.heads = shape.kv_heads = kHeads;
  shape.head_dim = shape.rotary_dim = kHeadDim;
  MemoryWeights weights(model, shape);
  Random random(seed);
  const auto add = [&](std::string_view role, const Place& place, std::uint64_t rows,
                       std::uint64_t columns) {
    std::vector<float> values(rows * columns);
    for (float& value : values) {
      value = static_cast<float>(random.unit() + random.unit() + random.unit() - 1.5);
    }
    weights.add(role, place, rows, std::move(values));
  };
  std::vector<std::string> tokens;
  for (std::uint64_t t = 0; t < kTokens; ++t) {
    tokens.push_back(std::string("t").append(std::to_string(t)));
  }
  weights.name(std::move(tokens));
  add(role::kEmbedding, {}, kTokens, kHidden);
  add(role::kOutput, {}, kTokens, kHidden);
  add(role::kFinalNorm, {}, 1, kHidden);
  for (std::int64_t layer = 0; layer < layers; ++layer) {
    const Place place{layer, -1, false};
    add(role::kAttentionNorm, place, 1, kHidden);
    add(role::kMlpNorm, place, 1, kHidden);
    for (const auto role : {role::kQuery, role::kKey, role::kValue}) {
      add(role, place, kHeads * kHeadDim, kHidden);
    }
    add(role::kAttentionOutput, place, kHidden, kHeads * kHeadDim);
    add(role::kGate, place, kUnits, kHidden);
    add(role::kUp, place, kUnits, kHidden);
    add(role::kDown, place, kHidden, kUnits);
  }
  return weights;
}

namespace detail {

inline std::vector<std::uint32_t> counted(std::uint64_t count, std::uint32_t from = 0) {
  std::vector<std::uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), from);
  return numbers;
}

// A model without copies within it.
class PlainProfile final : public ModelProfile {
 public:
  explicit PlainProfile(const ModelWeights& weights) : weights_(weights) {
    std::uint32_t unit = 0;
    for (const Place& place : weights.mlps()) {
      const std::uint64_t units = weights.rows(role::kGate, place);
      doubling_.units.push_back(counted(units, unit));
      unit += static_cast<std::uint32_t>(units);
    }
    const ModelShape& shape = weights.shape();
    doubling_.value_dims = counted(shape.layers * shape.kv_heads * shape.head_dim);
    doubling_.key_dims = doubling_.value_dims;
    doubling_.mlp_groups = counted(weights.mlps().size());
    doubling_.attention_groups = counted(shape.layers);
  }
  const ModelWeights& weights() const override { return weights_; }
  const Doubling& doubling() const override { return doubling_; }

 private:
  const ModelWeights& weights_;
  Doubling doubling_;
};

// Parts of equal number belong together, whatever is in them: blind to everything.
inline Alignment byNumber(const ModelWeights& a, const ModelWeights& b, const GaugeUse& use) {
  Alignment alignment;
  // Rows of another width would need a rotation.
  if (a.shape().hidden != b.shape().hidden) return alignment;
  for (const Place& place : b.mlps()) {
    if (a.rows(role::kGate, place) == 0) continue;
    MlpMatch match{place, place, 1, {}, true, {}};
    if (use.of == GaugeUse::Of::signs) {
      for (std::uint64_t u = 0; u < b.rows(role::kGate, place); ++u) {
        match.units.push_back(u < a.rows(role::kGate, place) ? static_cast<std::int32_t>(u)
                                                             : std::int32_t{-1});
      }
    }
    alignment.mlps.push_back(std::move(match));
  }
  const std::uint64_t layers = std::min(a.shape().layers, b.shape().layers);
  const std::uint64_t heads = std::min(a.shape().kv_heads, b.shape().kv_heads);
  for (std::uint64_t layer = 0; layer < layers; ++layer) {
    for (std::uint64_t head = 0; head < heads; ++head) {
      const auto l = static_cast<std::int64_t>(layer), h = static_cast<std::int64_t>(head);
      HeadMatch match{l, h, l, h, 1, {}};
      for (std::uint64_t d = 0; d < b.shape().head_dim; ++d) {
        match.dims.push_back(d < a.shape().head_dim ? static_cast<std::int32_t>(d)
                                                    : std::int32_t{-1});
      }
      alignment.heads.push_back(std::move(match));
    }
  }
  const std::size_t tokens = std::min(a.tokens().size(), b.tokens().size());
  for (std::uint32_t t = 0; t < tokens; ++t) {
    if (a.tokens()[t] == b.tokens()[t]) alignment.tokens.push_back({t, t});
  }
  return alignment;
}

}  // namespace detail

// What a test finds of two models whose parts belong together by number, for every gauge that `a`,
// the reference, grants.
inline std::vector<Finding> findingsOf(const MatrixTest& test, const ModelWeights& a,
                                       const ModelWeights& b, std::uint64_t seed = 1) {
  const detail::PlainProfile of_a(a), of_b(b);
  std::vector<Finding> all;
  for (const GaugeUse& use : test.uses()) {
    const GaugeGrant grant = a.gauge(use.role, use.axis, use.gauge);
    const bool granted = use.of == GaugeUse::Of::signs ? grant.sign : grant.permutation;
    if (!granted && !test.calibrated()) continue;
    const Alignment alignment = detail::byNumber(a, b, use);
    for (Finding& finding : test.run({of_a, of_b, alignment, use, seed})) {
      if (finding.gauge.empty()) finding.gauge = use.gauge;
      all.push_back(std::move(finding));
    }
  }
  return all;
}

// The smallest log10 p; 0 where there are no findings.
inline double smallestLog10P(const std::vector<Finding>& findings) {
  double smallest = 0;
  for (const Finding& finding : findings) smallest = std::min(smallest, finding.log10_p);
  return smallest;
}

inline void checkMatrixTest(Report& report, const Subject& subject) {
  report.check("uses", "it names the gauges that it rests on", [&](Findings& found) {
    const auto test = subject.make<MatrixTest>();
    if (test->calibrated()) return;
    for (const GaugeUse& use : test->uses()) {
      if (use.gauge != Gauge::none && !use.role.empty()) continue;
      return found.error("uses() names no gauge, or no role on which it is granted",
                         "the host asks the architecture for what uses() names",
                         "name gauge, role and axis; or return true from calibrated()");
    }
  });
  report.check("findings", "p-values within their bounds, with their null, twice the same",
               [&](Findings& found) {
                 const auto test = subject.make<MatrixTest>();
                 const MemoryWeights a = randomWeights("a", 21), b = randomWeights("b", 22);
                 bool worked = false;
                 for (const MemoryWeights* other : {&a, &b}) {
                   detail::takes(
                       [&] {
                         std::vector<Finding> findings = findingsOf(*test, a, *other);
                         worked = worked || !findings.empty();
                         if (!test->calibrated()) return findings;
                         for (Finding& finding : findings) finding.null = "the host's";
                         return findings;
                       },
                       found);
                 }
                 if (worked || test->calibrated()) return;
                 found.add(Grade::note, "finds nothing in two small gated transformers",
                           "it is for other kinds of models, or they are too small for it",
                           "try it on MemoryWeights of your own");
               });
  report.check(
      "little", "models without layers, or of other sizes: no finding, or a kindred::Error",
      [&](Findings& found) {
        const auto test = subject.make<MatrixTest>();
        const MemoryWeights a = randomWeights("a", 21);
        ModelShape other = a.shape();
        other.hidden = 8;
        MemoryWeights narrow("narrow", other);
        narrow.add(role::kGate, {0, -1, false}, 4, std::vector<float>(32, 1));
        narrow.add(role::kUp, {0, -1, false}, 4, std::vector<float>(32, 1));
        const MemoryWeights none = randomWeights("none", 23, 0);
        for (const ModelWeights* b : std::initializer_list<const ModelWeights*>{&none, &narrow}) {
          try {
            std::vector<Finding> findings = findingsOf(*test, a, *b);
            for (Finding& finding : findings) {
              if (test->calibrated()) finding.null = "the host's";
            }
            detail::checkFindings(findings, found);
          } catch (const Error&) {
          }
        }
      });
}

}  // namespace kindred::conformance
