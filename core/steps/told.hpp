// What the process of a plugin that did not come with the program told of a unit, before anything
// else sees it. It can tell whatever it likes: also what no unit of its own can come to.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "plan/models.hpp"
#include "results/results.hpp"

namespace kindred::steps {

// An Error that names the plugin where the result speaks of other steps than these, of other
// models' bytes than these, or has a finding that no test can have (evidence/checked.hpp) or that
// only a whole run makes.
void checkTold(const std::string& plugin, const std::set<std::string>& steps,
               const std::vector<const plan::Model*>& models, const results::StepResult& result);

}  // namespace kindred::steps
