// The evidence table: of each pair of models and each axis the most telling finding, with controls
// beside it.
#pragma once

#include <vector>

#include "results/report.hpp"

namespace kindred::report {

struct Evidence {
  const evidence::StepFinding* finding = nullptr;
  bool control = false;               // one of the two models is a control
  bool at_floor = false;              // the test could not have given a smaller p-value
  std::vector<double> controls = {};  // log10 p of controls, same test and axis
};

// Of many pairs one line each. Subjects before controls; within these deciding tests first, then by
// p-value.
std::vector<Evidence> evidenceOf(const results::Report& report);

// Where a p-value stands on the scale that all evidence is drawn on: 0 (p = 1) to 1 (the smallest
// p-value of the table). Logarithmic in the exponent, so that 10^-6 and 10^-3000 can be told apart.
class EvidenceScale {
 public:
  explicit EvidenceScale(const std::vector<Evidence>& evidence);
  double position(double log10_p) const;
  // Exponents worth a mark: 0, -6, -100, ...
  const std::vector<double>& ticks() const { return ticks_; }

 private:
  double most_ = 20;
  std::vector<double> ticks_;
};

}  // namespace kindred::report
