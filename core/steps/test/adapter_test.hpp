// Tests of signs of two adapters, by their components: an adapter needs no architecture.
#pragma once

#include "results/results.hpp"
#include "steps/test/model_pair.hpp"

namespace kindred::steps {

bool isAdapter(const plan::Model& model);

// Both models of the pair are adapters. The reference is one whose start was drawn at random.
results::StepResult testAdapters(const ModelPair& pair);

}  // namespace kindred::steps
