// What a run has found so far, adjusted for everything that was tried: which pairs are related is
// asked here.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "evidence/step_finding.hpp"

namespace kindred::evidence {

class Found {
 public:
  // `stages`: how many the plan may run.
  Found(std::vector<StepFinding> findings, std::size_t stages);

  // Whether a test that decides rejects the independence of the two, named in either order.
  bool related(const std::string& a, const std::string& b) const;
  // Whether no further stage is needed. What lies along the residual stream may be shared alone;
  // whether the rest is takes more bytes.
  bool settled(const std::string& a, const std::string& b) const;

 private:
  template <class Holds>
  bool any(const std::string& a, const std::string& b, Holds&& holds) const;

  std::vector<StepFinding> findings_;
};

}  // namespace kindred::evidence
