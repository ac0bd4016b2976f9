// Are like-numbered layers, or units, more alike than differently numbered ones?
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <kindred/test.hpp>

#include <kindred/analysis/stats/assignment.hpp>
#include <kindred/analysis/stats/log_space.hpp>
#include <kindred/analysis/stats/permutation.hpp>

#include "layer_table.hpp"
#include "row_cosines.hpp"

namespace {

using kindred::Finding;

class PermutationTest final : public kindred::Test {
 public:
  explicit PermutationTest(const kindred::Parameters& parameters)
      : permutations_(static_cast<std::uint64_t>(parameters.integer("permutations"))),
        seed_(static_cast<std::uint64_t>(parameters.integer("seed"))),
        units_(static_cast<std::uint64_t>(parameters.integer("units"))),
        alternative_(parameters.text("alternative")) {}

  std::vector<Finding> onTable(const kindred::Table& table) override {
    const kindred::LayerTable layers = kindred::layerTable(table);
    Finding finding;
    finding.gauge = kindred::Gauge::layer;
    finding.null = "the numbers of B's layers are exchanged";
    finding.assumptions =
        "Describes only: layers are not exchangeable, since depth alone makes like-numbered layers "
        "alike in independent models. The p-value says how unusual this order of the layers is, "
        "not whether the models are independent.";
    test(layers.values, layers.size(), finding);
    return {finding};
  }

  std::vector<Finding> onRows(const std::vector<kindred::RowPair>& pairs) override {
    std::vector<Finding> findings;
    findings.reserve(pairs.size());
    for (const kindred::RowPair& pair : pairs) findings.push_back(onRowPair(pair));
    return findings;
  }

 private:
  Finding onRowPair(const kindred::RowPair& pair) const {
    const kindred::RowCosines cosines = kindred::rowCosines(pair.a, pair.b, units_);
    Finding finding;
    if (pair.gauge) finding.gauge = *pair.gauge;
    if (pair.a.tensor != nullptr) finding.layer_a = pair.a.tensor->layer;
    if (pair.b.tensor != nullptr) finding.layer_b = pair.b.tensor->layer;
    finding.null = "the rows of A are exchanged";
    finding.assumptions =
        pair.gauge
            ? "A's initialisation and training treat its units alike (gauge " +
                  finding.gauge.name() +
                  "); nothing is assumed of B. Tests of other tensors of the same units are not "
                  "independent of this one."
            : "Describes only: the rows of A are taken as exchangeable, which no known gauge "
              "grants.";
    test(cosines.values, cosines.size(), finding);
    return finding;
  }

  // Fills in statistic, p-value and the null's figures.
  void test(const std::vector<double>& values, std::size_t size, Finding& finding) const {
    finding.units = size;
    const kindred::stats::MatrixView<double> table{values, size, size};
    if (size < 2 || kindred::stats::isConstant(table, 1e-9)) {
      finding.assumptions = (size < 2 ? "Abstains: fewer than two units with a direction. "
                                      : "Abstains: all values are equal, every order fits. ") +
                            finding.assumptions;
      finding.details = {{"permutations", 0.0}};
      if (size > 0) finding.statistic = values.front();
      return;
    }
    const kindred::stats::PermutationTest result =
        kindred::stats::permutationTest(table, permutations_, seed_);
    const auto n = static_cast<double>(size);
    finding.statistic = result.observed / n;
    finding.log10_p_floor = result.log10_floor;
    finding.log10_p = result.log10_p_greater;
    if (alternative_ == "less") finding.log10_p = result.log10_p_less;
    if (alternative_ == "two-sided") {
      finding.log10_p = kindred::stats::twoSided(result.log10_p_greater, result.log10_p_less);
      finding.log10_p_floor += kindred::stats::kLog10Of2;
    }
    finding.details = {{"permutations", static_cast<double>(result.permutations)},
                       {"null_mean", result.mean / n},
                       {"null_sd", result.sd / n},
                       {"null_skewness", result.skewness},
                       {"null_min", result.least / n},
                       {"null_max", result.most / n},
                       {"floor", result.log10_floor},
                       {"seed", static_cast<double>(seed_)}};
    if (result.sd > 0) finding.details["z"] = (result.observed - result.mean) / result.sd;
  }

  std::uint64_t permutations_;
  std::uint64_t seed_;
  std::uint64_t units_;
  std::string alternative_;
};

}  // namespace

KINDRED_TEST(PermutationTest, "permutation-test", "1.0",
             "Are like-numbered layers or units more alike than chance orders would have it?",
             kindred::figure("permutations", "how many orders were evaluated")
                 .in(kindred::Unit::count, 0, kindred::kUnbounded),
             kindred::figure("null_mean", "of the statistic over all orders")
                 .in(kindred::Unit::measured, -kindred::kUnbounded, kindred::kUnbounded),
             kindred::figure("null_sd", "its standard deviation over all orders")
                 .in(kindred::Unit::measured, 0, kindred::kUnbounded),
             kindred::figure("null_skewness", "its skewness over all orders")
                 .in(kindred::Unit::number, -kindred::kUnbounded, kindred::kUnbounded),
             kindred::figure("null_min", "the smallest among the orders evaluated")
                 .in(kindred::Unit::measured, -kindred::kUnbounded, kindred::kUnbounded),
             kindred::figure("null_max", "the largest among the orders evaluated")
                 .in(kindred::Unit::measured, -kindred::kUnbounded, kindred::kUnbounded),
             kindred::figure("z", "distance from null_mean in null_sd; describes only")
                 .in(kindred::Unit::number, -kindred::kUnbounded, kindred::kUnbounded),
             kindred::figure("floor", "log10 of the smallest p-value possible")
                 .in(kindred::Unit::log10_p, -kindred::kUnbounded, 0),
             kindred::figure("seed", "of the random orders")
                 .in(kindred::Unit::number, 0, kindred::kUnbounded),
             kindred::integer("permutations", "9999", 99, 1e9,
                              "orders drawn at random; rounded up to whole sets of shifts"),
             kindred::integer("seed", "0", 0, 9007199254740991.0, "of the random orders"),
             kindred::integer("units", "512", 2, 8192,
                              "of two matrices, the first this many rows are compared"),
             kindred::choice("alternative", "greater|less|two-sided", "greater",
                             "which values count against chance"))
