// Responses of MLPs to common probes: the embeddings of tokens that both models know, normalised as
// the MLP's norm would. Units are matched by the responses of their gates and by those of their up
// rows; units of a copy find the same partner both times. After phi_MATCH of Zhu et al.,
// arXiv:2502.12292, with embeddings in place of a forward pass.
#include <cmath>
#include <vector>

#include <kindred/analysis/invariants/invariants.hpp>
#include <kindred/analysis/linear/matching.hpp>

namespace {

namespace invariants = kindred::invariants;
namespace linear = kindred::linear;
namespace role = kindred::role;
using kindred::ModelWeights;

constexpr std::size_t kFewestProbes = 16;
constexpr arma::uword kMostUnits = 4096;  // of an MLP: larger ones are left out

// One probe a column: embeddings at unit root mean square, so that their scale says nothing.
arma::fmat probesOf(const ModelWeights& weights, const std::vector<std::uint32_t>& rows) {
  arma::fmat probes = linear::unitColumns(weights.matrix(role::kEmbedding, {}, rows));
  return probes * std::sqrt(static_cast<float>(probes.n_rows));
}

// Responses of every unit (a column each) to all probes, centred and of unit length.
arma::fmat responses(const arma::fmat& units, const arma::fmat& probes) {
  arma::fmat responses = linear::innerProducts(probes, units);
  for (arma::uword j = 0; j < responses.n_cols; ++j) {
    responses.col(j) -= arma::mean(responses.col(j));
    const float length = arma::norm(responses.col(j));
    if (std::isfinite(length) && length > 0) {
      responses.col(j) /= length;
    } else {
      responses.col(j).zeros();
    }
  }
  return responses;
}

class ProbeMatch final : public kindred::MatrixTest {
 public:
  explicit ProbeMatch(const kindred::Parameters& parameters)
      : probes_(static_cast<std::size_t>(parameters.integer("probes"))),
        most_(static_cast<std::size_t>(parameters.integer("mlps"))) {}

  std::vector<kindred::GaugeUse> uses() const override { return invariants::noGauge(); }
  bool calibrated() const override { return true; }

  std::vector<kindred::Finding> run(const kindred::MatrixTask& task) const override {
    const ModelWeights &a = task.a.weights(), &b = task.b.weights();
    if (a.rows(role::kEmbedding, {}) == 0 || b.rows(role::kEmbedding, {}) == 0) return {};
    const auto& tokens = task.alignment.tokens;
    const std::size_t count = std::min(probes_, tokens.size());
    if (count < kFewestProbes) return {};
    std::vector<std::uint32_t> of_a, of_b;
    for (std::size_t t = 0; t < count; ++t) {
      of_a.push_back(tokens[t * tokens.size() / count].a);
      of_b.push_back(tokens[t * tokens.size() / count].b);
    }
    const arma::fmat probes_a = probesOf(a, of_a), probes_b = probesOf(b, of_b);
    invariants::Mean mean;
    const bool one_layer = b.shape().layers < 2;
    for (const kindred::MlpMatch* match : invariants::spread(task.alignment, most_)) {
      // In the first layer units that detect tokens are common to all models.
      if (match->b.layer == 0 && !one_layer) continue;
      const auto mlp_a = invariants::mlpOf(a, match->a), mlp_b = invariants::mlpOf(b, match->b);
      const arma::uword smaller = std::min(mlp_a.gate.n_cols, mlp_b.gate.n_cols);
      if (std::max(mlp_a.gate.n_cols, mlp_b.gate.n_cols) > kMostUnits || smaller == 0) continue;
      const auto by_gates = linear::assign(
          linear::innerProducts(responses(mlp_a.gate, probes_a), responses(mlp_b.gate, probes_b)));
      const auto by_ups = linear::assign(arma::abs(
          linear::innerProducts(responses(mlp_a.up, probes_a), responses(mlp_b.up, probes_b))));
      mean.add(invariants::agreement(by_gates.a_of_b, by_ups.a_of_b, smaller), smaller);
    }
    return mean.finding("share of units that gates and ups match alike by responses to tokens",
                        task, invariants::shareBeyondStrangers(mean.meanSize()));
  }

 private:
  std::size_t probes_, most_;
};

}  // namespace

KINDRED_MATRIX_TEST(ProbeMatch, "probe-match", "1.0",
                    "Responses of MLP units to the embeddings of tokens that both models know",
                    kindred::integer("probes", "512", 16, 65536, "tokens used at most"),
                    kindred::integer("mlps", "16", 1, 65536, "MLPs compared at most"))
