#include "results/likeness.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace kindred::results {
namespace {

bool saysHowAlike(const Finding& finding) {
  return finding.likeness && std::any_of(finding.by_layer.begin(), finding.by_layer.end(),
                                         [](const LayerCoins& layer) { return layer.alike > 0; });
}

// Rows of correlation rho have cosines whose absolute mean lies above rho by chance: at none it is
// that of strangers, at one it is one.
double correlationOf(double alike, double chance) {
  const double square = alike * alike, least = chance * chance;
  return least < 1 ? std::sqrt(std::clamp((square - least) / (1 - least), 0.0, 1.0)) : 0;
}

}  // namespace

Edge ordered(const std::string& a, const std::string& b) { return std::minmax(a, b); }

Measured measuredOf(const Report& report, const std::set<std::string>& members,
                    std::optional<models::Component> part) {
  Measured measured;
  for (const evidence::StepFinding& row : report.findings) {
    const bool within = members.contains(row.model_a) && members.contains(row.model_b);
    if (!within || row.component != part || !saysHowAlike(row.finding)) continue;
    const Finding*& best = measured[row.finding.gauge.name()][ordered(row.model_a, row.model_b)];
    if (best == nullptr || best->units < row.finding.units) best = &row.finding;
  }
  return measured;
}

PairLikeness likenessOf(const Finding& finding) {
  const double chance = finding.likeness->chance /
                        std::sqrt(std::max(1.0, static_cast<double>(finding.likeness->width)));
  PairLikeness pair;
  for (const LayerCoins& layer : finding.by_layer) {
    if (layer.alike <= 0) continue;
    pair[layer.layer] = {correlationOf(layer.alike, chance), static_cast<double>(layer.coins)};
  }
  return pair;
}

double meanOf(const PairLikeness& pair, const std::map<std::int64_t, double>* times) {
  double sum = 0, weight = 0;
  for (const auto& [layer, likeness] : pair) {
    double rows = likeness.rows;
    if (times != nullptr) {
      const auto drawn = times->find(layer);
      rows *= drawn == times->end() ? 0 : drawn->second;
    }
    sum += rows * likeness.alike;
    weight += rows;
  }
  return weight > 0 ? sum / weight : std::numeric_limits<double>::quiet_NaN();
}

double distanceOf(double correlation) {
  constexpr double kLeastAlike = 1e-3;
  return -std::log(std::clamp(correlation, kLeastAlike, 1.0));
}

}  // namespace kindred::results
