// A comparison by fingerprints as a run's Report, so that it is told and kept as any other is.
#pragma once

#include <string>
#include <vector>

#include "fingerprint/judge.hpp"
#include "results/report.hpp"

namespace kindred::cli {

// Of two, each under the key of its model, and what judged() said of the second. What the command
// line and the clock know (command line, cost) is left to the caller.
results::Report reportOf(const fingerprint::Fingerprint& a, const fingerprint::Fingerprint& b,
                         const fingerprint::Candidate& judged);

}  // namespace kindred::cli
