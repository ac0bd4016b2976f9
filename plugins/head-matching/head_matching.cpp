// Key-value heads of matched layers, with their queries: how many keep their number.
#include <cmath>
#include <string>
#include <vector>

#include <kindred/matrix_test.hpp>

#include "exchange/fixed_points.hpp"

namespace {

using kindred::Finding;
using kindred::GaugeUse;
namespace exchange = kindred::exchange;
namespace linear = kindred::linear;
namespace role = kindred::role;

class HeadMatching final : public kindred::MatrixTest {
 public:
  explicit HeadMatching(const kindred::Parameters&) {}

  std::vector<GaugeUse> uses() const override {
    return {{"kv-group", GaugeUse::Of::order, std::string(role::kKey), 0}};
  }

  std::vector<Finding> run(const kindred::MatrixTask& task) const override {
    exchange::FixedPoints points(task.seed);
    for (const auto& [layer_a, layer_b] :
         exchange::layerPairs(task, task.a.doubling().attention_groups)) {
      const arma::fmat keys = overlaps(task, role::kKey, layer_a, layer_b);
      const arma::fmat values = overlaps(task, role::kValue, layer_a, layer_b);
      if (!keys.is_empty() && arma::size(keys) == arma::size(values)) points.add(keys + values);
    }
    if (points.parts() == 0) return {};
    Finding finding =
        points.finding("the order of key-value heads in each layer of " + task.a.weights().model() +
                       " is random; matched by the planes of their rows; fixed points");
    finding.assumptions = exchange::assumption(task.a.weights(), "the heads of a layer");
    return {finding};
  }

 private:
  // How much of each head's rows of A (rows) lies in the plane of each of B's: blind to signs.
  static arma::fmat overlaps(const kindred::MatrixTask& task, std::string_view role,
                             std::int64_t layer_a, std::int64_t layer_b) {
    const auto &a = task.a.weights(), &b = task.b.weights();
    const kindred::Place of_a{layer_a, -1, false}, of_b{layer_b, -1, false};
    const std::uint64_t dim_a = a.shape().head_dim, dim_b = b.shape().head_dim;
    if (dim_a == 0 || dim_b == 0 || a.rows(role, of_a) == 0 || b.rows(role, of_b) == 0) return {};
    const arma::fmat cosines =
        linear::innerProducts(linear::rotated(linear::unitColumns(a.matrix(role, of_a)),
                                              linear::matrixOf(task.alignment.rotation)),
                              linear::unitColumns(b.matrix(role, of_b)));
    arma::fmat overlap(cosines.n_rows / dim_a, cosines.n_cols / dim_b);
    for (arma::uword i = 0; i < overlap.n_rows; ++i) {
      for (arma::uword j = 0; j < overlap.n_cols; ++j) {
        overlap(i, j) = static_cast<float>(arma::norm(
            arma::fmat(cosines.submat(i * dim_a, j * dim_b, arma::size(dim_a, dim_b))), "fro"));
      }
    }
    return overlap;
  }
};

}  // namespace

KINDRED_MATRIX_TEST(HeadMatching, "head-matching", "1.0",
                    "Key-value heads that keep their number when matched by keys and values")
