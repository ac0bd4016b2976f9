// What tests of whole models say of one pair: as it is, with signs drawn anew, and in figures that
// describe it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <kindred/alignment.hpp>

#include "align/session.hpp"
#include "results/results.hpp"
#include "steps/test/model_pair.hpp"
#include "steps/test/prepared.hpp"

namespace kindred::steps {

// Of pairs whose models were prepared to their limits.
class PairTester {
 public:
  // All three must outlive this.
  PairTester(const Plan& plan, const Aligner& aligner, const Prepared& prepared)
      : plan_(plan), aligner_(aligner), prepared_(prepared) {}

  // Why nothing of a model can be tested; empty: something can.
  std::string untestable(const plan::Model& model, const plan::ReadLimit& limit) const;

  // Findings and refusals of all the pair's steps, on so many threads. [any-thread]
  results::StepResult test(const ModelPair& pair, unsigned threads) const;
  // The same where the reference's signs were drawn anew, by the seed: findings alone. [any-thread]
  results::StepResult redrawn(const ModelPair& pair, std::uint64_t seed) const;
  // The tables that describe the pair; none where its tests need no architecture. [any-thread]
  std::vector<results::StepTable> tables(const ModelPair& pair) const;

 private:
  using Profile = const ModelProfile*;
  using InOrder = std::pair<Profile, Profile>;  // the reference first

  InOrder inOrder(const ModelPair& pair) const;
  void testAligned(const ModelPair& pair, const ModelProfile& reference, const ModelProfile& other,
                   align::SelfTests& self_tests, unsigned threads,
                   results::StepResult& outcome) const;

  const Plan& plan_;
  const Aligner& aligner_;
  const Prepared& prepared_;
  mutable align::SelfTests self_tests_;  // of the profiles, for all pairs
};

}  // namespace kindred::steps
