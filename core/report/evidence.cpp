#include "report/evidence.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "report/wording.hpp"

namespace kindred::report {

std::vector<Evidence> evidenceOf(const results::Report& report) {
  constexpr std::size_t kManyPairs = 12;  // beyond, a pair is one line, whatever the axis
  const bool by_axis = report.pairs.size() <= kManyPairs;
  using Key = std::tuple<std::string, std::string, std::string, bool>;
  std::map<Key, const evidence::StepFinding*> best;
  std::vector<Key> order;
  for (const evidence::StepFinding& f : report.findings) {
    const Key key{std::min(f.model_a, f.model_b), std::max(f.model_a, f.model_b),
                  by_axis ? f.finding.gauge.name() : "", f.finding.basis != Basis::describes};
    const auto [found, fresh] = best.try_emplace(key, &f);
    if (fresh) order.push_back(key);
    if (f.log10_p_adjusted < found->second->log10_p_adjusted) found->second = &f;
  }
  std::vector<Evidence> rows;
  for (const Key& key : order) {
    const evidence::StepFinding& f = *best.at(key);
    const bool control =
        results::isControl(report, f.model_a) || results::isControl(report, f.model_b);
    rows.push_back(
        {&f, control, f.finding.log10_p <= f.finding.log10_p_floor && f.finding.log10_p < 0});
  }
  for (Evidence& row : rows) {
    if (row.control) continue;
    for (const Evidence& other : rows) {
      if (other.control && other.finding->finding.gauge == row.finding->finding.gauge &&
          other.finding->finding.basis == row.finding->finding.basis) {
        row.controls.push_back(other.finding->log10_p_adjusted);
      }
    }
  }
  const auto rank = [](const Evidence& e) {
    const double p = e.finding->log10_p_adjusted;
    return std::tuple(e.control, e.finding->finding.basis == Basis::describes,
                      std::isnan(p) ? 0 : p);
  };
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const Evidence& x, const Evidence& y) { return rank(x) < rank(y); });
  return rows;
}

EvidenceScale::EvidenceScale(const std::vector<Evidence>& evidence) {
  for (const Evidence& row : evidence) {
    const double p = row.finding->log10_p_adjusted;
    if (std::isfinite(p)) most_ = std::max(most_, -p);
  }
  for (const double tick : {0.0, 6.0, 30.0, 300.0, 3000.0, 30000.0}) {
    const bool crowded = tick > 6 && std::log1p(tick) > 0.93 * std::log1p(most_);
    if (tick <= most_ && !crowded) ticks_.push_back(-tick);
  }
}

double EvidenceScale::position(double log10_p) const {
  if (!(log10_p < 0)) return 0;
  return std::min(1.0, std::log1p(-log10_p) / std::log1p(most_));
}

}  // namespace kindred::report
