#include "fingerprint/toss.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <kindred/analysis/align/bands.hpp>
#include <kindred/analysis/stats/log_space.hpp>
#include <kindred/analysis/stats/power.hpp>
#include <kindred/analysis/stats/tails.hpp>

namespace kindred::fingerprint {

Toss::Toss(const std::vector<RowsPaired>& pairs, const std::vector<std::int32_t>& layer,
           const Coinage& coinage, double threshold, const Cosine& cosine,
           std::optional<std::vector<RowsPaired>> chosen, std::uint64_t width)
    : coins_(threshold), width_(width) {
  sizes_.chosen = chosen.has_value();
  if (chosen) {
    for (const auto& [a, b] : *chosen) sizes_.others.push_back(cosine(a, b));
  }
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const auto [a, b] = pairs[k];
    const double own = cosine(a, b);
    coins_.add(coinage[a], own, layer[a]);
    sizes_.matched.push_back(own);
    auto& [sum, count] = by_layer_[layer[a]];
    sum += own;
    ++count;
    const RowsPaired& other = pairs[(k + 1) % pairs.size()];
    if (!chosen && other.a != a && layer[other.a] == layer[a] && coinage[other.a] != coinage[a]) {
      sizes_.others.push_back(cosine(other.a, b));
    }
  }
}

Finding Toss::finding(const Way& way, const Fingerprint& a, std::size_t candidates,
                      double level) const {
  const align::SignCount count = coins_.count();
  Finding finding;
  finding.test = "fingerprint";
  finding.reference = a.model;
  finding.gauge = way.gauge;
  finding.statistic = static_cast<double>(count.heads);
  finding.units = count.coins;
  finding.null = fmt::format(
      "signs of {} of {} are fair coins, in all layers together or in the one that tells most",
      way.null, a.model);
  finding.alignment = way.how;
  const Grant& grant = a.grants.at(way.gauge);
  finding.basis = grant.unverified.empty() ? Basis::exact : Basis::unverified;
  finding.assumptions =
      "these signs are fair given what pairs the rows: initialisation of " + a.model +
      " symmetric about zero independently of the rest, training odd in them" +
      (grant.asymmetry.empty() ? "" : "; cosines near zero are no coins: " + grant.asymmetry) +
      (grant.unverified.empty() ? "" : "; " + grant.unverified);
  finding.log10_p = log10P();
  finding.log10_p_floor = std::min(0.0, stats::kLog10Of2 * (1 - static_cast<double>(count.coins)));
  align::Sizes sizes = sizes_;
  sizes.width = width();
  finding.likeness = align::likenessOf(sizes);
  finding.power = power(way, count.coins, candidates, level);
  finding.detectable_rho =
      finding.power->if_paired ? finding.power->if_paired : finding.power->alone;
  for (const auto& [layer, of_layer] : coins_.countByLayer()) {
    finding.by_layer.push_back({layer, of_layer.coins, of_layer.heads, of_layer.alike});
  }
  return finding;
}

Distance Toss::distance() const {
  double sum = 0, count = 0;
  for (const auto& [layer, of_layer] : by_layer_) {
    sum += of_layer.first;
    count += of_layer.second;
  }
  Distance distance{std::max(0.0, 1 - std::abs(sum / count)), 0};
  const auto layers = static_cast<double>(by_layer_.size());
  if (layers < 2) return {distance.value, 1};
  double squares = 0, mean = 0;
  std::vector<double> without;
  for (const auto& [layer, of_layer] : by_layer_) {
    without.push_back((sum - of_layer.first) / std::max(1.0, count - of_layer.second));
    mean += without.back() / layers;
  }
  for (const double x : without) squares += (x - mean) * (x - mean);
  distance.error = std::sqrt((layers - 1) / layers * squares);
  return distance;
}

// Of all layers together, or of the one that tells most (a part may be all that is shared): the
// smaller p-value, times what trying both and all layers costs.
double Toss::log10P() const {
  const auto twoSidedP = [](const align::SignCount& count) {
    return stats::twoSided(stats::binomialTail(count.coins, count.heads),
                           stats::binomialTail(count.coins, count.coins - count.heads));
  };
  const auto layers = coins_.countByLayer();
  double least = twoSidedP(coins_.count());
  if (layers.size() < 2) return least;
  for (const auto& [layer, count] : layers) {
    least = std::min(least, twoSidedP(count) + std::log10(static_cast<double>(layers.size())));
  }
  return std::min(0.0, least + stats::kLog10Of2);
}

// The width of random rows whose cosines would be as large as those of rows that do not belong
// together.
std::uint64_t Toss::width() const {
  if (sizes_.chosen) return width_;
  double squares = 0;
  for (const double x : sizes_.others) squares += x * x;
  if (squares == 0) return 1;
  return static_cast<std::uint64_t>(
      std::max(1.0, static_cast<double>(sizes_.others.size()) / squares));
}

Power Toss::power(const Way& way, std::uint64_t coins, std::size_t candidates, double level) const {
  const auto wide = static_cast<double>(width());
  const auto detected = stats::detectableCorrelation(coins, wide, level);
  Power power;
  power.rows = way.role;
  power.paired_by = way.paired_by;
  power.whole = !way.in_place;  // no shuffle changes which rows are the largest
  power.rotated = way.rotated;
  if (!way.paired_by.empty()) {
    power.if_paired = detected;
    if (!way.in_place && detected) {
      power.pairing =
          std::max(way.least, align::largestCosine(2.0 * static_cast<double>(candidates), width()));
    }
  } else if (detected) {
    power.alone =
        std::max(*detected, align::largestCosine(2.0 * static_cast<double>(candidates), width()));
  }
  return power;
}

}  // namespace kindred::fingerprint
