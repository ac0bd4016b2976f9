// Whether a figure that was measured layer by layer rises with depth: Spearman's correlation of its
// ranks with the layers' numbers, with an exact tail.
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include <kindred/analysis/stats/spearman.hpp>
#include <kindred/test.hpp>

namespace {

class DepthTrend final : public kindred::Test {
 public:
  explicit DepthTrend(const kindred::Parameters& parameters)
      : draws_(static_cast<std::uint64_t>(parameters.integer("draws"))) {}

  std::vector<kindred::Finding> onTable(const kindred::Table& table) override {
    std::vector<kindred::TableRow> rows = table.rows;
    std::erase_if(rows, [](const auto& row) {
      return row.layer_a < 0 || row.layer_a != row.layer_b || row.value != row.value;
    });
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto& x, const auto& y) { return x.layer_a < y.layer_a; });
    if (rows.size() < 3) return {};  // no order of two says anything

    std::vector<std::size_t> by_value(rows.size()), rank(rows.size());
    std::iota(by_value.begin(), by_value.end(), 0);
    std::stable_sort(by_value.begin(), by_value.end(),
                     [&](std::size_t x, std::size_t y) { return rows[x].value < rows[y].value; });
    for (std::size_t i = 0; i < by_value.size(); ++i) rank[by_value[i]] = i;
    const kindred::stats::Spearman found = kindred::stats::spearman(rank, draws_, 1);

    kindred::Finding finding{.gauge = kindred::Gauge::layer,
                             .null = "the order of layers is exchangeable; Spearman's rho"};
    finding.assumptions = "depth alone makes no figure rise, which it does in most models";
    finding.statistic = found.rho;
    finding.units = rows.size();
    finding.log10_p = found.upper.log10_p;
    finding.log10_p_floor = found.log10_floor;
    return {finding};
  }

 private:
  std::uint64_t draws_;
};

}  // namespace

KINDRED_TEST(DepthTrend, "depth-trend", "0.1", "Whether a figure rises from layer to layer",
             kindred::integer("draws", "9999", 99, 1e9, "random orders of more than twelve layers"))
