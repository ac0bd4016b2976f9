#include <kindred/analysis/stats/ranks.hpp>

#include <algorithm>
#include <numeric>

namespace kindred::stats {

std::vector<std::uint64_t> doubledRanks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
  std::vector<std::uint64_t> doubled(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first + 1;
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    // Ranks first + 1 .. end have the mean (first + 1 + end) / 2.
    for (std::size_t i = first; i < end; ++i) doubled[order[i]] = first + 1 + end;
    first = end;
  }
  return doubled;
}

}  // namespace kindred::stats
