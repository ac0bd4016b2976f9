#include "steps/test/testing.hpp"

#include <kindred/error.hpp>

#include "evidence/checked.hpp"
#include "plugin/guard.hpp"
#include "steps/step.hpp"

namespace kindred::steps {

std::vector<Finding> guarded(const StepBase& step, const plugin::Plugin& test,
                             const std::function<std::vector<Finding>()>& call) {
  try {
    return plugin::guard(test.name(), call);
  } catch (const Error& error) {
    // The test knows what is wrong with its input, the recipe where it was asked for.
    if (error.category() != Category::input) throw;
    throw inputError(recipe::text(step.step->place), error.message(), error.remedy());
  }
}

void keep(const StepBase& step, const plugin::Plugin& test, const std::string& a,
          const std::string& b, Basis basis, std::vector<Finding> findings,
          results::StepResult& result) {
  const std::string plugin = test.name();
  for (Finding& finding : evidence::checked(plugin, basis, std::move(findings))) {
    result.findings.push_back({step.step->name, a, b, std::move(finding), 0});
  }
}

std::optional<models::Component> componentOf(const TestModels& step) {
  const bool of_whole = step.model_a->whole == nullptr && step.model_b->whole == nullptr;
  if (of_whole) return std::nullopt;
  return step.model_a->architecture->component();
}

}  // namespace kindred::steps
