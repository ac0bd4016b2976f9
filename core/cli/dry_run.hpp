// compare --dry-run: what a comparison would read, and about how long that takes, from headers
// alone.
#pragma once

#include <string>

#include "plan/models.hpp"
#include "steps/plan.hpp"

namespace kindred::cli {

// What the run would go on from.
struct Spent {
  double seconds = 0;  // that opening the models and reading their headers took
  unsigned threads = 1;
};

// Sentences, and the plan's JSON document with times and rates. Of a model of this machine up to
// 16 MB are read to see how fast its disk is; of others nothing is asked. Memory is what the
// process holds now, with what threads and the largest step come to.
std::string dryRunText(const steps::Plan& plan, const plan::Models& models, const Spent& spent,
                       std::size_t width);
std::string dryRunJson(const steps::Plan& plan, const plan::Models& models, const Spent& spent);

}  // namespace kindred::cli
