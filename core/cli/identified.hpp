// What a model's comparison with many others came to, and how it is told.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/lineup.hpp"
#include "fingerprint/judge.hpp"
#include "steps/runner.hpp"

namespace kindred::cli {

struct Failed {
  std::string model, error;
};

struct Identified {
  std::string model;
  std::vector<fingerprint::Candidate> candidates;  // nearest first
  std::vector<Failed> failed;                      // could not be read
  bool complete = true;                            // false: interrupted

  // Whether any candidate could be tested at all.
  bool testable() const;
  bool allTestable() const;
  std::vector<const fingerprint::Candidate*> related() const;
  // The row correlation that would have been seen with 99 % in each candidate that was tested.
  std::optional<double> detectableInAll() const;
};

// The first of the lineup against all others, each of them a unit of work. What is wrong with the
// first is an Error, with another a Failed.
Identified identify(Lineup& lineup, const Making& making, const steps::RunOptions& options);

// One JSON document, and plain sentences in lines of so many columns.
std::string jsonOf(const Identified& made);
std::string textOf(const Identified& made, std::size_t width);

}  // namespace kindred::cli
