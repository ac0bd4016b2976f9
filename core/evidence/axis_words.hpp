// What a test's axis is, in words for somebody who has read no page on gauges.
#pragma once

#include <string>

#include <kindred/gauge.hpp>

namespace kindred::evidence {

// "units of the MLP"
std::string inWords(const Axis& axis);

}  // namespace kindred::evidence
