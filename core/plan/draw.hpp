// What a beacon draws: an order of layers, and rows of a matrix. Equal beacons draw alike, whatever
// the model; without one nothing is drawn.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kindred::plan {

class Draw {
 public:
  explicit Draw(std::string beacon) : beacon_(std::move(beacon)) {}

  const std::string& beacon() const { return beacon_; }
  // Two models of different depth get the layers that both have in one order.
  void order(std::vector<std::int64_t>& layers) const;
  // The numbers, ascending, of `count` of a matrix' `all` rows, in runs of 16, which cost a remote
  // source one request each; empty: the first, or all. More rows hold those of fewer. Gates and ups
  // have the same, since a unit has a row in each.
  std::vector<std::uint32_t> rows(std::string_view role, std::uint64_t all, std::uint64_t count);

 private:
  std::string keyOf(std::string_view what, std::int64_t number) const;

  std::string beacon_;
  std::map<std::pair<std::string_view, std::uint64_t>, std::vector<std::uint64_t>> pieces_;
};

}  // namespace kindred::plan
