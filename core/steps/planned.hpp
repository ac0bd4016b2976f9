// What every planned step has.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plan/models.hpp"
#include "plan/pairing.hpp"
#include "plan/ranges.hpp"
#include "plan/sample.hpp"
#include "plan/select.hpp"
#include "steps/ready.hpp"

namespace kindred::steps {

// All ranges of one model's files that a step reads (of a test of whole models: by its last stage),
// sorted, each once.
struct ModelRanges {
  const plan::Model* model;
  std::vector<plan::ByteRange> ranges;
};

struct StepBase {
  const Step* step = nullptr;
  std::vector<const plan::Model*> models = {};  // whose headers it needs, in its order
  // An upper bound of surveys, which choose what they read, of tests of whole models, which read
  // the tokens that the vocabularies share, and of tests by content, which pass over what is
  // computed.
  std::vector<ModelRanges> reads = {};
  std::size_t pair_count = 0;  // that it compares
  std::uint64_t bytes = 0;     // that the step reads, each range once
  std::uint64_t requests = 0;  // that its remote sources expect to make
  std::uint64_t work = 0;      // bytes that pass through metrics: more where a tensor pairs often
  std::uint64_t memory = 0;    // that it keeps at most, beside the program itself
};

// Tensors of two models, or of one on both sides.
struct TwoSides : StepBase {
  const plan::Model* model_a = nullptr;
  const plan::Model* model_b = nullptr;
  std::vector<plan::Selected> a, b;
};

// Lambdas for each kind, as one.
template <class... Kinds>
struct ByKind : Kinds... {
  using Kinds::operator()...;
};
template <class... Kinds>
ByKind(Kinds...) -> ByKind<Kinds...>;

}  // namespace kindred::steps
