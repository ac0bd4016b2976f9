// Key-value heads of matched layers, with their queries: how many keep their number.
#include <cmath>
#include <string>
#include <vector>

#include <kindred/analysis/exchange/fixed_points.hpp>
#include <kindred/analysis/exchange/heads.hpp>

#include "gauges.hpp"

namespace {

using kindred::Finding;
namespace exchange = kindred::exchange;

bool distinctHeads(const kindred::ModelProfile& model, std::int64_t layer) {
  const kindred::ModelShape& shape = model.weights().shape();
  const kindred::HeadShape heads = shape.headsOf(layer);
  const std::vector<std::uint32_t>& all = model.doubling().value_dims;
  std::vector<std::uint32_t> origins;
  for (std::uint64_t head = 0; head < heads.kv_heads; ++head) {
    const std::size_t first =
        kindred::attentionDim(shape, layer, static_cast<std::int64_t>(head), 0);
    if (first + heads.value_dim > all.size()) return true;
    origins.insert(origins.end(), all.begin() + static_cast<std::ptrdiff_t>(first),
                   all.begin() + static_cast<std::ptrdiff_t>(first + heads.value_dim));
  }
  return exchange::mostlyDistinct(origins);
}

}  // namespace

std::vector<Finding> kindred::fixed_points::ofHeads(const MatrixTask& task, const Limits&) {
  exchange::FixedPoints points(task.seed);
  for (const auto& [layer_a, layer_b] :
       exchange::layerPairs(task, task.a.doubling().attention_groups)) {
    if (!distinctHeads(task.a, layer_a)) continue;
    const arma::fmat keys = exchange::headOverlaps(task, role::kKey, layer_a, layer_b);
    const arma::fmat values = exchange::headOverlaps(task, role::kValue, layer_a, layer_b);
    if (!keys.is_empty() && arma::size(keys) == arma::size(values)) points.add(keys + values);
  }
  if (points.parts() == 0) return {};
  Finding finding =
      points.finding("the order of key-value heads in each layer of " + task.a.weights().model() +
                     " is random; matched by the planes of their rows; fixed points");
  finding.assumptions = exchange::assumption(task.a.weights(), "the heads of a layer");
  return {finding};
}
