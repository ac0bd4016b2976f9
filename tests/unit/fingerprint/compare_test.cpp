// Tests between fingerprints, on random ones and on copies of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <kindred/random.hpp>

#include "fingerprint/compare.hpp"
#include "fingerprint/judge.hpp"

namespace kindred::fingerprint {
namespace {

constexpr std::size_t kHidden = 48, kLayers = 3, kUnits = 40;

double normal(Random& random) {
  return std::sqrt(-2 * std::log(1 - random.unit())) * std::cos(6.283185307179586 * random.unit());
}

// Gates and ups of a model, a row after the other.
struct Toy {
  std::vector<float> gates, ups;

  explicit Toy(std::uint64_t seed) : gates(kLayers * kUnits * kHidden), ups(gates.size()) {
    Random random(seed);
    for (float& x : gates) x = static_cast<float>(normal(random));
    for (float& x : ups) x = static_cast<float>(normal(random));
  }
  void drift(double share, std::uint64_t seed) {
    Random random(seed);
    for (auto* rows : {&gates, &ups}) {
      for (float& x : *rows) x += static_cast<float>(share * normal(random));
    }
  }
};

Fingerprint printOf(const Toy& toy, const std::string& name,
                    const std::vector<std::size_t>& order) {
  Fingerprint print;
  print.model = name;
  print.hidden = kHidden;
  print.layers = kLayers;
  print.grants[Gauge::mlp_unit] = {true, "", "", ""};
  print.units.own.bits = print.units.pairing.bits = 256;
  const std::vector<float> all = directions(kHidden, 256);
  for (std::size_t l = 0; l < kLayers; ++l) {
    for (std::size_t k = 0; k < kUnits; ++k) {
      const std::size_t at = (l * kUnits + order[k]) * kHidden;
      print.units.layer.push_back(static_cast<std::int32_t>(l));
      print.units.part.push_back(-1);
      print.units.number.push_back(static_cast<std::int32_t>(k));
      print.units.size.push_back(1);
      addSketches({toy.ups.data() + at, kHidden}, kHidden, all, false, print.units.own);
      addSketches({toy.gates.data() + at, kHidden}, kHidden, all, false, print.units.pairing);
    }
  }
  return print;
}

std::vector<std::size_t> inOrder() {
  std::vector<std::size_t> order(kUnits);
  std::iota(order.begin(), order.end(), 0u);
  return order;
}

const Finding& pairedBy(const PairTested& tested, const std::string& how) {
  for (const Tested& test : tested.tests) {
    if (test.finding.alignment == how) return test.finding;
  }
  throw std::runtime_error("no test paired by " + how);
}

TEST(FingerprintTests, SeeACopyWhateverTheOrderOfItsUnits) {
  const Toy toy(1);
  Toy copy = toy;
  copy.drift(0.5, 2);
  std::vector<std::size_t> shuffled = inOrder();
  Random random(3);
  random.shuffle(std::span(shuffled));
  const Fingerprint a = printOf(toy, "a", inOrder()), b = printOf(copy, "b", shuffled);
  const PairTested tested = compare(Reference(a), b, -6);
  EXPECT_LT(pairedBy(tested, "gate rows").log10_p, -25);
  EXPECT_GT(pairedBy(tested, "rows of one layer, part and number").log10_p, -4);
}

TEST(FingerprintTests, GiveStrangersPValuesThatAreUniform) {
  constexpr std::size_t kPairs = 240;
  std::vector<double> by_gates, by_place;
  for (std::uint64_t pair = 0; pair < kPairs; ++pair) {
    const Fingerprint a = printOf(Toy(1000 + 2 * pair), "a", inOrder()),
                      b = printOf(Toy(1001 + 2 * pair), "b", inOrder());
    const PairTested tested = compare(Reference(a), b, -6);
    by_gates.push_back(pairedBy(tested, "gate rows").log10_p);
    by_place.push_back(pairedBy(tested, "rows of one layer, part and number").log10_p);
  }
  for (const std::vector<double>& all : {by_gates, by_place}) {
    const auto below = [&](double p) {
      return std::count_if(all.begin(), all.end(), [&](double x) { return x <= std::log10(p); });
    };
    // Expected at most 12, 60 and 120 of 240; counts of coins are discrete, so fewer.
    EXPECT_LE(below(0.05), 24);
    EXPECT_LE(below(0.25), 84);
    EXPECT_GE(below(0.5), 60);
    EXPECT_EQ(below(1e-5), 0);
  }
}

TEST(FingerprintTests, TossACopiedLayerOfTheReferenceOnce) {
  Toy doubled(1);
  for (auto* rows : {&doubled.gates, &doubled.ups}) {
    std::copy_n(rows->begin(), kUnits * kHidden, rows->begin() + kUnits * kHidden);
  }
  const Fingerprint a = printOf(doubled, "a", inOrder()), b = printOf(Toy(2), "b", inOrder());
  const PairTested tested = compare(Reference(a), b, -6);
  EXPECT_LE(pairedBy(tested, "rows of one layer, part and number").units, 2 * kUnits);
}

TEST(FingerprintTests, RefuseAReferenceWhoseUpsFollowItsGates) {
  Toy leaning(1);
  for (std::size_t k = 0; k < leaning.ups.size(); ++k) {
    leaning.ups[k] = 0.4f * leaning.gates[k] + leaning.ups[k];
  }
  const Fingerprint a = printOf(leaning, "a", inOrder()), b = printOf(Toy(2), "b", inOrder());
  const PairTested tested = compare(Reference(a), b, -6);
  EXPECT_TRUE(tested.tests.empty());
  ASSERT_EQ(tested.unfair.size(), 2U);  // values have no grant
  EXPECT_THAT(tested.unfair.back().reason, testing::HasSubstr("the rows that pair them"));
}

TEST(FingerprintTests, CallAFewCopiedLayersPartial) {
  const Toy toy(1);
  Toy planted(2);
  for (const auto& [to, from] :
       {std::pair(&planted.gates, &toy.gates), std::pair(&planted.ups, &toy.ups)}) {
    std::copy_n(from->begin(), kUnits * kHidden, to->begin());
  }
  const Fingerprint a = printOf(toy, "a", inOrder()), b = printOf(planted, "b", inOrder());
  std::vector<Candidate> candidates(1);
  candidates.front().model = "b";
  candidates.front().tested = compare(Reference(a), b, levelOf(1));
  judge(candidates);
  EXPECT_EQ(candidates.front().verdict.klass, evidence::Class::partial);
  EXPECT_NEAR(candidates.front().breadth.value(), 1.0 / kLayers, 0.01);
}

TEST(FingerprintTests, AdjustForAllThatWasTriedAndPutTheNearestFirst) {
  const Toy toy(1);
  Toy near = toy, far = toy;
  near.drift(0.2, 2);
  far.drift(1.5, 3);
  const Fingerprint a = printOf(toy, "a", inOrder());
  std::vector<Candidate> candidates(12);
  double smallest = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Toy other = i == 4 ? far : i == 7 ? near : Toy(50 + i);
    candidates[i].model = i == 4 ? "far" : i == 7 ? "near" : "stranger";
    candidates[i].tested = compare(Reference(a), printOf(other, "b", inOrder()), levelOf(12));
    for (const Tested& test : candidates[i].tested.tests) {
      if (i == 7) smallest = std::min(smallest, test.finding.log10_p);
    }
  }
  judge(candidates);
  sortNearestFirst(candidates);
  const std::vector<Candidate>& made = candidates;
  EXPECT_EQ(made[0].model, "near");
  EXPECT_EQ(made[1].model, "far");
  EXPECT_LT(made[0].distance->value, made[1].distance->value);
  EXPECT_GT(made[0].verdict.log10_p, smallest + 1);
  for (std::size_t i = 2; i < made.size(); ++i) {
    EXPECT_EQ(made[i].verdict.klass, evidence::Class::no_evidence);
    EXPECT_GT(made[i].detectable_rho.value(), 0);
  }
}

}  // namespace
}  // namespace kindred::fingerprint
