// Matrices that hold, or began near, what any program computes from their shape: sines of
// positions, transforms, masks, identities. Two models that have the same one may have nothing else
// in common, so neither the signs nor the order of its rows and columns count. The rules are those
// by which tensors without a role are left out: constants/constants.hpp.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <kindred/alignment.hpp>

namespace kindred::align {

// Why a matrix of one of these roles is no model's own; nothing: no rule fits. The first rows of
// each are looked at, of embedding and head the rows of `tokens`; of many layers some, and of a
// layer with experts the first ones.
std::optional<std::string> computedAmong(const ModelWeights& weights,
                                         std::initializer_list<std::string_view> roles,
                                         std::span<const std::uint32_t> tokens = {});

// The same of what a test of this gauge rests on in layers.
std::optional<std::string> computedBehind(const ModelWeights& weights, const GaugeUse& use);

}  // namespace kindred::align
