// Matrices that hold, or began near, what any program computes from their shape: sines of
// positions, transforms, masks, identities. Two models that have the same one may have nothing else
// in common, so neither the signs nor the order of its rows and columns count. The rules are those
// by which tensors without a role are left out: constants/constants.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <kindred/alignment.hpp>

namespace kindred::align {

// Of tokens; of a matrix in layers as many rows.
inline constexpr std::size_t kRowsLookedAt = 128;

// Why a matrix of this role is no model's own; nothing: no rule fits. The first rows of each are
// looked at, of embedding and head the rows of `tokens`; of many layers some, and of a layer with
// experts the first ones.
std::optional<std::string> computedIn(const ModelWeights& weights, std::string_view role,
                                      std::span<const std::uint32_t> tokens = {});

// Where matrices of a role that stands in layers may be, as many as are looked at.
std::vector<Place> placesLookedAt(const ModelWeights& weights, std::string_view role);

// Roles whose matrices in layers a test of this gauge rests on. They point into `use`.
std::vector<std::string_view> rolesBehind(const GaugeUse& use);

// Why one of these is no model's own.
std::optional<std::string> computedBehind(const ModelWeights& weights, const GaugeUse& use);

}  // namespace kindred::align
