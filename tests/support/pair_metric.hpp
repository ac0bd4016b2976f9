// Runs pair metrics over numbers in memory, as the host would: in tiles, segments and merges.
#pragma once

#include <cstddef>
#include <variant>
#include <vector>

#include <kindred/metric.hpp>

namespace kindred::support {

using Numbers = std::variant<std::vector<float>, std::vector<double>>;

struct Cut {
  std::size_t tile = kBlock;              // elements, a multiple of kBlock
  std::size_t segment = ~std::size_t{0};  // likewise
};

// The figures of a and b, both floats or both doubles, of one length.
std::vector<double> measure(const PairMetric& metric, const Numbers& a, const Numbers& b,
                            Cut cut = {});

}  // namespace kindred::support
