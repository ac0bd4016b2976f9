#include "words.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

namespace kindred::characterise {
namespace {

constexpr double kInPlace = 0.9;     // of the units
constexpr double kRounding = 0.006;  // a relative difference that rounding to BF16 or F16 explains
constexpr double kOfGroups = 0.6;    // of the squared difference: what rounding must make
constexpr double kNearest = 0.99;    // share of values that tells of rounding and of nothing else
constexpr double kGrid = 0.7;        // of A's distinct values: fewer tell of a grid
constexpr double kNearlyAll = 0.97;  // of an expert's units

std::string range(std::int64_t first, std::int64_t last) {
  return first == last ? std::to_string(first) : fmt::format("{}-{}", first, last);
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    text += i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ";
    text += parts[i];
  }
  return text;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::string unitWords(const MatrixTask& task, const Correspondence& found) {
  std::size_t mlps = 0, in_place = 0;
  std::uint64_t only_a = 0, only_b = 0;
  for (const MlpPair& pair : found.mlps) {
    if (!pair.real) continue;
    ++mlps;
    in_place += pair.in_place >= kInPlace;
    only_a += pair.units_a - std::min(pair.units_a, pair.matched);
    only_b += pair.units_b - std::min(pair.units_b, pair.matched);
  }
  if (mlps == 0) return {};
  std::string text = in_place == mlps ? "units in order"
                     : in_place == 0
                         ? "units permuted"
                         : fmt::format("units permuted in {} of {} MLPs", mlps - in_place, mlps);
  if (only_a > 0 || only_b > 0) {
    text = in_place == mlps ? text : "units reordered or cut";
    const std::uint64_t per_mlp = std::max(only_a, only_b) / mlps;
    text += fmt::format(", {} of each MLP of {} without a partner", per_mlp,
                        (only_a > 0 ? task.a : task.b).weights().model());
  }
  return text;
}

// Of experts with these shares of their units found.
std::string shareWords(std::vector<double> shares) {
  const auto [least, most] = std::minmax_element(shares.begin(), shares.end());
  if (*least >= kNearlyAll) return "in all of their units";
  const std::string low = fmt::format("{:.0f}", 100 * *least),
                    high = fmt::format("{:.0f}", 100 * *most);
  return fmt::format("in {} % of their units, the others being no more alike than strangers'",
                     low == high ? low : low + " to " + high);
}

std::string expertWords(const Correspondence& found) {
  struct OfLayer {
    std::set<Place> partners;
    std::size_t experts = 0, in_place = 0;
  };
  std::map<std::int64_t, OfLayer> layers;
  std::vector<double> from_dense;  // share of units of each that was
  for (const MlpPair& pair : found.mlps) {
    const Place &a = pair.match->a, &b = pair.match->b;
    if (b.expert < 0 || !pair.any()) continue;
    OfLayer& layer = layers[b.layer];
    ++layer.experts;
    layer.partners.insert(a);
    layer.in_place += a.expert == b.expert;
    if (a.expert < 0) {
      from_dense.push_back(static_cast<double>(pair.found) / static_cast<double>(pair.units_b));
    }
  }
  if (layers.empty()) return {};
  if (!from_dense.empty()) {
    return "experts up-cycled: several correspond to one MLP, " + shareWords(from_dense);
  }
  const auto in_place = std::count_if(layers.begin(), layers.end(), [](const auto& entry) {
    return entry.second.in_place == entry.second.experts;
  });
  const auto all = static_cast<std::ptrdiff_t>(layers.size());
  return in_place == all ? "experts in order"
                         : fmt::format("experts shuffled in {} of {} layers", all - in_place, all);
}

std::string headWords(const Correspondence& found) {
  if (found.heads.empty()) return {};
  std::size_t real = 0, moved = 0;
  for (const HeadMap& map : found.heads) {
    real += map.real;
    moved += map.real && !map.in_place;
  }
  if (real == 0) return "no attention head has a counterpart";
  std::string text =
      moved == 0 ? "heads in order" : fmt::format("heads permuted in {} of {} layers", moved, real);
  if (real < found.heads.size()) {
    text += fmt::format(", without a counterpart in {}", found.heads.size() - real);
  }
  return text;
}

std::string streamWords(Stream stream) {
  switch (stream) {
    case Stream::same:
      return "residual stream not rotated";
    case Stream::reordered:
      return "coordinates of the residual stream reordered";
    case Stream::rotated:
      return "residual stream rotated";
    default:
      return {};
  }
}

bool allOnes(const ModelWeights& weights) {
  bool any = false;
  for (std::uint64_t layer = 0; layer < weights.shape().layers; ++layer) {
    const Place place{static_cast<std::int64_t>(layer), -1, false};
    if (weights.rows(role::kMlpNorm, place) == 0) continue;
    const Matrix gains = weights.matrix(role::kMlpNorm, place);
    any = true;
    if (std::any_of(gains.values.begin(), gains.values.end(), [](float x) { return x != 1; })) {
      return false;
    }
  }
  return any;
}

std::string normWords(const MatrixTask& task) {
  const bool a = allOnes(task.a.weights()), b = allOnes(task.b.weights());
  if (a == b) return {};
  return "norms of " + (a ? task.a : task.b).weights().model() + " folded into what reads them";
}

// Empty: it is not rounding alone, or nothing tells.
std::string roundingWords(const MatrixTask& task, const Rounding& rounding, double typical) {
  if (rounding.seen == 0) return {};
  const auto &a = task.a.weights().model(), &b = task.b.weights().model();
  if (rounding.nearest < kNearest && rounding.of_groups >= kOfGroups) {
    return fmt::format(
        "weights of {} are those of {} rounded to {}: groups of values that it has leave at "
        "least {:.0f} % of the squared difference (difference {:.1f} % of the weights' length)",
        rounding.of_b ? b : a, rounding.of_b ? a : b, rounding.codec, 100 * rounding.of_groups,
        100 * typical);
  }
  if (rounding.nearest < kNearest) return {};
  return fmt::format(
      "weights of {} are those of {} rounded to {}: of the values of {} {:.1f} % are the nearest "
      "of "
      "their neighbours' (difference {:.1f} % of the weights' length)",
      rounding.of_b ? b : a, rounding.of_b ? a : b, rounding.codec, rounding.of,
      100 * rounding.nearest, 100 * typical);
}

std::string differenceWords(const MatrixTask& task, const Rounding& rounding,
                            const std::vector<Difference>& differences) {
  if (differences.empty()) return {};
  std::vector<double> relative;
  for (const Difference& d : differences) relative.push_back(d.relative);
  const double typical = median(relative);
  const double largest = *std::max_element(relative.begin(), relative.end());
  if (largest == 0) return "corresponding matrices equal";
  if (const std::string rounded = roundingWords(task, rounding, typical); !rounded.empty()) {
    return rounded;
  }
  if (largest < kRounding) return "corresponding matrices equal but for rounding";
  // Roles that changed by more than rounding.
  std::map<std::string, std::vector<double>> ranks, shares;
  for (const Difference& d : differences) {
    if (d.relative < kRounding) continue;
    ranks[d.role].push_back(static_cast<double>(d.rank));
    shares[d.role].push_back(static_cast<double>(d.rank) / static_cast<double>(d.full));
  }
  std::vector<std::string> low;
  double rank = 0;
  for (const auto& [role, list] : shares) {
    if (median(list) > 0.125) continue;
    low.push_back(role);
    rank = std::max(rank, median(ranks[role]));
  }
  if (!low.empty() && low.size() == ranks.size()) {
    return fmt::format("difference of rank about {:.0f}, in {} alone", rank, joined(low));
  }
  if (!low.empty()) {
    return fmt::format("difference of rank about {:.0f} in {}, dense elsewhere", rank, joined(low));
  }
  return fmt::format("difference dense, {:.1f} % of the weights' length", 100 * typical);
}

std::string gridWords(const MatrixTask& task, const Correspondence& found) {
  const Grid grid = gridOf(task, found);
  std::string text;
  const auto coarse = [&](double fewer, double more, const std::string& model) {
    if (fewer <= 0 || fewer >= kGrid * more) return;
    text = fmt::format("values of {} on a grid of about {:.0f} numbers a row", model, fewer);
  };
  if (!grid.coded) {
    coarse(grid.b, grid.a, task.b.weights().model());
    coarse(grid.a, grid.b, task.a.weights().model());
  }
  if (text.empty() && grid.format_a != grid.format_b) {
    text = "stored as " + grid.format_a + " and " + grid.format_b;
  }
  return text;
}

// Whether all rows of its MLPs were read.
bool isReadWhole(const ModelWeights& model) {
  return std::all_of(model.mlps().begin(), model.mlps().end(),
                     [&](const Place& place) { return model.whole(role::kGate, place); });
}

std::string noLayerWords(const ModelWeights& a, const ModelWeights& b) {
  if (a.mlps().empty() || b.mlps().empty()) return {};
  if (isReadWhole(a) && isReadWhole(b)) {
    return fmt::format("no MLP of {} has a counterpart in {}", b.model(), a.model());
  }
  return fmt::format(
      "the rows read of MLPs, some of each, show no counterparts of {}'s in {}: those of shuffled "
      "ones are rows of other units",
      b.model(), a.model());
}

std::string layerWords(const std::map<std::int64_t, std::int64_t>& layers,
                       const ModelWeights& of_a_model, const ModelWeights& of_b_model) {
  const std::string &a = of_a_model.model(), &b = of_b_model.model();
  struct Run {
    std::int64_t b, a, length;
  };
  std::vector<Run> runs;
  std::vector<std::string> alone;
  for (const auto& [of_b, of_a] : layers) {
    if (of_a < 0) {
      alone.push_back(std::to_string(of_b));
      continue;
    }
    const bool goes_on = !runs.empty() && runs.back().b + runs.back().length == of_b &&
                         runs.back().a + runs.back().length == of_a;
    if (goes_on) {
      ++runs.back().length;
    } else {
      runs.push_back({of_b, of_a, 1});
    }
  }
  if (runs.empty()) return noLayerWords(of_a_model, of_b_model);
  std::vector<std::string> from, to;
  for (const Run& run : runs) {
    from.push_back(range(run.b, run.b + run.length - 1));
    to.push_back(range(run.a, run.a + run.length - 1));
  }
  const bool one = runs.size() == 1 && runs.front().length == 1;
  std::string text =
      fmt::format("{} {} of {} {} to {} of {}", one ? "layer" : "layers", joined(from), b,
                  one ? "corresponds" : "correspond", joined(to), a);
  if (!alone.empty()) text += fmt::format(", {} to none", joined(alone));
  if (layers.size() < of_b_model.shape().layers) text += " (of other layers no MLP was read)";
  return text;
}

}  // namespace

std::vector<Statement> statements(const MatrixTask& task, const Correspondence& found,
                                  const std::vector<Difference>& differences) {
  std::vector<Statement> list;
  const auto add = [&](const char* what, const std::string& seen) {
    if (!seen.empty()) list.push_back({what, seen});
  };
  add("layers", layerWords(found.layers, task.a.weights(), task.b.weights()));
  add("experts", expertWords(found));
  add("units", unitWords(task, found));
  add("heads", headWords(found));
  add("residual stream", streamWords(found.stream));
  add("norms", normWords(task));
  add("difference", differenceWords(task, roundingOf(task, found), differences));
  add("values", gridWords(task, found));
  return list;
}

}  // namespace kindred::characterise
