// Which coin each of the reference's units is, where units are tossed as they stand.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include <kindred/analysis/linear/linear.hpp>
#include <kindred/matrix_test.hpp>

namespace kindred::sign_test {

// Of `units` rows or columns of the task's role at a place; kNoOrigin for what has none. Those of
// one group of heads have one.
std::vector<std::uint32_t> placeCoins(const MatrixTask& task, const Place& place,
                                      std::uint64_t units);

// What of the reference is a copy in the task's matrix alone: columns that are alike, wherever they
// stand, and layers number by number.
class Copies {
 public:
  explicit Copies(const GaugeUse& use) : columns_(use.axis == 1) {}

  // All units of a place as columns of length one, and their coins.
  void add(const Place& place, const arma::fmat& units, std::vector<std::uint32_t> coins);
  bool empty() const { return samples_.empty(); }
  // Of each coin that was added the one that stands for it and its copies. A false join costs a
  // little power and never exactness, since a sum of coins is a coin.
  std::map<std::uint32_t, std::uint32_t> joined();

 private:
  // A few of a place's units, to tell whether those of another are their copies.
  struct Sample {
    Place place;
    arma::fmat columns;
    std::vector<std::uint32_t> coins;  // of all units
  };

  void addColumns(const arma::fmat& units, const std::vector<std::uint32_t>& coins);
  void joinColumns();
  std::vector<std::pair<const Sample*, const Sample*>> comparable() const;

  bool columns_;  // of rows it is known from all of the unit's which are alike
  std::vector<Sample> samples_;
  // The first numbers of columns that were not held against each other yet, and their coins.
  arma::uword rows_ = 0;
  std::vector<float> first_numbers_;
  std::vector<std::uint32_t> coins_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> alike_;  // coins
};

}  // namespace kindred::sign_test
