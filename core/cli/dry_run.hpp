// compare --dry-run: what a comparison would read, and about how long that takes, from headers
// alone.
#pragma once

#include <string>

#include "plan/models.hpp"
#include "steps/plan.hpp"

namespace kindred::cli {

// `seconds`: how long opening the models and reading their headers took. Of a model of this machine
// up to 16 MB are read to see how fast its disk is; of others nothing is asked.
std::string dryRun(const steps::Plan& plan, const plan::Models& models, double seconds);

}  // namespace kindred::cli
