#include "steps/test/null_check.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace kindred::steps {
namespace {

constexpr double kLevel = 1e-3;  // of all tests of a pair together

double together(const std::vector<double>& log10_p) {
  const double least = *std::min_element(log10_p.begin(), log10_p.end());
  return std::min(0.0, least + std::log10(static_cast<double>(log10_p.size())));
}

std::string inWords(const stats::Uniformity& p) {
  return fmt::format(
      "its p-values are not uniform where its null holds: of {} redraws of the reference's signs "
      "{:.0f} % give p <= 0.05, their distance from uniform is {:.2f} (at most {:.2f}) and the "
      "smallest is 10^{:.1f} (at least 10^{:.1f})",
      p.count, 100 * p.share, p.distance, p.bound, p.log10_least, p.log10_least_bound);
}

}  // namespace

// Several findings of one null are not independent: the smallest p-value times their number is one
// p-value, whatever they have to do with each other.
void NullCheck::add(const std::vector<evidence::StepFinding>& redraw) {
  std::map<Axes, std::map<std::string, std::vector<double>>> made;
  for (const evidence::StepFinding& row : redraw) {
    const Axes axes{row.step, row.finding.gauge};
    tested_[axes].test = row.finding.test;
    made[axes][row.finding.null].push_back(row.finding.log10_p);
  }
  for (const auto& [axes, nulls] : made) {
    Tested& tested = tested_[axes];
    tested.most = std::max(tested.most, nulls.size());
    std::vector<double> all;
    for (const auto& [null, log10_p] : nulls) {
      tested.of_null[null].push_back(together(log10_p));
      all.insert(all.end(), log10_p.begin(), log10_p.end());
    }
    tested.of_all.push_back(together(all));
  }
  ++redraws_;
}

std::vector<NullCheck::Entry> NullCheck::entries() const {
  std::vector<Entry> list;
  for (const auto& [axes, tested] : tested_) {
    const auto add = [&, &axes = axes, &tested = tested](const std::string& null,
                                                         std::vector<double> log10_p) {
      log10_p.resize(redraws_, 0);  // no finding is none against its null
      list.push_back({axes.first, tested.test, null, axes.second, {}, std::move(log10_p)});
    };
    // One that calls its null otherwise in each redraw would have no p-values to be looked at.
    if (tested.of_null.size() > tested.most) {
      add("not the same in all redraws", tested.of_all);
      continue;
    }
    for (const auto& [null, log10_p] : tested.of_null) add(null, log10_p);
  }
  const double level = kLevel / static_cast<double>(std::max<std::size_t>(list.size(), 1));
  for (Entry& entry : list) entry.p = stats::uniformity(entry.log10_p, level);
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
      "which stays below {:.3f} where they are uniform, as the smallest stays above 10^{:.1f}; "
      "larger p-values only cost power.",
      first.count, first.bound, first.log10_least_bound);
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
