// The parts of fused tensors: which rows of which matrix are one role's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/architecture.hpp"
#include "models/architecture_rules.hpp"
#include "models/checkpoint.hpp"

namespace kindred::models {

class Splitter {
 public:
  explicit Splitter(const Checkpoint& checkpoint);

  // Of a tensor that all these rules are about: by the one whose counts its shape fits. Where two
  // fit that read it differently (a square matrix, perhaps transposed) nothing says which is right.
  // Views have role and expert, but no layer yet.
  Parts split(const Tensor& tensor, const std::vector<const SplitRule*>& rules) const;

 private:
  struct Fit;
  bool fits(const Tensor& tensor, const SplitRule& rule, Fit& fit, std::string& problem) const;
  std::uint64_t dimension(const std::string& name, std::string& problem) const;
  std::uint64_t rowsOf(const SplitPart& part, std::string& problem) const;
  // How many rows the parts take of those that are there.
  bool countRows(const SplitRule& rule, std::uint64_t there, Fit& fit, std::string& problem) const;
  std::vector<View> cut(const Tensor& tensor, const Fit& fit) const;
  View viewOf(const Tensor& tensor, const Fit& fit, std::size_t part, std::uint64_t expert) const;

  const Checkpoint& checkpoint_;
  Dimensions dimensions_;
};

}  // namespace kindred::models
