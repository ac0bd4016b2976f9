#include "tally.hpp"

#include <algorithm>
#include <cmath>

#include <kindred/analysis/stats/log_space.hpp>
#include <kindred/analysis/stats/tails.hpp>

namespace kindred::calibration {
namespace {

// The largest two-sided probability at or below `level` that counting heads of n coins can give.
double attainable(std::uint64_t n, double level) {
  const std::uint64_t k = stats::binomialCritical(n, std::log10(level / 2));
  return k > n ? 0 : 2 * std::pow(10, stats::binomialTail(n, k));
}

// The finding's null without the name of the model that it is of: it tells the forms of one test
// apart. One name may begin as the other does.
std::string nullOf(const Finding& finding, std::array<std::string, 2> models) {
  std::string text = finding.null;
  if (models[0].size() < models[1].size()) std::swap(models[0], models[1]);
  for (const std::string& model : models) {
    const std::size_t at = text.find(model);
    if (at != std::string::npos) return text.replace(at, model.size(), "A");
  }
  return text;
}

bool countsHeads(const Finding& finding) {
  return finding.test == "sign-test" && finding.null.ends_with("fair coins");
}

}  // namespace

void NullTally::add(const Compared& compared) {
  ++pairs_;
  above_ += compared.aboveNoEvidence();
  smallest_ = std::min(smallest_, compared.log10_p);
  for (const Finding& finding : compared.findings) {
    const std::string test =
        finding.test == "fingerprint" ? "fingerprint, by " + finding.alignment : finding.test;
    Row& row = rows_[test + ": " + nullOf(finding, compared.models)];
    ++row.trials;
    row.log10_p.push_back(finding.log10_p);
    for (std::size_t l = 0; l < kLevels.size(); ++l) {
      row.rejected[l] += finding.log10_p <= std::log10(kLevels[l]) + 1e-12;
      if (!countsHeads(finding)) continue;
      const double more = attainable(finding.units, kLevels[l]) - row.attainable[l];
      row.attainable[l] += more / static_cast<double>(row.trials);
    }
  }
}

double NullTally::Row::excess() const {
  std::vector<double> sorted = log10_p;
  std::sort(sorted.begin(), sorted.end());
  double most = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double share = static_cast<double>(i + 1) / static_cast<double>(sorted.size());
    most = std::max(most, share - std::min(1.0, std::pow(10, sorted[i])));
  }
  return most;
}

double NullTally::Row::bound() const {
  return std::sqrt(std::log(1000.0) / 2 / static_cast<double>(std::max<std::size_t>(1, trials)));
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
