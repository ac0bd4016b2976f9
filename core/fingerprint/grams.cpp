#include "fingerprint/grams.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include <kindred/analysis/align/coins.hpp>
#include <kindred/analysis/stats/row_products.hpp>

namespace kindred::fingerprint {
namespace grams {

// One layer's part of the tables.
struct OfLayer {
  std::size_t first = 0, units = 0;  // rows in Fingerprint::units
  const std::int8_t *gates = nullptr, *ups = nullptr, *extremes = nullptr;
};

// Of each unit what it is to the gates of the chosen ones, itself left out: of mean 0, length 1.
struct Profiles {
  std::size_t width = 0;
  std::vector<float> values;

  Profiles(const std::int8_t* gram, std::size_t units, const std::vector<std::uint32_t>& chosen)
      : width(chosen.size()), values(units * width) {
    for (std::size_t i = 0; i < units; ++i) fill(gram + i * units, i, chosen);
  }
  const float* row(std::size_t i) const { return values.data() + i * width; }
  // Of row i with all of the other's.
  void products(std::size_t i, const Profiles& other, std::span<float> into) const {
    stats::rowProducts(row(i), other.values.data(), into.size(), width, into.data());
  }
  float product(std::size_t i, const Profiles& other, std::size_t j) const {
    float product = 0;
    stats::rowProducts(row(i), other.row(j), 1, width, &product);
    return product;
  }

 private:
  void fill(const std::int8_t* row, std::size_t unit, const std::vector<std::uint32_t>& chosen) {
    float* own = values.data() + unit * width;
    float sum = 0, count = 0, square = 0;
    for (const std::uint32_t c : chosen) {
      if (c == unit) continue;
      sum += row[c];
      ++count;
    }
    const float mean = count > 0 ? sum / count : 0;
    for (std::size_t k = 0; k < width; ++k) {
      own[k] = chosen[k] == unit ? 0 : static_cast<float>(row[chosen[k]]) - mean;
      square += own[k] * own[k];
    }
    const float scale = square > 0 ? 1 / std::sqrt(square) : 0;
    for (std::size_t k = 0; k < width; ++k) own[k] *= scale;
  }
};

}  // namespace grams

namespace {

using grams::OfLayer;
using grams::Profiles;

constexpr std::size_t kFewest = 8;  // units that must be paired before others are paired by them
constexpr std::size_t kProbesOfLayer = 12;  // units of a layer that choose its partner
constexpr int kRounds = 3;

std::vector<OfLayer> layersIn(const Fingerprint& print) {
  std::vector<OfLayer> layers;
  std::size_t square = 0, row = 0;
  const std::vector<Layer> rows = layersOf(print.units.layer);
  auto found = rows.begin();
  for (std::size_t l = 0; l < print.grams.count(); ++l) {
    const auto units = static_cast<std::size_t>(print.grams.units[l]);
    while (found != rows.end() && found->number < print.grams.layer[l]) ++found;
    if (found != rows.end() && found->number == print.grams.layer[l]) {
      layers.push_back({found->first, units, print.grams.gates.data() + square,
                        print.grams.ups.data() + square,
                        print.grams.extremes.data() + row * print.grams.width});
    }
    square += units * units;
    row += units;
  }
  return layers;
}

int apart(const std::int8_t* a, const std::int8_t* b, std::size_t width) {
  int sum = 0;
  for (std::size_t c = 0; c < width; ++c) sum += std::abs(int{a[c]} - int{b[c]});
  return sum;
}

// Pairs of a layer's units, by their numbers in the two tables.
using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

constexpr float kNone = -std::numeric_limits<float>::infinity();

struct BestOfUnit {
  float value = kNone;
  std::size_t at = 0;
  bool tied = false;

  void add(float x, std::size_t i) {
    if (x > value) {
      value = x;
      at = i;
      tied = false;
    } else if (x == value) {
      tied = true;
    }
  }
};

// Those that are each other's best, and better than any other. `alike(i, into)` tells how much of
// a's unit i each of b's has.
template <class Alike>
Pairs mutualBest(std::size_t of_a, std::size_t of_b, const Alike& alike) {
  std::vector<BestOfUnit> best_a(of_a), best_b(of_b);
  std::vector<float> values(of_b);
  for (std::size_t i = 0; i < of_a; ++i) {
    alike(i, std::span<float>(values));
    for (std::size_t j = 0; j < of_b; ++j) {
      best_a[i].add(values[j], j);
      best_b[j].add(values[j], i);
    }
  }
  Pairs pairs;
  for (std::size_t i = 0; i < of_a; ++i) {
    const BestOfUnit& best = best_a[i];
    if (best.value == kNone || best.tied || best_b[best.at].tied || best_b[best.at].at != i) {
      continue;
    }
    pairs.emplace_back(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(best.at));
  }
  return pairs;
}

std::pair<Profiles, Profiles> profilesOf(const std::int8_t* of_a, std::size_t units_a,
                                         const std::int8_t* of_b, std::size_t units_b,
                                         const Pairs& pairs) {
  std::vector<std::uint32_t> in_a, in_b;
  for (const auto& [i, j] : pairs) {
    in_a.push_back(i);
    in_b.push_back(j);
  }
  return {Profiles(of_a, units_a, in_a), Profiles(of_b, units_b, in_b)};
}

// Paired again by what gates are to the gates of the units that were paired so far.
struct Refined {
  Pairs pairs;
  double likeness = 0;  // mean cosine of these, over all units
};

Refined refined(const OfLayer& a, const OfLayer& b, Pairs pairs) {
  Refined made;
  for (int round = 0; round < kRounds && pairs.size() >= kFewest; ++round) {
    const auto [of_a, of_b] = profilesOf(a.gates, a.units, b.gates, b.units, pairs);
    pairs = mutualBest(
        a.units, b.units,
        [&x = of_a, &y = of_b](std::size_t i, std::span<float> into) { x.products(i, y, into); });
    double sum = 0;
    for (const auto& [i, j] : pairs) sum += double{of_a.product(i, of_b, j)};
    made.likeness = sum / static_cast<double>(std::min(a.units, b.units));
    made.pairs = pairs;
  }
  return made.pairs.size() >= kFewest ? made : Refined{};
}

Pairs likeNumbered(const Rows& a, const OfLayer& of_a, const Rows& b, const OfLayer& of_b) {
  Pairs pairs;
  for (std::uint32_t i = 0; i < of_a.units; ++i) {
    for (std::uint32_t j = 0; j < of_b.units; ++j) {
      if (a.part[of_a.first + i] == b.part[of_b.first + j] &&
          a.number[of_a.first + i] == b.number[of_b.first + j]) {
        pairs.emplace_back(i, j);
      }
    }
  }
  return pairs;
}

}  // namespace

struct GramPairs::LayerPair {
  grams::OfLayer a, b;
  grams::Profiles of_a, of_b;  // of ups

