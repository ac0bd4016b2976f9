// Which rotation of the residual stream an alignment rests on, where the models kept only part of
// what it could be found by.
#include <algorithm>
#include <string_view>

#include <gtest/gtest.h>

#include "support/alignment/comparison.hpp"
#include "support/alignment/toy_model.hpp"

namespace {

using namespace kindred;
using test::compare;
using test::Comparison;
using test::ToyModel;

const GaugeUse kValues{Gauge::value_dim, GaugeUse::Of::signs, "attention.v", 0};

// The model with parts of another, which it has no weights in common with.
ToyModel& begunAgain(ToyModel& model, std::initializer_list<std::string_view> roles) {
  const ToyModel other("o", 99);
  for (std::int64_t layer = 0; layer < 3; ++layer) {
    const Place place{layer, -1, false};
    for (const std::string_view role : roles) model.at(role, place) = other.matrix(role, place);
  }
  return model;
}

std::string rotationOf(const Comparison& c) {
  return c.alignment->blindTo(kValues).rotation.found_by;
}

// Gates fitted to each other look more alike than gates under the right rotation, where they have
// nothing in common.
TEST(Candidates, AttentionIsFoundUnderARotationThoughTheMlpsAreOthers) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const ToyModel a("a", seed);
    ToyModel b = a.as("b").trained(0.2, 9).rotated(4);
    begunAgain(b, {role::kGate, role::kUp});
    const Comparison c = compare({"sign-test"}, a, b);
    EXPECT_EQ(rotationOf(c), "embeddings") << seed;
    EXPECT_LT(c.log10P("value-dim"), -25) << seed;
    EXPECT_LT(c.log10P("rotary-pair"), -12) << seed;
  }
}

TEST(Candidates, AttentionAloneIsFoundUnderARotation) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const ToyModel a("a", seed);
    ToyModel b = a.as("b").trained(0.2, 9).rotated(4).reembedded(77);
    begunAgain(b, {role::kGate, role::kUp});
    const Comparison c = compare({"sign-test"}, a, b);
    EXPECT_EQ(rotationOf(c), "attention") << seed;
    EXPECT_LT(c.log10P("value-dim"), -25) << seed;
  }
}

TEST(Candidates, MlpsAreFoundUnderARotationThoughTheAttentionIsAnother) {
  const ToyModel a("a", 1);
  ToyModel b = a.as("b").trained(0.2, 9).permuted(3).rotated(4);
  begunAgain(b, {role::kQuery, role::kKey, role::kValue});
  const Comparison c = compare({"sign-test"}, a, b);
  EXPECT_EQ(rotationOf(c), "embeddings");
  EXPECT_LT(c.log10P("mlp-unit"), -80);
}

// Two of three layers were begun again, so that like rows agree in the other alone.
TEST(Candidates, AreFittedThoughOnlySomeLikeRowsHaveLikeProducts) {
  const ToyModel a("a", 1);
  ToyModel b = a.as("b").trained(0.2, 9).rotated(4).reembedded(77);
  const ToyModel other("o", 99);
  for (const std::string_view role : {role::kGate, role::kUp, role::kQuery, role::kKey}) {
    for (const std::int64_t layer : {1, 2}) {
      b.at(role, {layer, -1, false}) = other.matrix(role, {layer, -1, false});
    }
  }
  const Comparison c = compare({"sign-test"}, a, b);
  const std::vector<Rotation>& considered = c.alignment->blindTo(kValues).considered;
  EXPECT_TRUE(std::any_of(considered.begin(), considered.end(),
                          [](const Rotation& tried) { return tried.found_by == "attention"; }));
  EXPECT_LT(c.log10P("mlp-unit"), -10) << "96 coins of one layer";
}

TEST(Candidates, OfStrangersAreNotFittedAndTheFindingSaysSo) {
  int fitted = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const ToyModel a("a", seed), b("b", seed + 100);
    const Comparison c = compare({"sign-test"}, a, b);
    fitted += static_cast<int>(c.alignment->blindTo(kValues).considered.size()) - 1;
    const Finding* finding = c.find("value-dim");
    ASSERT_NE(finding, nullptr) << seed;
    if (c.alignment->blindTo(kValues).considered.size() > 1) continue;
    for (const char* read : {"embedding", "attention.q", "mlp.gate"}) {
      EXPECT_NE(finding->alignment.find(std::string(read) +
                                        " (no rotation, like rows have no like products"),
                std::string::npos)
          << finding->alignment;
    }
  }
  EXPECT_LE(fitted, 2) << "of a hundred";
}

// So few rows are nearly orthogonal, and without their mean all lean away from each other.
TEST(Candidates, OfStrangersWithFewTokensInAWideStreamAreNotFitted) {
  test::ToyShape wide;
  wide.layers = 1;
  wide.hidden = 512;
  wide.vocabulary = 40;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const ToyModel a("a", seed, wide), b("b", seed + 100, wide);
    const Comparison c = compare({"sign-test"}, a, b);
    EXPECT_EQ(c.alignment->blindTo(kValues).considered.size(), 1u) << seed;
  }
}

TEST(Candidates, OfStrangersWhoseKeysAreTossedSayNothingOfAttention) {
  const ToyModel a("a", 1), b("b", 2);
  const Comparison c = compare({"sign-test"}, a, b);
  const Finding* finding = c.find("rotary-pair");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->alignment.find("attention.q"), std::string::npos) << finding->alignment;
}

// Without a rotation such streams can't be compared at all.
TEST(Candidates, OfStreamsOfOtherWidthsAreFittedAtAnyRate) {
  test::ToyShape wide;
  wide.hidden = 64;
  const ToyModel a("a", 1), b("b", 2, wide);
  const Comparison c = compare({"sign-test"}, a, b);
  EXPECT_EQ(rotationOf(c), "embeddings");
  EXPECT_NE(c.find("value-dim"), nullptr);
}

}  // namespace
