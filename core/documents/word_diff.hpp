// Longest common subsequences, and differences of words made from them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace kindred::documents {

// Beyond so many pairs nothing is looked for: no clause has 4000 words.
inline constexpr std::size_t kMostPairs = 16'000'000;

// Indices (i, j) of a longest common subsequence of `a` and `b`, rising in both. Time and memory
// are their sizes' product; none where that exceeds kMostPairs.
template <class Item>
std::vector<std::pair<std::size_t, std::size_t>> commonSubsequence(const std::vector<Item>& a,
                                                                   const std::vector<Item>& b) {
  if (a.size() > kMostPairs / (b.size() + 1)) return {};
  const std::size_t columns = b.size() + 1;
  std::vector<std::uint32_t> length((a.size() + 1) * columns);  // of what is left of both
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      length[i * columns + j] =
          a[i] == b[j] ? length[(i + 1) * columns + j + 1] + 1
                       : std::max(length[(i + 1) * columns + j], length[i * columns + j + 1]);
    }
  }
  std::vector<std::pair<std::size_t, std::size_t>> common;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) {
      common.emplace_back(i++, j++);
    } else if (length[(i + 1) * columns + j] >= length[i * columns + j + 1]) {
      ++i;
    } else {
      ++j;
    }
  }
  return common;
}

// Words to compare by and words to show, as many.
struct Words {
  const std::vector<std::string>& compared;
  const std::vector<std::string>& shown;
};

// "... as many [-as wanted-] {+as ten+} ...": what is gone, what is new, and a few words around.
std::string wordDifference(const Words& before, const Words& after);

}  // namespace kindred::documents
