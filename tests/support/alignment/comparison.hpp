// Compares two models with the built plugins, as the host would.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "align/session.hpp"

namespace kindred::test {

// The built-in matrix test of this name, with its default parameters.
std::unique_ptr<MatrixTest> matrixTest(const std::string& name);
std::unique_ptr<Aligner> aligner();

struct Comparison {
  std::unique_ptr<ModelProfile> a, b;  // in the order given
  std::unique_ptr<PairAlignment> alignment;
  std::unique_ptr<PairAlignment> exchanged;  // where the reference had to be the other model
  const ModelProfile* reference = nullptr;
  const ModelProfile* other = nullptr;
  align::Outcome outcome;

  // The smallest log10 p of the findings of this gauge; 0 where there are none.
  double log10P(const std::string& gauge) const;
  const Finding* find(const std::string& gauge) const;  // the first
};

// What a test finds of two models, as the reference and the other, without the guard and without
// controls: the scores of a calibrated test.
std::vector<Finding> scored(const std::string& test, const ModelWeights& a, const ModelWeights& b);

// Both models must outlive the result.
Comparison compare(const std::vector<std::string>& tests, const ModelWeights& a,
                   const ModelWeights& b);

}  // namespace kindred::test
