// From the tests of pairs of models to what is said of each: adjusted together, judged singly.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evidence/verdict.hpp"
#include "fingerprint/compare.hpp"

namespace kindred::fingerprint {

struct Candidate {
  std::string of;  // the model that it is held against
  std::string model;
  PairTested tested;           // where it has components none: theirs count
  std::string component = {};  // which both have; empty: the models as wholes
  std::string address = {};    // of what its fingerprint was made of; may be empty
  bool same_bytes = false;     // the two fingerprints are of the same bytes
  bool ran = true;             // false: nothing was tested, nor is it known what could be
  // From here on as judge() fills it in.
  evidence::Verdict verdict = {};      // log10_p is adjusted for all candidates and tests
  std::optional<double> breadth = {};  // share of the tested layers that have evidence of their own
  std::optional<Distance> distance = {};
  std::optional<double> detectable_rho = {};  // the least that would have been seen with 99 %
  std::string best = {};                      // what paired the rows of the most telling test
  // Of two models of which one is a composite: each component that both have, by itself.
  std::vector<Candidate> components = {};
};

inline constexpr const char* kSameBytes = "Both fingerprints say that they are of the same bytes.";

// The level of power statements where so many pairs, of so many components each, are tried.
double levelOf(std::size_t candidates, std::size_t components = 1);

// All that a run tested: p-values are adjusted for all of them (Holm).
void judge(std::vector<Candidate>& candidates);

// One of so many, by itself: p-values times the number of all tests that there can be (Bonferroni),
// so that nothing of the others has to be kept until the last is known.
void judgeOneOf(std::size_t candidates, std::size_t components, Candidate& candidate);

// Related ones first, then by distance.
void sortNearestFirst(std::vector<Candidate>& candidates);

}  // namespace kindred::fingerprint
