// Compares saved models by the same steps as `kindred compare --all`: weights by role, each model
// profiled once, an alignment a pair, every test on every gauge that the architecture grants, Holm.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <kindred/test.hpp>

#include "evidence/class.hpp"
#include "evidence/start.hpp"
#include "plan/models.hpp"

namespace kindred::calibration {

struct Compared {
  std::array<std::string, 2> models;  // on the symmetry of either of which a test may rest
  std::vector<Finding> findings;      // that decide, and those of tests that must be asked for
  double log10_p = 0;        // the smallest of a plain comparison after Holm; 0: none decided
  std::string most_telling;  // its test and gauge
  evidence::Class klass = evidence::Class::no_evidence;  // of a plain comparison
  std::optional<evidence::Start> start;                  // what a plain comparison says of it
  std::vector<std::string> unfair;                       // gauges that self-tests refused

  // What the verdict calls evidence of shared weights.
  bool aboveNoEvidence() const;
};

class Comparer {
 public:
  // Opens and profiles the models in these folders. `budget`: bytes that may be read of each; 0: as
  // many as by default.
  explicit Comparer(const std::vector<std::filesystem::path>& folders, std::uint64_t budget = 0);
  ~Comparer();

  // By their place in the list. [any-thread]
  Compared compare(std::size_t a, std::size_t b) const;
  // What calibrated tests say of the two, by test: higher is more alike. [any-thread]
  std::map<std::string, Finding> scores(std::size_t a, std::size_t b) const;
  const plan::Model& model(std::size_t i) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace kindred::calibration
