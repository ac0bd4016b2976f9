// What is left of a verdict where a beacon drew rows that nobody could predict when the files were
// fixed: whoever knows which rows a run reads first can plant there, and a rejection that only such
// rows show speaks for no more than a part.
#pragma once

#include <vector>

#include "evidence/verdict.hpp"

namespace kindred::evidence {

bool anyDrawn(const std::vector<Adjusted>& findings);

// Without exact findings of rows that headers tell: those of the beacon's, and what reads rows by
// no such rule (controls' calibration, contents).
std::vector<Adjusted> unforeseen(const std::vector<Adjusted>& findings);

// `all`: of all findings; `left`: of what unforeseen() leaves of them.
Verdict weaker(Verdict all, const Verdict& left, const std::vector<Adjusted>& findings);

}  // namespace kindred::evidence
