// A finding's figures by name: its details, and what else of it is one number. For readers and for
// recipes that address them; nothing is decided by what stands here.
#pragma once

#include <map>
#include <string>

#include <kindred/test.hpp>

namespace kindred::evidence {

std::map<std::string, double> figuresOf(const Finding& finding);

}  // namespace kindred::evidence
