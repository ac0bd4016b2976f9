#include "run/testing.hpp"

#include <kindred/error.hpp>

#include "evidence/checked.hpp"
#include "plugin/guard.hpp"

namespace kindred::run {

std::vector<Finding> guarded(const plan::StepBase& step,
                             const std::function<std::vector<Finding>()>& call) {
  try {
    return plugin::guard(step.tools->test_plugin->name(), call);
  } catch (const Error& error) {
    // The test knows what is wrong with its input, the recipe where it was asked for.
    if (error.category() != Category::input) throw;
    throw inputError(recipe::text(step.step->place), error.message(), error.remedy());
  }
}

void keep(const plan::StepBase& step, const std::string& a, const std::string& b, Basis basis,
          std::vector<Finding> findings, results::StepResult& result) {
  const std::string plugin = step.tools->test_plugin->name();
  for (Finding& finding : evidence::checked(plugin, basis, std::move(findings))) {
    result.findings.push_back({step.step->name, a, b, std::move(finding), 0});
  }
}

}  // namespace kindred::run
