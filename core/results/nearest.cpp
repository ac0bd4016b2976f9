#include "results/nearest.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "results/likeness.hpp"

namespace kindred::results {
namespace {

using Measures = std::vector<std::pair<std::string, PairLikeness>>;  // by the relative's name

// Of the gauge that was measured with the most of them.
Measures measuresOf(const std::string& model, const Measured& measured, std::string& gauge) {
  Measures best;
  for (const auto& [name, pairs] : measured) {
    Measures list;
    for (const auto& [edge, finding] : pairs) {
      if (edge.first != model && edge.second != model) continue;
      list.emplace_back(edge.first == model ? edge.second : edge.first, likenessOf(*finding));
    }
    if (list.size() <= best.size()) continue;
    best = std::move(list);
    gauge = name;
  }
  return best;
}

double distanceWithout(PairLikeness pair, std::int64_t layer) {
  pair.erase(layer);
  return distanceOf(meanOf(pair));
}

// The jackknife's standard error over layers of what `value` gives without one of them.
template <class Value>
double errorOf(const std::set<std::int64_t>& layers, Value value) {
  if (layers.size() < 2) return kUndefined;
  const auto count = static_cast<double>(layers.size());
  double sum = 0, squares = 0;
  for (const std::int64_t layer : layers) {
    const double x = value(layer);
    sum += x;
    squares += x * x;
  }
  return std::sqrt((count - 1) / count * std::max(0.0, squares - sum * sum / count));
}

std::set<std::int64_t> layersOf(const PairLikeness& pair) {
  std::set<std::int64_t> layers;
  for (const auto& entry : pair) layers.insert(entry.first);
  return layers;
}

// Of how much farther the second is.
double leadError(const PairLikeness& first, const PairLikeness& second) {
  std::set<std::int64_t> layers = layersOf(first);
  layers.merge(layersOf(second));
  return errorOf(layers, [&](auto layer) {
    return distanceWithout(second, layer) - distanceWithout(first, layer);
  });
}

Nearest nearestOf(const std::string& model, std::string gauge, Measures measures) {
  std::stable_sort(measures.begin(), measures.end(), [](const auto& x, const auto& y) {
    return meanOf(x.second) > meanOf(y.second);
  });
  Nearest nearest{model, std::move(gauge), {}};
  for (const auto& [name, pair] : measures) {
    nearest.kin.push_back(
        {name, distanceOf(meanOf(pair)), errorOf(layersOf(pair), [&pair = pair](auto layer) {
           return distanceWithout(pair, layer);
         })});
  }
  constexpr double kErrors = 2;
  for (std::size_t i = 1; i < measures.size(); ++i) {
    const double lead = nearest.kin[i].distance - nearest.kin[0].distance;
    const double error = leadError(measures[0].second, measures[i].second);
    if (i == 1) {
      nearest.lead = lead;
      nearest.lead_error = error;
    }
    if (lead > kErrors * error) break;  // an error that is not defined tells nothing apart
    nearest.tied = i + 1;
  }
  return nearest;
}

// Only what tests tie together: strangers have distances too, and none of them is near.
Measured tiedOf(const Report& report, const std::vector<std::string>& members,
                std::optional<models::Component> part) {
  std::set<Edge> tied;
  for (const evidence::StepFinding& row : report.findings) {
    const bool ties = row.component == part && evidence::rejects(row.finding, row.log10_p_adjusted);
    if (ties) tied.insert(ordered(row.model_a, row.model_b));
  }
  Measured measured = measuredOf(report, {members.begin(), members.end()}, part);
  for (auto& [_, pairs] : measured) {
    std::erase_if(pairs, [&](const auto& entry) { return !tied.contains(entry.first); });
  }
  return measured;
}

void addNearest(const Report& report, const std::vector<std::string>& members,
                std::optional<models::Component> part, std::vector<Nearest>& list) {
  const Measured measured = tiedOf(report, members, part);
  for (const std::string& model : members) {
    std::string gauge;
    Measures measures = measuresOf(model, measured, gauge);
    if (measures.size() > 1) {
      list.push_back(nearestOf(model, std::move(gauge), std::move(measures)));
    }
  }
}

}  // namespace

std::vector<Nearest> nearestOf(const Report& report, const std::vector<std::string>& relatives) {
  std::vector<Nearest> list;
  addNearest(report, relatives, {}, list);
  for (const models::Component part : models::kComponents) {
    std::vector<std::string> members = relatives;  // of those that are such a part and no more
    for (const std::string& model : relatives) members.push_back(models::partKey(model, part));
    addNearest(report, members, part, list);
  }
  return list;
}

}  // namespace kindred::results
