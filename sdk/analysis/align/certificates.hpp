// How many assignments stand behind a finding, and how many of them their dual prices prove
// optimal.
#pragma once

#include <kindred/alignment.hpp>
#include <kindred/test.hpp>

namespace kindred::align {

void addAssignment(Finding& finding, bool optimal);
// Those that matched units, in the alignment that the finding rests on.
void addAssignments(Finding& finding, const Alignment& alignment);

}  // namespace kindred::align
