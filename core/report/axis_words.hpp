// What a finding is about, in words for somebody who has read no page on gauges.
#pragma once

#include <string>

#include "evidence/step_finding.hpp"

namespace kindred::report {

// "units of the MLP", "value dimensions of attention (vision tower), among controls"
std::string axisInWords(const evidence::StepFinding& row);

}  // namespace kindred::report
