// A comparison by fingerprints as a run's Report, so that it is told and kept as any other is.
#pragma once

#include <string>
#include <vector>

#include "cli/fingerprint_pairs.hpp"
#include "results/report.hpp"

namespace kindred::cli {

// Of models, each under its key, and of their pairs.
// What the command line and the clock know (command line, cost) is left to the caller.
results::Report reportOf(const std::vector<fingerprint::Fingerprint>& prints,
                         const FingerprintPairs& pairs);

}  // namespace kindred::cli
