// Coins of sign tests: one for each origin in the reference, its side the sign of the sum of all
// cosines that the origin takes part in.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace kindred::align {

// A coin's cosine, and where it was first seen.
struct Coin {
  double cosine = 0;
  std::int64_t layer = -1;  // of A
  std::uint64_t added = 0;  // cosines
};

struct SignCount {
  std::uint64_t coins = 0;
  std::uint64_t heads = 0;
  double alike = 0;  // mean absolute cosine, each coin's over all that it was added of
};

class Coins {
 public:
  // Sums whose magnitude does not exceed `threshold` are no coins (0: exact zeros only).
  explicit Coins(double threshold = 0) : threshold_(threshold) {}

  // Adds a cosine to its origin's sum. kNoOrigin and what is not finite are passed over.
  void add(std::uint32_t origin, double cosine, std::int64_t layer = -1);

  // The sums that are coins, in order of origin.
  std::vector<double> values() const;
  SignCount count() const;  // but for how alike they are
  std::map<std::int64_t, SignCount> countByLayer() const;

 private:
  bool isCoin(const Coin& coin) const;

  double threshold_;
  std::map<std::uint32_t, Coin> coins_;
};

}  // namespace kindred::align
