// Every pair of some fingerprints, compared and judged together.
#pragma once

#include <vector>

#include "fingerprint/judge.hpp"
#include "results/relations.hpp"
#include "results/report.hpp"
#include "steps/runner.hpp"

namespace kindred::cli {

struct FingerprintPairs {
  // All of them; of many models, of each its nearest relatives, each with the finding that tells
  // most.
  std::vector<fingerprint::Candidate> told;
  std::vector<results::Unlisted> unlisted;  // the others, by class
  results::Relations relations;             // of all pairs
};

// Where an interruption leaves pairs, these have not run.
FingerprintPairs compareAll(const std::vector<fingerprint::Fingerprint>& prints,
                            const steps::RunOptions& options);

}  // namespace kindred::cli
