// The shape that a matrix must have to play a role, and in which words it is said that it has not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <kindred/tensor.hpp>

namespace kindred::models {

struct ExpectedShape {
  std::vector<std::uint64_t> shape;  // 0: any length
  std::string because;               // "hidden_size 64"
};

// "[170, 64]"; with `wanted` a length of 0 is "n".
std::string shapeText(const std::vector<std::uint64_t>& shape, bool wanted = false);

// Why a shape is not the one expected: "has shape [170, 64], expected [176, 64] (hidden_size 64)";
// empty where it is.
std::string mismatch(const TensorInfo& info, const ExpectedShape& expected);

}  // namespace kindred::models
