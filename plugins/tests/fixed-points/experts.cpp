// Routed experts of matched layers, paired by router rows and gate rows: how many keep their
// number.
#include <string>
#include <vector>

#include <kindred/analysis/exchange/fixed_points.hpp>

#include "gauges.hpp"

namespace {

using kindred::Finding;

}  // namespace

std::vector<Finding> kindred::fixed_points::ofExperts(const MatrixTask& task, const Limits&) {
  const auto &a = task.a.weights(), &b = task.b.weights();
  const arma::fmat rotation = linear::matrixOf(task.alignment.rotation);
  exchange::FixedPoints points(task.seed);
  for (const auto& [layer_a, layer_b] :
       exchange::layerPairs(task, task.a.doubling().attention_groups)) {
    const kindred::Place of_a{layer_a, -1, false}, of_b{layer_b, -1, false};
    if (a.rows(role::kRouter, of_a) < 2 || b.rows(role::kRouter, of_b) < 2) continue;
    arma::fmat similarity = linear::innerProducts(
        linear::rotated(linear::unitColumns(a.matrix(role::kRouter, of_a)), rotation),
        linear::unitColumns(b.matrix(role::kRouter, of_b)));
    for (const kindred::MlpMatch& match : task.alignment.mlps) {
      if (match.a.layer != layer_a || match.b.layer != layer_b) continue;
      if (match.a.expert < 0 || match.b.expert < 0) continue;
      const auto i = static_cast<arma::uword>(match.a.expert);
      const auto j = static_cast<arma::uword>(match.b.expert);
      if (i < similarity.n_rows && j < similarity.n_cols) {
        similarity(i, j) += static_cast<float>(match.similarity);
      }
    }
    points.add(similarity);
  }
  if (points.parts() == 0) return {};
  Finding finding = points.finding("the order of experts in each layer of " + a.model() +
                                   " is random; matched by router and gate rows; fixed points");
  finding.assumptions = exchange::assumption(a, "the routed experts of a layer");
  return {finding};
}
