#include "tally.hpp"

#include <algorithm>
#include <cmath>

#include "stats/log_space.hpp"
#include "stats/tails.hpp"

namespace kindred::calibration {
namespace {

// The largest two-sided probability at or below `level` that counting heads of n coins can give.
double attainable(std::uint64_t n, double level) {
  const std::uint64_t k = stats::binomialCritical(n, std::log10(level / 2));
  return k > n ? 0 : 2 * std::pow(10, stats::binomialTail(n, k));
}

// Findings of one test and gauge come in a fixed order: heads, then ranks.
bool countsHeads(const Finding& finding, std::size_t order) {
  return finding.test == "sign-test" && order == 0;
}

std::string described(const Finding& finding, std::size_t order) {
  if (finding.test != "sign-test") {
    return finding.test + ", " + finding.gauge +
           (order == 0 ? "" : " (" + std::to_string(order + 1) + ")");
  }
  return finding.test + ", " + finding.gauge + (order == 0 ? ": heads" : ": signed ranks");
}

}  // namespace

void NullTally::add(const Compared& compared) {
  ++pairs_;
  above_ += compared.aboveNoEvidence();
  smallest_ = std::min(smallest_, compared.log10_p);
  std::map<std::string, std::size_t> seen;
  for (const Finding& finding : compared.findings) {
    const std::size_t order = seen[finding.test + finding.gauge]++;
    const std::string what = described(finding, order);
    Row& row = rows_[what];
    row.what = what;
    ++row.trials;
    for (std::size_t l = 0; l < kLevels.size(); ++l) {
      row.rejected[l] += finding.log10_p <= std::log10(kLevels[l]) + 1e-12;
      if (!countsHeads(finding, order)) continue;
      const double more = attainable(finding.units, kLevels[l]) - row.attainable[l];
      row.attainable[l] += more / static_cast<double>(row.trials);
    }
  }
}

void Detection::add(const Compared& compared) {
  ++pairs;
  found += compared.aboveNoEvidence();
  if (compared.aboveNoEvidence()) ++telling[compared.most_telling];
}

void Detection::add(const Detection& other) {
  pairs += other.pairs;
  found += other.found;
  for (const auto& [what, count] : other.telling) telling[what] += count;
}

std::string Detection::mostTelling() const {
  const auto most = std::max_element(telling.begin(), telling.end(),
                                     [](auto& a, auto& b) { return a.second < b.second; });
  return most == telling.end() ? "" : most->first;
}

}  // namespace kindred::calibration
