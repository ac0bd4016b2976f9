// How a tensor is described to plugins.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <kindred/dtype.hpp>

namespace kindred {

// One tensor, or a contiguous part of one (a slice of a fused tensor). Indices are -1 where the
// name or role captured none.
struct TensorInfo {
  std::string model = {};  // the model's key in the recipe
  std::string name = {};   // as the checkpoint spells it, with "[rows a:b]" behind a slice
  DType dtype = DType::F32;
  std::vector<std::uint64_t> shape = {};
  std::uint64_t elements = 0;  // product of shape
  std::string role = {};       // "mlp.up", or empty where the architecture is unknown
  std::int64_t layer = -1;
  std::int64_t expert = -1;
  // What its numbers were decoded from: "Q4_K", "GPTQ, 4 bit, groups of 128"; empty: they are
  // stored as they are.
  std::string codec = {};
};

}  // namespace kindred
