// The parts of fused tensors: which rows of which matrix are one role's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/architecture.hpp"
#include "models/architecture_rules.hpp"
#include "models/checkpoint.hpp"
#include "models/name_pattern.hpp"

namespace kindred::models {

class Splitter {
 public:
  explicit Splitter(const Checkpoint& checkpoint);

  // Of a tensor of this layer and expert (below 0: of none) that all these rules are about: by the
  // one whose counts its shape fits, with the heads of its layer where layers differ. Where two fit
  // that read it differently (a square matrix, perhaps transposed) nothing says which is right.
  Parts split(const Tensor& tensor, const std::vector<const SplitRule*>& rules,
              const Captures& of) const;

 private:
  struct Fit;
  class Counter;
  std::vector<View> cut(const Tensor& tensor, const Fit& fit) const;
  View viewOf(const Tensor& tensor, const Fit& fit, std::size_t part, std::uint64_t expert) const;

  const Checkpoint& checkpoint_;
  Dimensions dimensions_;
};

}  // namespace kindred::models
