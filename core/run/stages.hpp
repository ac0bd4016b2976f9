// How many stages a plan may run: what p-values are adjusted for, see evidence/adjust.hpp.
#pragma once

#include <cstddef>

#include "plan/plan.hpp"

namespace kindred::run {

std::size_t stagesOf(const plan::Plan& plan);

}  // namespace kindred::run
