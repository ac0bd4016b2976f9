// What steps that run a test share.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "results/results.hpp"
#include "steps/step.hpp"

namespace kindred::steps {

// Calls the test. What it finds wrong with its input is an Error at the step's place in the recipe.
std::vector<Finding> guarded(const StepBase& step, const plugin::Plugin& test,
                             const std::function<std::vector<Finding>()>& call);

// Checks findings of two models, gives them their basis and adds them.
void keep(const StepBase& step, const plugin::Plugin& test, const std::string& a,
          const std::string& b, Basis basis, std::vector<Finding> findings,
          results::StepResult& result);

// Which part of two composites the step tests; a model that is none is one component by itself.
std::optional<models::Component> componentOf(const TestModels& step);

}  // namespace kindred::steps
