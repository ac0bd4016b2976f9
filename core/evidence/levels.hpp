// The levels at which results are called by a name; decimal logarithms of adjusted p-values.
#pragma once

#include <cstdint>

namespace kindred::evidence {

// A rejection at this level is called evidence.
inline constexpr double kLog10Evidence = -6;

// Calibrated tests reach no such level: with n controls their smallest p-value is
// 2 / ((n + 1) (n + 2)). They speak at 0.01, which takes 13 controls, and only where the score is
// also clear of all controls and beyond what strangers of one recipe reach, since like recipes are
// more alike than the controls at hand may be.
inline constexpr double kLog10Calibrated = -2;
inline constexpr std::uint64_t kFewestControls = 13;

// No further stage is run for a pair that is this far below the level of evidence: other steps'
// tests, when they are counted too, don't raise it above.
inline constexpr double kLog10Settled = -9;

}  // namespace kindred::evidence
