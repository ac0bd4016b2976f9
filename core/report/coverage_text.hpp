// Coverage in sentences.
#pragma once

#include <string>
#include <vector>

#include "results/report.hpp"

namespace kindred::report {

// What of a pair was and was not read, in a line: "Covered: 12 MB of the 1.2 GB of A (MLP), ...".
std::string covered(const results::Report& report, const results::Pair& pair);
// What of a pair was understood, compared, left out and proved; one paragraph each.
std::vector<std::string> coverageText(const results::Pair& pair);

// What no fingerprint holds, so that nothing is said of it.
inline constexpr const char* kNotInFingerprints =
    "norms, embeddings, queries and keys, and rows that no fingerprint holds";

}  // namespace kindred::report
