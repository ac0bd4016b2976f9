#include "run/stages.hpp"

#include <algorithm>

namespace kindred::run {

std::size_t stagesOf(const plan::Plan& plan) {
  std::size_t stages = 1;
  for (const plan::PlannedStep& step : plan.steps) {
    if (const auto* test = std::get_if<plan::TestModels>(&step)) {
      stages = std::max(stages, test->read.size());
    }
  }
  return stages;
}

}  // namespace kindred::run
