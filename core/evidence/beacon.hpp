// What is left of a verdict where a beacon drew rows that nobody could predict when the files were
// fixed: whoever knows which rows a run reads first can plant there, and a rejection that only such
// rows show speaks for no more than a part.
#pragma once

#include <vector>

#include "evidence/verdict.hpp"

namespace kindred::evidence {

bool anyDrawn(const std::vector<Adjusted>& findings);

// Without what decides by rows that headers tell: findings of the beacon's rows, and what others
// come to (controls' calibration, tests of tables).
std::vector<Adjusted> unforeseen(const std::vector<Adjusted>& findings);

// `all`: of all findings; `left`: of what unforeseen() leaves of them.
// What only rows show that could be foreseen is shared in part at most, also where drawn ones, for
// whatever reason, can show nothing: whoever made the files can see to that.
Verdict weaker(Verdict all, const Verdict& left, const std::vector<Adjusted>& findings,
               const Undrawn& undrawn = {});

}  // namespace kindred::evidence
