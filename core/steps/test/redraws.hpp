// --check-null: pairs go through their tests again, with the reference's signs drawn anew.
#pragma once

#include <vector>

#include "run/executor.hpp"
#include "steps/test/model_pair.hpp"
#include "steps/test/pair_tester.hpp"

namespace kindred::steps {

// Of these steps, those that toss signs and are to be checked, in pairs with what their first stage
// read.
std::vector<ModelPair> pairsToCheck(const std::vector<const TestModels*>& steps,
                                    const PairTester& tester);

// As often as their steps ask for. Adds a table for each pair; what is found to have no uniform
// p-values decides nothing in `result` from here on.
void checkNull(const std::vector<ModelPair>& pairs, const PairTester& tester, const Plan& plan,
               run::Executor& executor, results::StepResult& result);

}  // namespace kindred::steps
