// MLP units matched by their columns of the down matrix, whatever these columns' signs: how many
// keep their number. With the tools of the tests that come with Kindred.
#include <string>
#include <vector>

#include <kindred/analysis/exchange/fixed_points.hpp>
#include <kindred/analysis/linear/linear.hpp>
#include <kindred/matrix_test.hpp>

namespace {

namespace exchange = kindred::exchange;
namespace linear = kindred::linear;
namespace role = kindred::role;

// One unit a column, of length 1.
arma::fmat downColumns(const kindred::ModelWeights& weights, const kindred::Place& place) {
  const kindred::Matrix down = weights.matrix(role::kDown, place);
  // Row-major values are the transposed matrix as Armadillo sees it.
  return arma::normalise(arma::fmat(down.values.data(), down.columns, down.rows).t());
}

class DownMatching final : public kindred::MatrixTest {
 public:
  std::vector<kindred::GaugeUse> uses() const override {
    return {{kindred::Gauge::mlp_unit, kindred::GaugeUse::Of::order, std::string(role::kGate), 0}};
  }

  std::vector<kindred::Finding> run(const kindred::MatrixTask& task) const override {
    const kindred::ModelWeights &a = task.a.weights(), &b = task.b.weights();
    exchange::FixedPoints points(task.seed);
    for (const kindred::MlpMatch& match : exchange::oncePerGroup(task)) {
      const arma::fmat of_a = downColumns(a, match.a), of_b = downColumns(b, match.b);
      if (of_a.is_empty() || of_a.n_rows != of_b.n_rows) continue;
      points.add(arma::abs(linear::innerProducts(of_a, of_b)), of_a.n_rows);
    }
    if (points.parts() == 0) return {};
    kindred::Finding finding = points.finding("the order of units in each MLP of " + a.model() +
                                              " is random; matched by down columns; fixed points");
    finding.assumptions = exchange::assumption(a, "the units of an MLP");
    return {finding};
  }
};

}  // namespace

KINDRED_MATRIX_TEST(DownMatching, "down-matching", "0.1",
                    "MLP units that keep their number when matched by their down columns")
