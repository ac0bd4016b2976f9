// Counts of what comparisons came to.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "comparer.hpp"
#include "proportion.hpp"

namespace kindred::calibration {

inline constexpr std::array<double, 3> kLevels = {0.05, 0.01, 0.001};

// How often p-values fell to a level or below, where every pair is independent.
class NullTally {
 public:
  struct Row {
    std::uint64_t trials = 0;
    std::array<std::uint64_t, 3> rejected{};
    // Mean of the largest probability that such a discrete p-value has at or below each level;
    // 0: not known.
    std::array<double, 3> attainable{};
    std::vector<double> log10_p;

    // By how much the share of p-values at or below any level exceeds it at most, over the bound
    // that uniform ones keep with 99.9 % (Kolmogorov and Smirnov, one-sided).
    double excess() const;
    double bound() const;
  };

  void add(const Compared& compared);

  // By test and null.
  const std::map<std::string, Row>& rows() const { return rows_; }
  std::uint64_t pairs() const { return pairs_; }
  std::uint64_t aboveNoEvidence() const { return above_; }
  double smallest() const { return smallest_; }  // adjusted log10 p

 private:
  std::map<std::string, Row> rows_;
  std::uint64_t pairs_ = 0, above_ = 0;
  double smallest_ = 0;
};

// How often pairs that share weights were found.
struct Detection {
  std::uint64_t pairs = 0, found = 0;
  std::map<std::string, std::uint64_t> telling;  // test and gauge of the smallest p-value

  void add(const Compared& compared);
  void add(const Detection& other);
  std::string mostTelling() const;
  Proportion share() const { return proportion(found, pairs); }
};

}  // namespace kindred::calibration
