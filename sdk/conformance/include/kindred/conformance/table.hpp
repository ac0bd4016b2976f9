// Checks of tests: what every finding promises.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <kindred/conformance/metric.hpp>
#include <kindred/test.hpp>

namespace kindred::conformance {
namespace detail {

inline Table randomTable(std::int64_t layers) {
  Random random(11);
  Table table{"step.figure", {}};
  for (std::int64_t a = 0; a < layers; ++a) {
    for (std::int64_t b = 0; b < layers; ++b) table.rows.push_back({a, b, "", "", random.unit()});
  }
  return table;
}

inline std::vector<RowPair> randomRows(const TensorInfo& tensor, std::uint64_t rows) {
  Random random(12);
  RowPair pair{{&tensor, rows, 8, {}}, {&tensor, rows, 8, {}}, Gauge::mlp_unit};
  for (std::uint64_t i = 0; i < rows * 8; ++i) {
    pair.a.values.push_back(static_cast<float>(random.unit()));
    pair.b.values.push_back(static_cast<float>(random.unit()));
  }
  return {pair};
}

inline void checkFindings(const std::vector<Finding>& findings, Findings& found) {
  for (const Finding& finding : findings) {
    if (!std::isfinite(finding.log10_p) || finding.log10_p > 0 ||
        !(finding.log10_p >= finding.log10_p_floor - 1e-9)) {
      found.error("log10_p is " + kindred::detail::shown(finding.log10_p) + " with the floor " +
                      kindred::detail::shown(finding.log10_p_floor),
                  "a p-value is above 1, zero, or below what the test can give",
                  "count p = (1 + exceeding) / (1 + permutations), in log space");
    }
    if (finding.log10_p < 0 && finding.assumptions.empty()) {
      found.error("a finding has a p-value and does not say what it assumes",
                  "no null holds for whatever somebody may have done to a model",
                  "fill in Finding::assumptions");
    }
    if (finding.null.empty()) {
      found.error("a finding does not state its null", "readers can't tell what was exchanged",
                  "fill in Finding::null");
    }
  }
}

// What one input gives: findings that keep their promises and repeat to the bit, or a
// kindred::Error because the test does not work on such input.
inline bool takes(const std::function<std::vector<Finding>()>& run, Findings& found) {
  std::vector<Finding> first;
  try {
    first = run();
  } catch (const Error&) {
    return false;
  }
  checkFindings(first, found);
  const std::vector<Finding> second = run();
  bool same = first.size() == second.size();
  for (std::size_t i = 0; same && i < first.size(); ++i) {
    same = sameBits(first[i].log10_p, second[i].log10_p) &&
           sameBits(first[i].statistic, second[i].statistic);
  }
  if (!same) {
    found.error("two runs give different findings", "a seed from the clock, or state that is kept",
                "take the seed from a parameter and use kindred::Random");
  }
  return true;
}

}  // namespace detail

inline void checkTest(Report& report, const Subject& subject) {
  report.check("findings", "p-values within their bounds, with their null, twice the same",
               [&](Findings& found) {
                 const auto test = subject.make<Test>();
                 TensorInfo tensor{.name = "tensor"};
                 const Table table = detail::randomTable(6);
                 const auto rows = detail::randomRows(tensor, 32);
                 const bool on_table = detail::takes([&] { return test->onTable(table); }, found);
                 const bool on_rows = detail::takes([&] { return test->onRows(rows); }, found);
                 if (on_table || on_rows) return;
                 found.error("refuses a table of 6 by 6 layers and two matrices of 32 rows",
                             "the test works on neither kind of input",
                             "override onTable() or onRows()");
               });
  report.check("empty", "no rows at all: no finding, or a kindred::Error", [&](Findings& found) {
    const auto test = subject.make<Test>();
    TensorInfo tensor{.name = "tensor"};
    detail::takes([&] { return test->onTable({"step.figure", {}}); }, found);
    detail::takes([&] { return test->onRows({}); }, found);
    detail::takes([&] { return test->onRows(detail::randomRows(tensor, 1)); }, found);
  });
}

}  // namespace kindred::conformance
