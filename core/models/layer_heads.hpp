// Which heads each layer of a model has: of the kinds that config.json states the one that the
// layer's matrices have.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "models/role_views.hpp"

namespace kindred::models {

class LayerHeads {
 public:
  LayerHeads() = default;
  LayerHeads(const Dimensions& stated, std::uint64_t depth, const RoleViews& views);

  // None where several kinds would do.
  const HeadShape& of(std::int64_t layer) const;
  // Of a layer of which there are keys and no values.
  bool valuesAreKeys(std::int64_t layer) const { return values_are_keys_.contains(layer); }
  // What is wrong with the numbers of heads that config.json states; empty: nothing.
  std::string problem(const Dimensions& stated) const;
  // By layer; what no matrix of it rests on is 0.
  std::vector<HeadShape> there(const RoleViews& views) const;

 private:
  const HeadShape* kindOf(std::int64_t layer, const Dimensions& stated,
                          const RoleViews& views) const;

  std::vector<HeadShape> kinds_;  // that layers may have
  std::vector<HeadShape> heads_;  // that each layer has
  std::set<std::int64_t> values_are_keys_;
};

// Queries and keys turn in pairs of dimensions.
bool turnsInPairs(const HeadShape& heads);
// Rows of queries, keys and values, columns of the output.
std::uint64_t rowsOfHeads(const HeadShape& heads, std::string_view role);

}  // namespace kindred::models
