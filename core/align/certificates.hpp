// How many assignments stand behind a finding, and how many of them their dual prices prove
// optimal.
#pragma once

#include <kindred/alignment.hpp>
#include <kindred/test.hpp>

namespace kindred::align {

// The names under which a finding's details hold the two numbers.
inline constexpr const char* kAssignments = "assignments";
inline constexpr const char* kOptimal = "assignments_optimal";

void addAssignment(Finding& finding, bool optimal);
// Those that matched units, in the alignment that the finding rests on.
void addAssignments(Finding& finding, const Alignment& alignment);

}  // namespace kindred::align
