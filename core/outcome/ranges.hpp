// Which tensors of a model a run has read.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "plan/models.hpp"
#include "results/results.hpp"

namespace kindred::outcome {

class ReadRanges {
 public:
  // Results list ranges by model, file and offset.
  ReadRanges(const plan::Model& model, const results::Results& results);
  // Whether any byte of the tensor was read; one without bytes counts as read.
  bool any(const models::Tensor& tensor) const;
  // How many of its bytes were read, each counted once.
  std::uint64_t bytes(const models::Tensor& tensor) const;

 private:
  struct Span {
    std::uint64_t offset, end;
  };
  const plan::Model& model_;
  std::map<std::string, std::vector<Span>> files_;  // apart from each other, in order
};

}  // namespace kindred::outcome
