// Are two models the same, tensor by tensor, and if not, what differs?
#pragma once

#include <functional>
#include <map>
#include <string>

#include "evidence/verdict.hpp"
#include "plan/counterparts.hpp"
#include "plan/models.hpp"
#include "results/results.hpp"

namespace kindred::outcome {

// The contents of one model's tensors that a run read whole, by tensor.
using Contents = std::map<std::string, const results::TensorContent*, std::less<>>;
Contents contentsOf(const plan::Model& model, const results::Results& results);

// `confirmed`: whether a metric found the bytes of a tensor of `a` and those of its counterpart in
// the other model by a hash that nobody can forge; the host's own is a fast one.
using Confirmed = std::function<bool(const models::Tensor& a, const models::Tensor& b)>;

// A head that is written out and is its model's own embedding is the tied head of a model without
// one: it makes no other model, and is remarked on.
evidence::Identity identityOf(const plan::Model& a, const plan::Model& b,
                              const plan::Counterparts& counterparts, const Contents& contents_a,
                              const Contents& contents_b, const Confirmed& confirmed);

}  // namespace kindred::outcome
