// What renderings for people have in common: numbers, and answers in plain words.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/report.hpp"
#include "words/quantities.hpp"

namespace kindred::report {

using words::byteCount;
using words::grouped;

// A p-value as people read it: 0.03, or ten to a power, rounded up so that it never says too much.
struct PValue {
  std::string plain;  // "0.03"; empty: use the power
  std::string power;  // "-302.4"
};
PValue pValue(double log10_p);
std::string text(const PValue& p);  // "0.03" or "10^-302.4"

// Four significant digits; an undefined figure is a dash.
std::string figure(double value);

// "Shared weights", "No evidence", ...
std::string verdictName(evidence::Class klass);
std::string verdictName(const evidence::Verdict& verdict);
// The same; "Measured" where no test that decides was asked for.
std::string verdictName(const results::Report& report, const results::Pair& pair);

// What is said wherever no test that decides was asked for.
inline constexpr const char* kOnlyMeasured =
    "No test that decides was run: figures alone don't say whether weights are shared.";

// The run's beacon and what it did; empty: it has none.
std::string beaconOf(const results::Report& report);

// "Power: ...", all of it; empty where nothing is said of it.
std::string powerOf(const evidence::Verdict& verdict);

// Two sentences for somebody who has never heard of a p-value.
struct Answer {
  std::string first, second;
};
Answer answerOf(const results::Report& report, const results::Pair& pair);
// Of the run: that of its one pair, or what all pairs amount to.
Answer answerOf(const results::Report& report);

// What of the pairs is counted and not listed, and what would have been seen there; empty: none.
std::string unlistedOf(const results::Report& report);

// "llama ('model.language_model.' stands for 'model.')", with architecture files that are the
// user's own, or "not recognised".
std::string familyOf(const results::Model& model);
// Of each family that only some models hold together, as a merge does, a sentence.
std::vector<std::string> jointsOf(const results::Report& report);
// Of each model that was measured with several relatives which of them is nearest, in a sentence.
std::vector<std::string> nearestOf(const results::Report& report);

}  // namespace kindred::report
