// Mean cosine of gate rows of equal number in matched MLPs, against random orders of the units.
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <kindred/analysis/exchange/fixed_points.hpp>
#include <kindred/matrix_test.hpp>
#include <kindred/random.hpp>

namespace {

using kindred::Finding;
using kindred::GaugeUse;
namespace exchange = kindred::exchange;
namespace linear = kindred::linear;
namespace role = kindred::role;

double alignedSum(const arma::fmat& cosines, const std::vector<std::uint32_t>& order) {
  double sum = 0;
  for (arma::uword j = 0; j < cosines.n_cols; ++j) sum += cosines(order[j], j);
  return sum;
}

// Variance of alignedSum() over all orders: W. Hoeffding, Annals of Mathematical Statistics 22,
// 1951.
double variance(const arma::fmat& cosines) {
  arma::mat centred = arma::conv_to<arma::mat>::from(cosines);
  const arma::rowvec column_means = arma::mean(centred, 0);
  const arma::colvec row_means = arma::mean(centred, 1);
  const double mean = arma::mean(row_means);
  centred.each_row() -= column_means;
  centred.each_col() -= row_means;
  centred += mean;
  return arma::accu(arma::square(centred)) / static_cast<double>(cosines.n_rows - 1);
}

class AlignedPermutation final : public kindred::MatrixTest {
 public:
  explicit AlignedPermutation(const kindred::Parameters& parameters)
      : permutations_(static_cast<std::uint64_t>(parameters.integer("permutations"))) {}

  std::vector<GaugeUse> uses() const override {
    return {{kindred::Gauge::mlp_unit, GaugeUse::Of::order, std::string(role::kGate), 0}};
  }

  std::vector<Finding> run(const kindred::MatrixTask& task) const override {
    const arma::fmat rotation = linear::matrixOf(task.alignment.rotation);
    std::vector<arma::fmat> cosines;
    std::vector<std::vector<std::uint32_t>> orders;
    double observed = 0, mean = 0, square = 0;
    std::uint64_t units = 0;
    for (const kindred::MlpMatch& match : exchange::oncePerGroup(task)) {
      arma::fmat block = linear::innerProducts(
          linear::rotated(linear::unitColumns(task.a.weights().matrix(role::kGate, match.a)),
                          rotation),
          linear::unitColumns(task.b.weights().matrix(role::kGate, match.b)));
      if (block.n_rows != block.n_cols || block.n_rows < 2) continue;
      std::vector<std::uint32_t>& order = orders.emplace_back(block.n_rows);
      std::iota(order.begin(), order.end(), 0u);
      observed += alignedSum(block, order);
      mean += arma::accu(arma::conv_to<arma::mat>::from(block)) / static_cast<double>(block.n_rows);
      square += variance(block);
      units += block.n_rows;
      cosines.push_back(std::move(block));
    }
    if (units == 0 || !(square > 1e-12)) return {};  // constant input says nothing
    const std::uint64_t as_large = drawnAsLarge(cosines, orders, observed, task.seed);
    Finding finding;
    finding.statistic = observed / static_cast<double>(units);
    finding.null = "the order of units in each MLP of " + task.a.weights().model() +
                   " is random; mean cosine of gate rows of equal number";
    finding.assumptions = exchange::assumption(task.a.weights(), "the units of an MLP");
    finding.units = units;
    finding.log10_p =
        std::log10(static_cast<double>(1 + as_large) / static_cast<double>(permutations_ + 1));
    finding.log10_p_floor = -std::log10(static_cast<double>(permutations_ + 1));
    finding.seed = task.seed;
    finding.details["mean"] = mean / static_cast<double>(units);
    finding.details["sd"] = std::sqrt(square) / static_cast<double>(units);
    finding.details["z"] = (observed - mean) / std::sqrt(square);
    return {finding};
  }

 private:
  std::uint64_t drawnAsLarge(const std::vector<arma::fmat>& cosines,
                             std::vector<std::vector<std::uint32_t>>& orders, double observed,
                             std::uint64_t seed) const {
    kindred::Random random(seed);
    std::uint64_t as_large = 0;
    for (std::uint64_t t = 0; t < permutations_; ++t) {
      double drawn = 0;
      for (std::size_t m = 0; m < cosines.size(); ++m) {
        random.shuffle(std::span(orders[m]));
        drawn += alignedSum(cosines[m], orders[m]);
      }
      // Sums that differ by rounding alone count as ties, against the finding.
      if (drawn >= observed - 1e-9 * std::abs(observed)) ++as_large;
    }
    return as_large;
  }

  std::uint64_t permutations_;
};

}  // namespace

KINDRED_MATRIX_TEST(AlignedPermutation, "aligned-permutation", "1.0",
                    "Mean cosine of units of equal number, against random orders",
                    kindred::integer("permutations", "999", 1, 1e8, "random orders drawn"),
                    kindred::integer("seed", "0", 0, 9007199254740991.0, "of the random orders"))
