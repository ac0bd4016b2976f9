// @NAME@: layers matched by a figure that was measured for every two of them: how many keep their
// number. Null: whoever numbered the second model's layers might have numbered them in any order.
#include <algorithm>
#include <kindred/analysis/stats/assignment.hpp>
#include <kindred/analysis/stats/tails.hpp>
#include <kindred/test.hpp>
namespace {
namespace stats = kindred::stats;

class @CLASS@ final : public kindred::Test {
 public:
  explicit @CLASS@(const kindred::Parameters& p) : seed_(p.integer("seed")) {}
  std::vector<kindred::Finding> onTable(const kindred::Table& table) override {
    std::int64_t layers = 0;
    for (const auto& row : table.rows) layers = std::max({layers, row.layer_a + 1, row.layer_b + 1});
    const auto n = static_cast<std::size_t>(layers);
    std::vector<double> values(table.rows.size() == n * n ? n * n : 0);
    for (const auto& row : table.rows) {
      if (row.layer_a < 0 || row.layer_b < 0 || values.empty())
        throw kindred::inputError(table.figure, "is not one value for every two layers",
                                  "give the step that measures it 'pair: all-layers'");
      values[static_cast<std::size_t>(row.layer_a * layers + row.layer_b)] = row.value;
    }
    const stats::MatrixView<double> square{values, n, n};
    if (n < 2 || stats::isConstant(square)) return {};  // then every matching is as good
    const auto matched =
        stats::assignRelabelled(square, stats::Goal::maximise, static_cast<std::uint64_t>(seed_));
    kindred::Finding finding{.gauge = kindred::Gauge::layer,
                             .null = "the order of layers is exchangeable; fixed points"};
    finding.assumptions = "depth alone makes no two layers alike, which it does in most models";
    std::uint64_t kept = 0;
    for (std::size_t i = 0; i < n; ++i) kept += matched.column_of_row[i] == i;
    finding.statistic = static_cast<double>(kept), finding.units = n;
    finding.log10_p = stats::fixedPointsTail(n, kept);
    finding.log10_p_floor = stats::fixedPointsTail(n, n);
    return {finding};
  }
 private:
  std::int64_t seed_;
};
}  // namespace
KINDRED_TEST(@CLASS@, "@NAME@", "0.1", "Layers that keep their number when matched by a figure",
             kindred::integer("seed", "1", 0, 1e9, "of the renumbering that breaks ties"))
