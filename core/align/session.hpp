// Runs matrix tests on an aligned pair of models.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "align/guard.hpp"

namespace kindred::align {

struct NamedTest {
  std::string name;
  const MatrixTest* test;
};

struct Outcome {
  std::vector<Finding> findings;
  std::vector<Refusal> refusals;
};

// Whether `a` is the better reference of the two: its number format has no asymmetry, fewer of its
// parts are copies of each other. On a tie, a.
bool firstIsReference(const ModelProfile& a, const ModelProfile& b);

// Every use of every test that the guard lets pass; `a` is the reference.
Outcome runTests(const std::vector<NamedTest>& tests, const ModelProfile& a, const ModelProfile& b,
                 PairAlignment& alignment, std::uint64_t seed);

}  // namespace kindred::align
