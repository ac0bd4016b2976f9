#include "subsets.hpp"

#include <cmath>
#include <numeric>

#include <kindred/random.hpp>

namespace kindred {

Subset meanOf(const RowSimilarities& similarities, std::size_t offset, std::size_t stride) {
  double sum = 0, count = 0;
  for (std::size_t k = 0; k < similarities.sampled.size(); ++k) {
    const double value = similarities.at(k, offset + similarities.sampled[k] * stride);
    if (!std::isfinite(value)) continue;
    sum += value;
    ++count;
  }
  return {offset, stride, sum / count};
}

Subset bestSubset(const RowSimilarities& similarities) {
  Subset best = meanOf(similarities, 0, 1);
  for (std::size_t stride = 1; stride * (similarities.rows_small - 1) < similarities.rows_large;
       ++stride) {
    const std::size_t last = stride * (similarities.rows_small - 1);
    for (std::size_t offset = 0; offset + last < similarities.rows_large; ++offset) {
      const Subset next = meanOf(similarities, offset, stride);
      if (next.mean > best.mean) best = next;
    }
    if (similarities.rows_small == 1) break;  // every stride is the same
  }
  return best;
}

double permuted(const RowSimilarities& similarities, std::uint64_t seed) {
  std::vector<std::size_t> order(similarities.rows_large);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random(seed).shuffle(std::span(order));
  double sum = 0, count = 0;
  for (std::size_t k = 0; k < similarities.sampled.size(); ++k) {
    const double value = similarities.at(k, order[similarities.sampled[k]]);
    if (!std::isfinite(value)) continue;
    sum += value;
    ++count;
  }
  return sum / count;
}

}  // namespace kindred
