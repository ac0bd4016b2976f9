// Units paired by cosines inside their layers alone: what is left to pair them where the stream was
// rotated and its tokens are others.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "fingerprint/fair.hpp"
#include "fingerprint/fingerprint.hpp"
#include "fingerprint/layers.hpp"

namespace kindred::fingerprint {

// Units of A and B, as rows of Fingerprint::units, paired by their gates; no up row is looked at.
class GramPairs {
 public:
  GramPairs(const Fingerprint& a, const Fingerprint& b);
  ~GramPairs();

  const std::vector<RowsPaired>& pairs() const { return pairs_; }
  // Of what the up rows of two units are to the gates of the paired units of their layers; exactly
  // the negative where one up row is turned. 0 where the units' layers are not paired.
  double cosine(std::size_t a, std::size_t b) const;
  // Numbers that such a cosine is of, on average.
  double width() const;

 private:
  struct LayerPair;
  std::vector<std::unique_ptr<LayerPair>> layers_;
  std::vector<const LayerPair*> of_b_;  // by row of B
  std::vector<RowsPaired> pairs_;
};

// Why up rows are no fair coins given the cosines of gates: in the fingerprint alone, what they are
// to gates follows too often what their own gates are to these. Empty: nothing speaks against it.
std::string unfair(const Fingerprint& print, const Coinage& units);

}  // namespace kindred::fingerprint
