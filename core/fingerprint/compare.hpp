// Exact tests between two fingerprints: rows are paired by what is blind to their signs, and the
// signs of their cosines are coins.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <kindred/test.hpp>

#include "evidence/verdict.hpp"
#include "fingerprint/fair.hpp"
#include "fingerprint/fingerprint.hpp"

namespace kindred::fingerprint {

// A fingerprint with what is worked out of it once. Refers to it.
class Reference {
 public:
  explicit Reference(const Fingerprint& fingerprint);

  const Fingerprint& print() const { return print_; }
  const Coinage& units() const { return units_; }
  const Coinage& values() const { return values_; }
  const Coinage& bands() const { return bands_; }
  const Coinage& coordinates() const { return coordinates_; }
  // Why the signs of a gauge are not to be tossed; empty: they may be.
  std::string refused(Gauge gauge) const;

 private:
  const Fingerprint& print_;
  Coinage units_, values_, bands_, coordinates_;
  std::map<Gauge, std::string> refused_;
};

// How far apart paired rows are: 1 - |mean of their cosines|, and its standard error over layers.
struct Distance {
  double value = 1, error = 0;
};

struct Tested {
  Finding finding;
  std::optional<Distance> distance;
  double log10_p_adjusted = 0;  // as judge() fills it in
};

// The tests that the two allow; `level` is that of the power, in log10. The reference's signs are
// what the null draws at random.
struct PairTested {
  std::vector<Tested> tests;
  std::vector<evidence::Unfair> unfair;
};
PairTested compare(const Reference& a, const Fingerprint& b, double level);

}  // namespace kindred::fingerprint
