// Units seen in a few rows of the down matrix, from the outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "support/alignment/comparison.hpp"
#include "support/alignment/toy_model.hpp"

namespace kindred::bands_test {
namespace {

using test::compare;
using test::Comparison;
using test::ToyModel;
using test::ToyShape;

// An MLP of more units than are read, and 32 rows of its down matrix.
ToyShape large() {
  ToyShape shape;
  shape.layers = 2;
  shape.units = 1024;
  shape.bands = 32;
  return shape;
}

Comparison signs(const ModelWeights& a, const ModelWeights& b) {
  return compare({"sign-test"}, a, b);
}

// What the signs of a role come to: of its two findings the one that counts them.
std::optional<Finding> ofRole(const Comparison& comparison, std::string_view role) {
  for (const Finding& finding : comparison.outcome.findings) {
    if (finding.power && finding.power->rows == role) return finding;
  }
  return std::nullopt;
}

// The first rows of two shuffled halves have nothing in common.
ToyModel shuffledCopy(const ToyModel& a, double noise) {
  ToyModel b = ToyModel(a).as("b");
  return b.trained(noise, 9).permuted(3);
}

TEST(Bands, ShowAShuffledCopyOfWhichFewUnitsWereRead) {
  ToyModel a("a", 1, large());
  ToyModel b = shuffledCopy(a, 0.2);
  const Comparison c = signs(a.readInPart(16), b.readInPart(16));
  const std::optional<Finding> band = ofRole(c, "mlp.down");
  ASSERT_TRUE(band.has_value());
  EXPECT_EQ(band->gauge, "mlp-unit");
  EXPECT_EQ(band->basis, Basis::exact);
  EXPECT_GT(band->units, 2U * 1000);
  EXPECT_LT(band->log10_p, -400);
  EXPECT_GT(ofRole(c, "mlp.up")->log10_p, -3) << "the rows that were read are others";
  EXPECT_GT(band->likeness->matched, 2.5 * band->likeness->chance);
}

TEST(Bands, ShowACopyWhoseSignsAreAllTurned) {
  ToyModel a("a", 1, large());
  ToyModel b = shuffledCopy(a, 0.2);
  for (std::int64_t layer = 0; layer < 2; ++layer) {
    for (float& x : b.at(role::kDown, {layer, -1, false}).values) x = -x;
  }
  EXPECT_LT(ofRole(signs(a, b), "mlp.down")->log10_p, -400);
}

TEST(Bands, PairLayersThatStandElsewhere) {
  ToyModel a("a", 1, large());
  ToyModel b = shuffledCopy(a, 0.2);
  b.relayered({1, 0});
  EXPECT_LT(ofRole(signs(a.readInPart(16), b.readInPart(16)), "mlp.down")->log10_p, -400);
}

TEST(Bands, ShowValueDimensionsInTheOutputOfAttention) {
  ToyModel a("a", 1, large());
  ToyModel b = a.as("b").trained(0.2, 9);
  a.drop(role::kValue);
  b.drop(role::kValue);
  const std::optional<Finding> band = ofRole(signs(a, b), "attention.o");
  ASSERT_TRUE(band.has_value());
  EXPECT_EQ(band->gauge, "value-dim");
  EXPECT_EQ(band->units, 2U * 2 * 16) << "one coin a dimension, though two heads read each";
  EXPECT_LT(band->log10_p, -15);
}

TEST(Bands, GiveUniformPValuesForStrangers) {
  ToyShape shape = large();
  shape.layers = 1;
  shape.units = 256;
  constexpr int kPairs = 200;
  int below_half = 0, below_twentieth = 0;
  for (std::uint64_t seed = 0; seed < kPairs; ++seed) {
    const ToyModel a("a", 2 * seed + 1, shape), b("b", 2 * seed + 2, shape);
    const std::optional<Finding> band = ofRole(signs(a, b), "mlp.down");
    ASSERT_TRUE(band.has_value()) << seed;
    below_half += band->log10_p <= std::log10(0.5);
    below_twentieth += band->log10_p <= std::log10(0.05);
  }
  // Within four standard deviations; p-values of counts are a little too large.
  EXPECT_GT(below_half, 100 - 4 * 7.1 - 15);
  EXPECT_LT(below_half, 100 + 4 * 7.1);
  EXPECT_LT(below_twentieth, 10 + 4 * 3.1);
}

TEST(Bands, OfClonedUnitsAreOneCoin) {
  ToyShape shape = large();
  const auto cloned = [&](std::uint64_t seed) {
    ToyModel model("m" + std::to_string(seed), seed, shape);
    for (std::int64_t layer = 0; layer < 2; ++layer) {
      Matrix& down = model.at(role::kDown, {layer, -1, false});
      for (std::size_t i = 0; i < down.values.size(); ++i) {  // sixteen of each, side by side
        down.values[i] = down.values[i / 16 * 16];
      }
    }
    return model.trained(0.05, seed + 70);
  };
  int unlucky = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const ToyModel a = cloned(seed), b = cloned(seed + 100);
    const std::optional<Finding> band = ofRole(signs(a, b), "mlp.down");
    ASSERT_TRUE(band.has_value());
    EXPECT_LE(band->units, 2U * 64);
    EXPECT_GT(band->copies, 0U);
    unlucky += band->log10_p < -3;
  }
  EXPECT_LE(unlucky, 1);
}

TEST(Bands, OfUnitsThatLeanOneWayGiveNoCoin) {
  const auto leaning = [](std::uint64_t seed) {
    ToyModel model("m" + std::to_string(seed), seed, large());
    for (std::int64_t layer = 0; layer < 2; ++layer) {
      for (float& x : model.at(role::kDown, {layer, -1, false}).values) x += 1;
    }
    return model;
  };
  const ToyModel a = leaning(1), b = leaning(2);
  EXPECT_FALSE(ofRole(signs(a, b), "mlp.down").has_value());
}

TEST(Bands, OfOtherWidthsAreNotCompared) {
  ToyShape wide = large();
  wide.hidden = 64;
  EXPECT_FALSE(
      ofRole(signs(ToyModel("a", 1, large()), ToyModel("b", 2, wide)), "mlp.down").has_value());
}

// A shuffled copy as alike as is said to be found is found.
TEST(Bands, FindTheCorrelationThatTheyState) {
  const ToyModel a("a", 1, large()), stranger("b", 2, large());
  const std::optional<Finding> blank = ofRole(signs(a, stranger), "mlp.down");
  ASSERT_TRUE(blank.has_value());
  ASSERT_TRUE(blank->power->alone);
  const double rho = *blank->power->alone;
  EXPECT_GT(rho, 0.4);
  EXPECT_LT(rho, 0.95);
  int found = 0;
  for (std::uint64_t trial = 0; trial < 8; ++trial) {
    ToyModel b("b", 100 + trial, large());
    for (std::int64_t layer = 0; layer < 2; ++layer) {
      const Place place{layer, -1, false};
      const Matrix of_a = a.matrix(role::kDown, place);
      Matrix& of_b = b.at(role::kDown, place);
      for (std::size_t i = 0; i < of_b.values.size(); ++i) {
        of_b.values[i] =
            static_cast<float>(rho * of_a.values[i] + std::sqrt(1 - rho * rho) * of_b.values[i]);
      }
    }
    b.permuted(trial + 5);
    found += ofRole(signs(a, b), "mlp.down")->log10_p <= -8;
  }
  EXPECT_GE(found, 7);
}

}  // namespace
}  // namespace kindred::bands_test
