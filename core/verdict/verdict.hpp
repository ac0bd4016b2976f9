// From findings to words, by the rules of what each kind of test can say. Direction, intent and
// authorship are never part of it.
#pragma once

#include <string>
#include <vector>

#include <kindred/test.hpp>

namespace kindred::verdict {

// A test's result with its p-value adjusted for everything that was tried (Holm).
struct Adjusted {
  Finding finding;
  double log10_p = 0;
};

struct Verdict {
  // identical, shared-weights, shared-weights-calibrated, partial, inconclusive, no-evidence,
  // untestable
  std::string klass;
  std::string sentence;
  double log10_p = 0;  // adjusted, of the most telling deciding test; 0 where none decided
  std::string power;   // what would have been seen, or why that is not stated
};

// A rejection at this adjusted level is called evidence.
inline constexpr double kLog10Level = -6;

// On one pair of models.
Verdict judge(const std::string& a, const std::string& b, const std::vector<Adjusted>& findings);

}  // namespace kindred::verdict
