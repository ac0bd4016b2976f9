#include "evidence/breadth.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include <kindred/analysis/stats/log_space.hpp>
#include <kindred/analysis/stats/tails.hpp>

#include "evidence/rows.hpp"

namespace kindred::evidence {
namespace {

constexpr double kLog10Layer = -3;
// A layer is expected to show it where, agreeing as the layers that do, it would be so many
// deviations off.
constexpr double kAbleDeviations = 5;
constexpr double kNoMoreThanChance = 1.15;
constexpr double kHalf = 0.5;

double excess(std::uint64_t coins, double heads) {
  const auto all = static_cast<double>(coins);
  return coins == 0 ? 0 : std::abs(2 * heads - all) / all;
}

bool showsAlone(const LayerCoins& layer) {
  return stats::twoSided(stats::binomialTail(layer.coins, layer.heads),
                         stats::binomialTail(layer.coins, layer.coins - layer.heads)) <=
         kLog10Layer;
}

// Of the units of those layers that show it by themselves.
double excessWhereShown(const std::vector<LayerCoins>& layers) {
  double agreeing = 0, coins = 0;
  for (const LayerCoins& layer : layers) {
    if (!showsAlone(layer)) continue;
    const auto all = static_cast<double>(layer.coins);
    agreeing += excess(layer.coins, static_cast<double>(layer.heads)) * all;
    coins += all;
  }
  return coins > 0 ? agreeing / coins : 0;
}

void addSizes(const Finding& finding, Breadth& breadth) {
  if (!finding.likeness || finding.likeness->median == 0) return;
  const double scale = std::sqrt(static_cast<double>(finding.likeness->width));
  breadth.median = finding.likeness->median / scale;
  // Of an order's rows chance is the largest of many cosines, whose median is their mean.
  const double of_mean = finding.likeness->agreement ? kMedianOfRandom : 1;
  breadth.chance = of_mean * finding.likeness->chance / scale;
}

}  // namespace

Breadth breadthOf(const std::vector<const Finding*>& rejecting) {
  Breadth breadth;
  std::map<std::int64_t, bool> layers;
  std::vector<const Finding*> orders;
  bool of_all_layers = false;  // the finding of which share and sizes are
  for (const Finding* finding : rejecting) {
    if (finding->by_layer.empty()) {
      orders.push_back(finding);
      continue;
    }
    // Heads are those of the layers: what is weighed by ranks has another statistic.
    std::uint64_t coins = 0, heads = 0;
    for (const LayerCoins& layer : finding->by_layer) {
      coins += layer.coins;
      heads += layer.heads;
    }
    const double share = excess(coins, static_cast<double>(heads));
    const double shown = excessWhereShown(finding->by_layer);
    for (const LayerCoins& layer : finding->by_layer) {
      const bool able = shown * std::sqrt(static_cast<double>(layer.coins)) >= kAbleDeviations;
      if (able || showsAlone(layer)) layers[layer.layer] |= showsAlone(layer);
    }
    const bool of_all = !isOfOneLayer(*finding);
    if (breadth.share == 0 || (of_all && !of_all_layers)) {
      of_all_layers = of_all;
      breadth.share = share;
      if (of_all) addSizes(*finding, breadth);  // one layer's rows say nothing of the others'
    }
  }
  for (const Finding* finding : orders) {
    if (breadth.share > 0 || !finding->likeness || finding->likeness->median == 0) continue;
    const bool of_signs = finding->likeness->agreement.has_value();
    if (of_signs && finding->statistic > static_cast<double>(finding->units)) continue;  // of ranks
    breadth.share = of_signs ? excess(finding->units, finding->statistic)
                             : finding->statistic / static_cast<double>(finding->units);
    addSizes(*finding, breadth);
  }
  breadth.layers_tested = layers.size();
  breadth.layers = static_cast<std::uint64_t>(
      std::count_if(layers.begin(), layers.end(), [](const auto& layer) { return layer.second; }));
  return breadth;
}

bool isNarrow(const Breadth& breadth) {
  const bool few_rows = breadth.median > 0 && breadth.median < kNoMoreThanChance * breadth.chance;
  const bool few_layers =
      breadth.layers_tested > 1 &&
      static_cast<double>(breadth.layers) < kHalf * static_cast<double>(breadth.layers_tested);
  return few_rows || few_layers;
}

std::string breadthText(const Breadth& breadth) {
  if (breadth.share == 0) return {};
  std::string text;
  if (breadth.layers_tested > 0) {
    text = fmt::format("{} of {} layers that could show it do so by themselves; ", breadth.layers,
                       breadth.layers_tested);
  }
  text += fmt::format(
      "signs or order agree beyond chance in {:.0f} % of the units of the most telling axis",
      100 * breadth.share);
  if (breadth.median > 0) {
    text += fmt::format(
        ", and the median absolute cosine of its matched rows is {:.3f} (of rows that do not "
        "belong together {:.3f})",
        breadth.median, breadth.chance);
  }
  return text;
}

}  // namespace kindred::evidence
