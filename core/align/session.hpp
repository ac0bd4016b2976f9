// Runs matrix tests on an aligned pair of models.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "align/guard.hpp"
#include "align/self_test.hpp"

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

// A pair to test. A sign test needs fair signs of one model only, so where self-tests refuse `a` as
// the reference of a gauge, `b` is tried.
struct Subjects {
  const ModelProfile& a;
  const ModelProfile& b;
  PairAlignment& alignment;  // of a, the reference, and b
  // The alignment of b, as the reference, and a; empty: only a may be the reference.
  std::function<PairAlignment&()> exchanged = {};
};

// Of a test's uses those that concern the pair.
std::vector<GaugeUse> usesOf(const NamedTest& test, const Subjects& subjects);

// One of them, where the guard lets it pass: uses may be run side by side. A finding's `reference`
// says whose signs or order it rests on. runTests(): every use of every test.
Outcome runUse(const NamedTest& test, const GaugeUse& use, const Subjects& subjects,
               SelfTests& self_tests, std::uint64_t seed);
Outcome runTests(const std::vector<NamedTest>& tests, const Subjects& subjects,
                 SelfTests& self_tests, std::uint64_t seed);

}  // namespace kindred::align
