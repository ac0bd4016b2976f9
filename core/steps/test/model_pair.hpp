// Two models and the tests of whole ones that they take: what stages, null checks and descriptions
// work on.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "plan/reading.hpp"
#include "run/units.hpp"
#include "steps/plan.hpp"

namespace kindred::steps {

// Steps over the same two models, read to the same limit, share an alignment.
struct ModelPair {
  using Models = std::pair<const plan::Model*, const plan::Model*>;

  Models models;
  plan::ReadLimit limit;
  std::vector<const TestModels*> steps;
};

// Adds the step to the pair of its models and limit, which is added where it is not there yet.
void addTo(std::vector<ModelPair>& pairs, const TestModels& step, const plan::ReadLimit& limit);

// Of a model, to a limit; 0 where its architecture is not known.
std::uint64_t bytesOf(const Plan& plan, const plan::Model& model, const plan::ReadLimit& limit);

// "64000000 by the beacon"
std::string inWords(const plan::ReadLimit& limit);

// One unit a pair, named after its first step and what is made of it; `compute` and `consume` are
// the caller's to give. Pairs and plan must outlive it.
run::Units<results::StepResult> pairUnits(const std::vector<ModelPair>& pairs, const char* what,
                                          const Plan& plan, unsigned threads);

}  // namespace kindred::steps
