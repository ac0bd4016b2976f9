// One fingerprint that is held against others: it and its components, each with what is worked out
// of it once.
#pragma once

#include <vector>

#include "fingerprint/compare.hpp"
#include "fingerprint/judge.hpp"

namespace kindred::fingerprint {

// Refers to the fingerprint.
class Prepared {
 public:
  explicit Prepared(const Fingerprint& print);

  const Fingerprint& print() const { return parts_.front().print(); }

  // The tests of another against this one, not judged yet: alone against alone, or each component
  // against the like component. This one's signs are those that are tossed; where they are not
  // fair, the other's. `level` is that of the power, in log10.
  Candidate against(const Fingerprint& other, double level) const;

 private:
  void addParts(const Fingerprint& other, double level, Candidate& candidate) const;

  std::vector<Reference> parts_;
};

}  // namespace kindred::fingerprint
