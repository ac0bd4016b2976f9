#include "fingerprint/layers.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace kindred::fingerprint {
namespace {

constexpr std::size_t kProbes = 16;  // rows of a layer that choose its partner

struct Best {
  std::size_t row = 0;
  float value = -std::numeric_limits<float>::infinity();
};

// In lanes, which compilers keep in one register; minus infinity of none.
float largest(std::span<const float> values) {
  constexpr std::size_t kLanes = 16;
  std::array<float, kLanes> most;
  most.fill(-std::numeric_limits<float>::infinity());
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) {
      most[l] = values[i + l] > most[l] ? values[i + l] : most[l];
    }
  }
  for (; i < values.size(); ++i) most[0] = std::max(most[0], values[i]);
  return *std::max_element(most.begin(), most.end());
}

class Search {
 public:
  Search(bool either, const Alike& alike) : either_(either), alike_(alike) {}

  Best in(const Layer& a, std::size_t j) {
    values_.resize(a.last - a.first);
    alike_(j, a.first, values_);
    if (either_) {
      for (float& value : values_) value = std::abs(value);
    }
    const float most = largest(values_);
    const auto first = std::find(values_.begin(), values_.end(), most);
    if (first == values_.end()) return {};
    return {a.first + static_cast<std::size_t>(first - values_.begin()), most};
  }

  const Layer& partner(std::span<const Layer> a, const Layer& b) {
    const Layer* best = &a.front();
    double most = -std::numeric_limits<double>::infinity();
    for (const Layer& layer : a) {
      double sum = 0;
      for (std::size_t j = b.first; j < std::min(b.last, b.first + kProbes); ++j) {
        sum += in(layer, j).value;
      }
      if (sum > most) {
        most = sum;
        best = &layer;
      }
    }
    return *best;
  }

 private:
  bool either_;
  const Alike& alike_;
  std::vector<float> values_;
};

}  // namespace

std::vector<Layer> layersOf(std::span<const std::int32_t> layer) {
  std::vector<Layer> layers;
  for (std::size_t i = 0; i < layer.size(); ++i) {
    if (layers.empty() || layers.back().number != layer[i]) layers.push_back({layer[i], i, i});
    layers.back().last = i + 1;
  }
  return layers;
}

std::vector<RowsPaired> nearest(std::span<const Layer> a, std::span<const Layer> b, bool either,
                                const Alike& alike) {
  if (a.empty()) return {};
  Search search(either, alike);
  constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> partner(a.back().last, kNone);
  std::vector<float> likeness(a.back().last);
  for (const Layer& layer : b) {
    const Layer& of_a = search.partner(a, layer);
    for (std::size_t j = layer.first; j < layer.last; ++j) {
      const Best best = search.in(of_a, j);
      if (partner[best.row] != kNone && likeness[best.row] >= best.value) continue;
      partner[best.row] = j;
      likeness[best.row] = best.value;
    }
  }
  std::vector<RowsPaired> pairs;
  for (std::size_t i = 0; i < partner.size(); ++i) {
    if (partner[i] != kNone) pairs.push_back({i, partner[i]});
  }
  return pairs;
}

}  // namespace kindred::fingerprint
