// The levels at which results are called by a name; decimal logarithms of adjusted p-values.
#pragma once

namespace kindred::stats {

// A rejection at this level is called evidence.
inline constexpr double kLog10Evidence = -6;

// Calibrated tests reach no such level: with n controls their smallest p-value is
// 2 / ((n + 1) (n + 2)). They speak at 0.05 (five controls or more), and only where the score is
// also clear of all controls, since like recipes may be more alike than the controls at hand.
inline constexpr double kLog10Calibrated = -1.3010299956639813;

// No further stage is run for a pair that is this far below the level of evidence: other steps'
// tests, when they are counted too, don't raise it above.
inline constexpr double kLog10Settled = -9;

}  // namespace kindred::stats
