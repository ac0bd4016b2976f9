// A merge's formula in each of the ways in which programs compute it: the last bit of a result
// tells them apart.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include <kindred/analysis/stats/rounding.hpp>
#include <kindred/dtype.hpp>

#include "replay/merge.hpp"

namespace kindred::replay {

enum class Arithmetic {
  single,        // float32: the weighted sum, divided by the sum of weights
  shares,        // float32: weights divided by their sum first
  interpolated,  // float32: the first model and shares of what the others differ from it
  exact,         // float64, rounded by way of float32
  steps,         // each step rounded to the type of the arithmetic
};
inline constexpr std::array kArithmetics{Arithmetic::single, Arithmetic::shares,
                                         Arithmetic::interpolated, Arithmetic::exact,
                                         Arithmetic::steps};
std::string_view name(Arithmetic arithmetic);
std::string_view describe(Arithmetic arithmetic);

using stats::rounded;
// From a value of the type to the next larger size.
float stepAt(DType dtype, float value);

// What a tensor is made of, all numbers in place.
struct Formula {
  Method method = Method::linear;
  std::vector<double> weights;  // of each parent; of task arithmetic the base's is not used
  std::size_t base = 0;         // place among the parents
  double t = 0, lambda = 1;
  bool normalize = false;
  double cosine = 0;              // slerp: of the two tensors, whole
  DType arithmetic = DType::F32;  // of `steps`
  bool stated = false;            // whether numbers are rounded to that type first
};

// Whether this method is computed so; the others would only repeat one of these.
bool applies(Arithmetic arithmetic, const Formula& formula, DType stored);

// The result of parents of one length each, rounded to `stored`.
void compute(const Formula& formula, Arithmetic arithmetic, DType stored,
             std::span<const std::vector<float>> parents, std::vector<float>& result);

}  // namespace kindred::replay
