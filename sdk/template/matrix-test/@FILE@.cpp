// @NAME@: whether MLP units of equal number have gate rows of like length.
#include <algorithm>
#include <cmath>
#include <kindred/analysis/stats/spearman.hpp>
#include <kindred/matrix_test.hpp>
#include <kindred/random.hpp>
#include <numeric>
namespace {
// Units from the shortest row to the longest; those of equal length in random order.
std::vector<std::size_t> byLength(const kindred::Matrix& rows, kindred::Random& random) {
  std::vector<double> square(rows.rows, 0);
  for (std::size_t i = 0; i < rows.values.size(); ++i)
    square[i / rows.columns] += double{rows.values[i]} * rows.values[i];
  std::vector<std::size_t> order(rows.rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  random.shuffle(std::span(order));
  std::ranges::stable_sort(order, {}, [&](std::size_t unit) { return square[unit]; });
  return order;
}
struct @CLASS@ final : kindred::MatrixTest {
  std::vector<kindred::GaugeUse> uses() const override {  // the order of A's units is random
    return {{kindred::Gauge::mlp_unit, kindred::GaugeUse::Of::order, "mlp.gate", 0}};
  }
  std::vector<kindred::Finding> run(const kindred::MatrixTask& task) const override {
    kindred::Random random(task.seed);
    kindred::Finding best{.null = "the order of units in each MLP is random; Spearman's rho of the "
                                  "lengths of gate rows, best MLP times their count"};
    double mlps = 0;
    for (const kindred::MlpMatch& match : task.alignment.mlps) {
      const auto a = byLength(task.a.weights().matrix(kindred::role::kGate, match.a), random);
      const auto b = byLength(task.b.weights().matrix(kindred::role::kGate, match.b), random);
      if (a.size() < 2 || a.size() != b.size()) continue;
      std::vector<std::size_t> rank_b(b.size()), ranks;  // of B's units, in the order of A's
      for (std::size_t i = 0; i < b.size(); ++i) rank_b[b[i]] = i;
      for (const std::size_t unit : a) ranks.push_back(rank_b[unit]);
      const auto found = kindred::stats::spearman(ranks, 99999, task.seed);
      if (mlps++ > 0 && found.upper.log10_p >= best.log10_p) continue;
      best.statistic = found.rho, best.units = ranks.size();
      best.log10_p = found.upper.log10_p, best.log10_p_floor = found.log10_floor;
    }
    if (mlps == 0) return {};
    best.assumptions = "the units of an MLP were not sorted, in A or in what it began from";
    best.log10_p = std::min(0.0, best.log10_p + std::log10(mlps));
    best.log10_p_floor = std::min(best.log10_p, best.log10_p_floor);
    return {best};
  }
};
}  // namespace
KINDRED_MATRIX_TEST(@CLASS@, "@NAME@", "0.1", "MLP units of equal number with rows of like length",
                    kindred::integer("seed", "0", 0, 1e9, "of the order of rows of equal length"))
