// From the tests of one model against many to what is said of each: adjusted together, judged
// singly, nearest first.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evidence/verdict.hpp"
#include "fingerprint/compare.hpp"

namespace kindred::fingerprint {

struct Candidate {
  std::string model;
  PairTested tested;           // where it has components none: theirs count
  std::string component = {};  // which both have; empty: the models as wholes
  // From here on as judged() fills it in.
  evidence::Verdict verdict = {};      // log10_p is adjusted for all candidates and tests
  std::optional<double> breadth = {};  // share of the tested layers that have evidence of their own
  std::optional<Distance> distance = {};
  std::optional<double> detectable_rho = {};  // the least that would have been seen with 99 %
  std::string best = {};                      // what paired the rows of the most telling test
  // Of two models of which one is a composite: each component that both have, by itself.
  std::vector<Candidate> components = {};
};

// Its tests, or those of its components.
std::vector<const Tested*> testsBehind(const Candidate& candidate);

// The level of power statements where so many candidates are tried.
double levelOf(std::size_t candidates);

// Of `model`, which is one of the two in each. Related ones first, then by distance.
std::vector<Candidate> judged(const std::string& model, std::vector<Candidate> candidates);

}  // namespace kindred::fingerprint
