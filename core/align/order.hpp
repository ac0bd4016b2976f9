// Whether an order is one that chance may have drawn. Tools that prune sort units and coordinates
// by importance, and a sorted model's units keep their number in any other sorted model: then no
// test that takes the order for random holds.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <kindred/alignment.hpp>

namespace kindred::align {

// Measures of units in the order in which they stand, taken together over parts (layers) whose
// orders are independent of each other: how far their ranks follow the number, or repeat after some
// steps. Under a random order each figure has mean 0 and variance 1.
class OrderTrend {
 public:
  void add(std::span<const double> measures);
  // The largest of the figures, and how many there are.
  double largest() const;
  static constexpr std::size_t kFigures = 6;  // rank by number; rank by rank at five distances

 private:
  double sums_[kFigures] = {};
  std::size_t parts_ = 0;
};

// Why the order that the gauge permutes is not random in this model, or nothing. A random order
// is called otherwise less than once in five hundred times.
std::optional<std::string> notRandomOrder(const ModelProfile& model, const GaugeUse& use);

}  // namespace kindred::align
