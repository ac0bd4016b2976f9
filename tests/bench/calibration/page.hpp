// docs/calibration.md from counts.
#pragma once

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "further.hpp"
#include "tally.hpp"
#include "transformations.hpp"

namespace kindred::calibration {

struct DetectionRow {
  const Transformation* transformation;
  std::array<Detection, 3> strengths;
};

// Pairs of models that sign tests could be misled by.
struct MisleadingRow {
  std::string name;
  std::string wanted;  // what should be said of them
  std::uint64_t pairs = 0, accused = 0;
  std::uint64_t refused = 0;  // without a coin of the gauge concerned
  std::map<evidence::Class, std::uint64_t> classes = {};
};

struct Results {
  std::size_t independent_models = 0;
  std::vector<std::size_t> widths;
  NullTally plain;    // independent models
  NullTally doubled;  // one or both with doubled parts
  NullTally edited;   // descendants of different roots
  NullTally ungated;  // with LayerNorm and MLPs without a gate
  NullTally biased;   // with biases of queries, keys and values
  NullTally in_part;  // of which little is read, so that bands of down stand for their MLPs
  NullTally prints;   // by fingerprints
  std::map<std::string, CalibratedTally> calibrated;  // by test
  std::vector<MisleadingRow> misleading;
  std::vector<DetectionRow> rows;   // root and descendant
  Detection between;                // descendants of one root
  Detection apart;                  // of one root, but nothing that can be compared is in both
  std::vector<std::string> missed;  // pairs of root and descendant or between, described
  std::vector<std::string> nothing_shared;  // pairs apart, described, with the reason
};

std::string page(const Results& results);

// Of a page what stands below this heading of the second level; empty where it has none.
std::string sectionOf(const std::string& page, const std::string& title);
// The page with this section in place of its own, or behind all others.
std::string withSection(const std::string& page, const std::string& title,
                        const std::string& section);

}  // namespace kindred::calibration
