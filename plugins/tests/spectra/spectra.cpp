// Singular values of matrices, layer by layer: no rotation, order or sign changes them. Up rows are
// scaled by the length of their down column first, so that a unit's scale cancels. Merely disguised
// matrices have equal values to rounding; architecture alone makes those of strangers alike.
#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include <kindred/analysis/invariants/invariants.hpp>

namespace {

namespace invariants = kindred::invariants;
namespace linear = kindred::linear;
namespace role = kindred::role;
using kindred::ModelWeights;
using kindred::Place;

constexpr arma::uword kLargest = 2048;  // shorter side of a matrix whose values are still computed
constexpr double kLeast = 1e-3;         // of the largest value: smaller ones are rounding
constexpr double kEqual = 1e-7;         // a smaller distance is none

arma::fmat upsByDowns(const ModelWeights& weights, const Place& place) {
  invariants::Mlp mlp = invariants::mlpOf(weights, place);
  if (mlp.down.is_empty() || mlp.up.n_cols != mlp.down.n_cols) return {};
  for (arma::uword j = 0; j < mlp.up.n_cols; ++j) {
    mlp.up.col(j) *= static_cast<float>(mlp.up_length[j] * mlp.down_length[j]);
  }
  return mlp.up;
}

arma::fmat matrixOf(const ModelWeights& weights, std::string_view role, const Place& place) {
  if (role == role::kUp) return upsByDowns(weights, place);
  if (weights.rows(role, place) < 2) return {};
  const kindred::Matrix matrix = weights.matrix(role, place);
  return arma::fmat(matrix.values.data(), matrix.columns, matrix.rows);
}

// Logarithms of the largest singular values; empty where they are not worth computing.
std::vector<double> logSpectrum(const arma::fmat& matrix) {
  if (matrix.is_empty() || std::min(matrix.n_rows, matrix.n_cols) > kLargest) return {};
  std::vector<double> values;
  for (const float value : linear::singularValues(matrix)) {
    if (value > 0 && (values.empty() || value >= kLeast * std::exp(values.front()))) {
      values.push_back(std::log(double{value}));
    }
  }
  return values;
}

// Root mean square difference, the matrices' own scales left out.
double distance(const std::vector<double>& x, const std::vector<double>& y) {
  const std::size_t count = std::min(x.size(), y.size());
  double sum = 0, square = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sum += x[i] - y[i];
    square += (x[i] - y[i]) * (x[i] - y[i]);
  }
  const double n = static_cast<double>(count);
  return std::sqrt(std::max(0.0, square / n - sum * sum / (n * n)));
}

class Spectra final : public kindred::MatrixTest {
 public:
  explicit Spectra(const kindred::Parameters& parameters)
      : most_(static_cast<std::size_t>(parameters.integer("mlps"))) {}

  std::vector<kindred::GaugeUse> uses() const override { return invariants::noGauge(); }
  bool calibrated() const override { return true; }

  std::vector<kindred::Finding> run(const kindred::MatrixTask& task) const override {
    invariants::Mean mean;
    std::set<std::int64_t> layers;
    for (const kindred::MlpMatch* match : invariants::spread(task.alignment, most_)) {
      add(task, role::kGate, match->a, match->b, mean);
      add(task, role::kUp, match->a, match->b, mean);
      if (!layers.insert(match->b.layer).second) continue;
      const Place a{match->a.layer, -1, false}, b{match->b.layer, -1, false};
      for (const auto role : {role::kQuery, role::kKey, role::kValue}) add(task, role, a, b, mean);
    }
    // How near the spectra of strangers come to each other depends on size and recipe alone: there
    // is no distance that says copy.
    return mean.finding("negative decimal logarithm of the distance of log singular values", task,
                        std::nullopt);
  }

 private:
  static void add(const kindred::MatrixTask& task, std::string_view role, const Place& a,
                  const Place& b, invariants::Mean& mean) {
    const std::vector<double> of_a = logSpectrum(matrixOf(task.a.weights(), role, a));
    const std::vector<double> of_b = logSpectrum(matrixOf(task.b.weights(), role, b));
    const std::size_t count = std::min(of_a.size(), of_b.size());
    if (count < 2) return;
    mean.add(-std::log10(std::max(distance(of_a, of_b), kEqual)), count);
  }

  std::size_t most_;
};

}  // namespace

KINDRED_MATRIX_TEST(Spectra, "spectra", "1.0",
                    "Singular values of matrices by layer, which no rotation or order changes",
                    kindred::integer("mlps", "6", 1, 65536, "MLPs compared at most"))
