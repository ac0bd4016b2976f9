// What an MLP's unit keeps under every disguise. Its gate row g, up row u and down column d may be
// turned together with the residual stream, and u and d scaled by c and 1/c of either sign; the
// lengths |g| and |u||d|, the sizes of the three cosines between them, and the product of those
// that turn with c stay.
#include <cmath>
#include <vector>

#include <kindred/analysis/invariants/invariants.hpp>

namespace {

using kindred::invariants::Mlp;
namespace invariants = kindred::invariants;
namespace linear = kindred::linear;

// Strangers of one recipe reach 0.13: units of one kind are as long, and as much alike within, in
// all of them. Copies that were trained on keep 0.9.
constexpr double kBeyondStrangers = 0.5;

// One list a feature, one value a unit.
using Features = std::vector<std::vector<double>>;

Features featuresOf(const Mlp& mlp) {
  const bool with_down = !mlp.down.is_empty();
  Features features(with_down ? 6 : 2);
  const auto cosine = [](const arma::fmat& x, const arma::fmat& y, arma::uword j) {
    return linear::dot(x.colptr(j), y.colptr(j), x.n_rows);
  };
  for (arma::uword j = 0; j < mlp.gate.n_cols; ++j) {
    const double gate_up = cosine(mlp.gate, mlp.up, j);
    features[0].push_back(std::abs(gate_up));
    features[1].push_back(mlp.gate_length[j]);
    if (!with_down) continue;
    const double gate_down = cosine(mlp.gate, mlp.down, j);
    features[2].push_back(std::abs(gate_down));
    features[3].push_back(cosine(mlp.up, mlp.down, j));
    features[4].push_back(gate_up * gate_down);
    features[5].push_back(mlp.up_length[j] * mlp.down_length[j]);
  }
  return features;
}

class UnitInvariants final : public kindred::MatrixTest {
 public:
  explicit UnitInvariants(const kindred::Parameters& parameters)
      : most_(static_cast<std::size_t>(parameters.integer("mlps"))) {}

  std::vector<kindred::GaugeUse> uses() const override { return invariants::noGauge(); }
  bool calibrated() const override { return true; }

  std::vector<kindred::Finding> run(const kindred::MatrixTask& task) const override {
    invariants::Mean mean;
    for (const kindred::MlpMatch* match : invariants::spread(task.alignment, most_)) {
      const Mlp of_a = invariants::mlpOf(task.a.weights(), match->a);
      const Mlp of_b = invariants::mlpOf(task.b.weights(), match->b);
      if (of_a.up.n_cols != of_a.gate.n_cols || of_b.up.n_cols != of_b.gate.n_cols) continue;
      compare(featuresOf(of_a), featuresOf(of_b), *match, mean);
    }
    return mean.finding("mean rank correlation of lengths and cosines of matched units", task,
                        kBeyondStrangers);
  }

 private:
  static void compare(const Features& a, const Features& b, const kindred::MlpMatch& match,
                      invariants::Mean& mean) {
    const std::size_t common = std::min(a.size(), b.size());
    double sum = 0;
    std::uint64_t units = 0;
    for (std::size_t f = 0; f < common; ++f) {
      std::vector<double> x, y;
      for (std::size_t j = 0; j < match.units.size(); ++j) {
        if (match.units[j] < 0) continue;
        x.push_back(a[f][static_cast<std::size_t>(match.units[j])]);
        y.push_back(b[f][j]);
      }
      units = x.size();
      sum += invariants::rankCorrelation(x, y) / static_cast<double>(common);
    }
    if (units > 1) mean.add(sum, units);
  }

  std::size_t most_;
};

}  // namespace

KINDRED_MATRIX_TEST(UnitInvariants, "unit-invariants", "1.0",
                    "Lengths and cosines within each MLP unit, which no disguise changes",
                    kindred::integer("mlps", "64", 1, 65536, "MLPs compared at most"))
