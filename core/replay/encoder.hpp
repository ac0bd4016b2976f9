// Numbers as a quantised tensor would hold them: encoded by the rule of the format's own tools and
// decoded again, so that a merge which was quantised afterwards can be compared code by code.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plan/models.hpp"

namespace kindred::replay {

class Encoder {
 public:
  // Of the tensor's own encoding: Q4_0, Q4_1, Q5_0, Q5_1 and Q8_0 as ggml rounds them, E4M3 under
  // the scales that stand in the file. Nothing where there is no encoder.
  static std::optional<Encoder> of(const plan::Model& model, const models::Tensor& tensor,
                                   std::uint64_t& bytes_read);

  // Whole rows in place; `rows` are their numbers in the tensor.
  void encode(std::span<const std::uint64_t> rows, std::span<float> values) const;

 private:
  enum class Rule { q4_0, q4_1, q5_0, q5_1, q8_0, e4m3 };

  Rule rule_ = Rule::q8_0;
  // Of E4M3: a scale for `height` rows and `width` columns each, row by row.
  std::vector<float> scales_;
  std::uint64_t height_ = 1, width_ = 1, across_ = 1;
};

// Whether what is stored are codes, of which the numbers are made; not where these only stand in
// another order, or were changed by an adapter.
bool isEncoded(const models::Tensor& tensor);

}  // namespace kindred::replay
