// Rows and columns of tensors that were matched by content: how many keep their number.
//
// Nothing is known of the tensors' place in their model, so neither the order of the rows nor that
// of the columns is known to be random. The null hypothesis needs one of them: rows may be tokens
// or positions and columns frequencies, but a tensor between two layers has an order of units on
// one side at least. The p-value is the larger of the two, so that it holds whichever order is
// random (an intersection-union test: R. L. Berger, Technometrics 24, 1982).
#include <algorithm>
#include <cmath>

#include <kindred/analysis/exchange/fixed_points.hpp>
#include <kindred/analysis/linear/linear.hpp>
#include <kindred/test.hpp>

#include "kernels.hpp"

namespace {

using kindred::Finding;
using kindred::RowPair;
using kindred::exchange::FixedPoints;
using kindred::order_matching::Kernel;

constexpr std::uint64_t kMost = 256;  // rows, and columns, that are matched

// A correlation with which nearly every unit is nearest to its own: cosines of `count` unrelated
// vectors reach sqrt(2 ln count / width), and the unit's own falls short of its mean by at most
// 2.33 standard deviations in 99 of 100 cases.
double detectable(const arma::fmat& vectors) {
  const auto width = static_cast<double>(vectors.n_rows),
             count = static_cast<double>(vectors.n_cols);
  return (std::sqrt(2 * std::log(count)) + 2.33) / std::sqrt(width);
}

class OrderMatching final : public kindred::Test {
 public:
  explicit OrderMatching(const kindred::Parameters& parameters)
      : seed_(static_cast<std::uint64_t>(parameters.integer("seed"))) {}

  std::vector<Finding> onRows(const std::vector<RowPair>& pairs) override {
    std::vector<Finding> findings;
    for (const RowPair& pair : pairs) {
      Kernel a(pair.a), b(pair.b);
      for (Kernel* kernel : {&a, &b}) {
        kernel->centre();
        kernel->clearDiagonals();
      }
      add(pair, a, b, findings);
    }
    return findings;
  }

  bool assumes() const override { return true; }

 private:
  void add(const RowPair& pair, const Kernel& a, const Kernel& b,
           std::vector<Finding>& findings) const {
    const arma::fmat rows_a = a.unitRows(kMost), columns_a = a.unitColumns(kMost);
    FixedPoints rows(seed_), columns(seed_ + 1);
    // A unit and its negative are one: the sign of either may be a free choice.
    rows.add(arma::abs(kindred::linear::innerProducts(rows_a, b.unitRows(kMost))));
    columns.add(arma::abs(kindred::linear::innerProducts(columns_a, b.unitColumns(kMost))));
    if (rows.parts() == 0 || columns.parts() == 0) return;
    const Finding of_rows = rows.finding(""), of_columns = columns.finding("");
    Finding finding = of_rows.log10_p > of_columns.log10_p ? of_rows : of_columns;
    finding.gauge = pair.gauge ? kindred::Axis(*pair.gauge) : "row-order";
    finding.null = "the order of the rows of " + pair.a.tensor->name + " (" + pair.a.tensor->model +
                   "), or that of its columns, is random; matched with " + pair.b.tensor->name +
                   " by absolute cosines; fixed points, the larger p-value";
    finding.assumptions =
        !pair.gauge ? "in models of unknown families the order of units on one side of each "
                      "tensor carries no meaning"
                    : "initialisation and training of " + pair.a.tensor->model +
                          " treat its units alike (gauge " + finding.gauge.name() + ")";
    finding.log10_p_floor = std::max(of_rows.log10_p_floor, of_columns.log10_p_floor);
    finding.details["fixed_rows"] = of_rows.statistic;
    finding.details["rows"] = static_cast<double>(of_rows.units);
    finding.details["fixed_columns"] = of_columns.statistic;
    finding.details["columns"] = static_cast<double>(of_columns.units);
    const double rho = std::max(detectable(rows_a), detectable(columns_a));
    if (rho < 1) finding.detectable_rho = rho;
    findings.push_back(std::move(finding));
  }

  std::uint64_t seed_;
};

}  // namespace

KINDRED_TEST(OrderMatching, "order-matching", "1.0",
             "Rows and columns that keep their number in tensors matched by content",
             kindred::integer("seed", "0", 0, 9007199254740991.0,
                              "of the order in which ties fall"))
