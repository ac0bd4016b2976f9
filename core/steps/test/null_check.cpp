#include "steps/test/null_check.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kindred::steps {
namespace {

constexpr double kLevel = 1e-3;  // of all tests of a pair together

std::string inWords(const stats::Uniformity& p) {
  return fmt::format(
      "its p-values are not uniform where its null holds: of {} redraws of the reference's signs "
      "{:.0f} % give p <= 0.05, and their distance from uniform is {:.2f}, beyond {:.2f}",
      p.count, 100 * p.share, p.distance, p.bound);
}

}  // namespace

void NullCheck::add(const std::vector<evidence::StepFinding>& redraw) {
  ++redraws_;
  for (const evidence::StepFinding& row : redraw) {
    Tested& tested = tested_[{{row.step, row.finding.gauge}, row.finding.null}];
    tested.test = row.finding.test;
    tested.log10_p.push_back(row.finding.log10_p);
  }
}

std::vector<NullCheck::Entry> NullCheck::entries() const {
  std::vector<Entry> list;
  const double level = kLevel / static_cast<double>(std::max<std::size_t>(tested_.size(), 1));
  for (const auto& [key, tested] : tested_) {
    std::vector<double> log10_p = tested.log10_p;
    log10_p.resize(std::max(redraws_, log10_p.size()), 0);
    list.push_back({key.first.first, tested.test, key.second, key.first.second,
                    stats::uniformity(std::move(log10_p), level)});
  }
  return list;
}

results::StepTable nullTable(const std::string& a, const std::string& b,
                             const std::vector<NullCheck::Entry>& entries) {
  TextTable table{"The null, checked with redrawn signs",
                  {"test", "axis", "p <= 0.05", "distance", "uniform", "null"},
                  {},
                  ""};
  for (const NullCheck::Entry& entry : entries) {
    table.rows.push_back({entry.test, entry.gauge.name(), fmt::format("{:.3f}", entry.p.share),
                          fmt::format("{:.3f}", entry.p.distance), entry.p.holds() ? "yes" : "no",
                          entry.null});
  }
  const stats::Uniformity& first = entries.front().p;
  table.note = fmt::format(
      "{} redraws. Distance: of the p-values from uniform ones, Kolmogorov and Smirnov, one-sided, "
      "which stays below {:.3f} where they are uniform; larger p-values only cost power.",
      first.count, first.bound);
  return {entries.front().step, {a, b}, std::move(table), false, true};
}

void applyNull(const std::string& a, const std::string& b,
               const std::vector<NullCheck::Entry>& entries, results::StepResult& result) {
  for (const NullCheck::Entry& entry : entries) {
    if (entry.p.holds()) continue;
    for (evidence::StepFinding& row : result.findings) {
      const bool of_pair = std::minmax(row.model_a, row.model_b) == std::minmax(a, b);
      if (!of_pair || row.step != entry.step || !(row.finding.gauge == entry.gauge)) continue;
      row.finding.basis = Basis::describes;
    }
    result.refused.push_back({entry.step, a, b, entry.gauge, inWords(entry.p), true});
  }
}

}  // namespace kindred::steps