  LayerPair(const OfLayer& first, const OfLayer& second, const Pairs& pairs)
      : LayerPair(first, second,
                  profilesOf(first.ups, first.units, second.ups, second.units, pairs)) {}
  LayerPair(const OfLayer& first, const OfLayer& second, std::pair<Profiles, Profiles> profiles)
      : a(first), b(second), of_a(std::move(profiles.first)), of_b(std::move(profiles.second)) {}
};

GramPairs::~GramPairs() = default;

GramPairs::GramPairs(const Fingerprint& a, const Fingerprint& b) : of_b_(b.units.count()) {
  const std::vector<OfLayer> of_a = layersIn(a), of_b = layersIn(b);
  const std::size_t width = std::min(a.grams.width, b.grams.width);
  if (of_a.empty() || a.grams.width != b.grams.width || width == 0) return;
  const auto apartBy = [&](const OfLayer& x, std::size_t i, const OfLayer& y, std::size_t j) {
    return apart(x.extremes + i * width, y.extremes + j * width, width);
  };
  for (const OfLayer& y : of_b) {
    const OfLayer* near = nullptr;
    long least = std::numeric_limits<long>::max();
    Refined best;
    const OfLayer* partner = nullptr;
    for (const OfLayer& x : of_a) {
      long sum = 0;
      for (std::size_t j = 0; j < std::min(kProbesOfLayer, y.units); ++j) {
        int one = std::numeric_limits<int>::max();
        for (std::size_t i = 0; i < x.units; ++i) one = std::min(one, apartBy(x, i, y, j));
        sum += one;
      }
      if (sum < least) {
        least = sum;
        near = &x;
      }
      if (a.units.layer[x.first] != b.units.layer[y.first]) continue;
      best = refined(x, y, likeNumbered(a.units, x, b.units, y));
      partner = &x;
    }
    const Refined by_extremes =
        refined(*near, y, mutualBest(near->units, y.units, [&](std::size_t i, auto into) {
          for (std::size_t j = 0; j < into.size(); ++j) {
            into[j] = static_cast<float>(-apartBy(*near, i, y, j));
          }
        }));
    if (by_extremes.likeness > best.likeness) {
      best = by_extremes;
      partner = near;
    }
    if (best.pairs.empty()) continue;
    layers_.push_back(std::make_unique<LayerPair>(*partner, y, best.pairs));
    for (std::size_t j = 0; j < y.units; ++j) of_b_[y.first + j] = layers_.back().get();
    for (const auto& [i, j] : best.pairs) pairs_.push_back({partner->first + i, y.first + j});
  }
}

double GramPairs::cosine(std::size_t a, std::size_t b) const {
  const LayerPair* layer = of_b_[b];
  if (layer == nullptr || a < layer->a.first || a >= layer->a.first + layer->a.units) return 0;
  return layer->of_a.product(a - layer->a.first, layer->of_b, b - layer->b.first);
}

double GramPairs::width() const {
  double sum = 0;
  for (const auto& layer : layers_) sum += static_cast<double>(layer->of_a.width);
  return layers_.empty() ? 0 : sum / static_cast<double>(layers_.size());
}

std::string unfair(const Fingerprint& print, const Coinage& units) {
  align::Coins coins;
  std::set<std::uint32_t> tossed;  // of copies only the first
  for (const OfLayer& layer : layersIn(print)) {
    std::vector<std::uint32_t> all(layer.units);
    for (std::uint32_t i = 0; i < layer.units; ++i) all[i] = i;
    const Profiles gates(layer.gates, layer.units, all), ups(layer.ups, layer.units, all);
    for (std::size_t i = 0; i < layer.units; ++i) {
      const std::uint32_t coin = units[layer.first + i];
      if (tossed.insert(coin).second) coins.add(coin, double{ups.product(i, gates, i)});
    }
  }
  return refusal(coins.count(), "what their gates are to other gates");
}

}  // namespace kindred::fingerprint
