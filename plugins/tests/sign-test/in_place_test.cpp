// Rows and columns that are tossed as they stand, from the outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/alignment/comparison.hpp"
#include "support/alignment/toy_model.hpp"

namespace kindred::in_place_test {
namespace {

using test::compare;
using test::Comparison;
using test::ToyModel;
using test::ToyShape;
using testing::HasSubstr;
using testing::Not;

// With all rows of what writes to the stream.
ToyShape whole() {
  ToyShape shape;
  shape.bands = shape.hidden;
  return shape;
}

Comparison signs(const ModelWeights& a, const ModelWeights& b) {
  return compare({"sign-test"}, a, b);
}

// What the rows of a role come to where they stand, in all layers together or in one.
std::optional<Finding> inPlace(const Comparison& comparison, const std::string& role,
                               bool one_layer = false) {
  for (const Finding& finding : comparison.outcome.findings) {
    const bool of_one = finding.layer_a >= 0;
    if (finding.null.find(role + " where it stands") != std::string::npos && of_one == one_layer) {
      return finding;
    }
  }
  return std::nullopt;
}

// A stranger with so large a part of the other in everything.
ToyModel mergedWith(const ToyModel& a, double share, std::uint64_t seed, const ToyShape& shape) {
  ToyModel b("b", seed, shape);
  for (std::uint64_t l = 0; l < shape.layers; ++l) {
    for (const auto role : {role::kGate, role::kUp, role::kDown}) {
      const Place place{static_cast<std::int64_t>(l), -1, false};
      Matrix& own = b.at(role, place);
      const Matrix other = a.matrix(role, place);
      for (std::size_t i = 0; i < own.values.size(); ++i) {
        own.values[i] += static_cast<float>(share * other.values[i]);
      }
    }
  }
  return b;
}

ToyShape many() {
  ToyShape shape = whole();
  shape.units = 512;
  return shape;
}

TEST(InPlace, ShowsAShareTooSmallToBeMatchedByItsRows) {
  const ToyModel a("a", 1, many());
  const ToyModel b = mergedWith(a, 0.1, 2, many());
  const Comparison c = signs(a, b);
  for (const Finding& finding : c.outcome.findings) {
    if (finding.null.find("where it stands") == std::string::npos) {
      EXPECT_GT(finding.log10_p, -6) << finding.null;
    }
  }
  for (const char* role : {"mlp.up", "mlp.down"}) {
    const std::optional<Finding> finding = inPlace(c, role);
    ASSERT_TRUE(finding.has_value()) << role;
    EXPECT_LT(finding->log10_p, -20) << role;
    EXPECT_EQ(finding->units, 3U * 512) << role;
    EXPECT_EQ(finding->basis, Basis::exact) << role;
    EXPECT_EQ(finding->power->paired_by, kItsPlace) << role;
    EXPECT_LT(*finding->power->if_paired, 0.1) << role;
    EXPECT_EQ(finding->alignment, "rows of one layer, part and number") << role;
  }
}

TEST(InPlace, ShowsACopyOfOneMatrixAlone) {
  const ToyModel a("a", 1, whole());
  for (const auto role : {role::kDown, role::kAttentionOutput, role::kQuery}) {
    ToyModel b("b", 2, whole());
    for (std::int64_t layer = 0; layer < 3; ++layer) {
      b.at(role, {layer, -1, false}) = a.matrix(role, {layer, -1, false});
    }
    const Comparison c = signs(a, b);
    const std::optional<Finding> finding = inPlace(c, std::string(role));
    ASSERT_TRUE(finding.has_value()) << role;
    EXPECT_DOUBLE_EQ(finding->log10_p, finding->log10_p_floor) << role;
    EXPECT_LT(finding->log10_p, -12) << role;
  }
}

TEST(InPlace, QueriesAndOutputsOfAGroupTossItsCoinTogether) {
  const ToyModel a("a", 1, whole());
  const ToyModel b("b", 2, whole());
  const Comparison c = signs(a, b);
  EXPECT_EQ(inPlace(c, "attention.q")->units, 3U * 2 * 8) << "rotary pairs of key heads";
  EXPECT_EQ(inPlace(c, "attention.o")->units, 3U * 2 * 16) << "value dimensions";
}

TEST(InPlace, AShuffleHidesTheRowsAndIsNotCalledInVain) {
  const ToyModel a("a", 1, whole());
  const ToyModel b = a.as("b").trained(0.3, 9).permuted(3);
  const Comparison c = signs(a, b);
  const std::optional<Finding> finding = inPlace(c, "mlp.up");
  ASSERT_TRUE(finding.has_value());
  EXPECT_GT(finding->log10_p, -4);
  EXPECT_FALSE(finding->power->whole);
  EXPECT_FALSE(finding->power->rotated);
}

// Of a matrix that was read whole its first rows are a band as of any other.
TEST(InPlace, BesideItDownsInAnotherOrderAreFoundByTheirFirstRows) {
  const ToyModel a("a", 1, whole());
  ToyModel b("b", 2, whole());
  for (std::int64_t l = 0; l < 3; ++l) {
    const Matrix from = a.matrix(role::kDown, {l, -1, false});
    Matrix& to = b.at(role::kDown, {l, -1, false});
    for (std::uint64_t r = 0; r < to.rows; ++r) {
      for (std::uint64_t c = 0; c < to.columns; ++c) {
        to.values[r * to.columns + c] = from.values[r * to.columns + (c * 5 + 7) % to.columns];
      }
    }
  }
  double least = 0;
  for (const Finding& finding : signs(a, b).outcome.findings) {
    if (finding.null.find("first rows of the down matrix") == std::string::npos) continue;
    least = std::min(least, finding.log10_p);
  }
  EXPECT_LT(least, -20);
}

TEST(InPlace, WhatTheAlignmentHasMatchedSoIsNotTossedTwice) {
  const ToyModel a("a", 1, whole());
  const ToyModel b = a.as("b").trained(0.05, 9);
  const Comparison c = signs(a, b);
  EXPECT_FALSE(inPlace(c, "mlp.up").has_value());
  EXPECT_FALSE(inPlace(c, "attention.v").has_value());
  EXPECT_TRUE(inPlace(c, "mlp.down").has_value());
}

TEST(InPlace, StreamsOfTwoWidthsHaveNoPlacesInCommon) {
  ToyShape wide = whole();
  wide.hidden = 64;
  const ToyModel a("a", 1, whole()), b("b", 2, wide);
  EXPECT_FALSE(inPlace(signs(a, b), "mlp.up").has_value());
}

TEST(InPlace, OneLayerMayBeAllThatIsShared) {
  const ToyModel a("a", 1, many());
  ToyModel b("b", 2, many());
  b.at(role::kUp, {1, -1, false}) = a.matrix(role::kUp, {1, -1, false});
  const Comparison c = signs(a, b);
  const std::optional<Finding> one = inPlace(c, "mlp.up", true);
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->layer_a, 1);
  EXPECT_EQ(one->units, 512U);
  EXPECT_NEAR(one->log10_p, -511 * std::log10(2) + std::log10(3), 1e-6);
  EXPECT_DOUBLE_EQ(one->log10_p, one->log10_p_floor);
  EXPECT_EQ(one->by_layer.size(), 3U);
  EXPECT_THAT(one->null, HasSubstr("in the layer that tells most"));
  EXPECT_GT(one->likeness->matched, 2.5 * one->likeness->chance) << "of that layer's rows alone";
  EXPECT_LT(one->log10_p, inPlace(c, "mlp.up")->log10_p);
}

// A matrix that all layers of a model have in common is one coin a unit, be its others its own;
// also where every other layer has it with its signs turned.
TEST(InPlace, LayersThatShareOneMatrixAloneTossOnce) {
  ToyShape shape = whole();
  shape.layers = 8;
  shape.units = 160;
  for (const float turned : {1.0f, -1.0f}) {
    const auto sharing = [&](std::uint64_t seed) {
      ToyModel model("m" + std::to_string(seed), seed, shape);
      for (std::int64_t layer = 1; layer < 8; ++layer) {
        Matrix& down = model.at(role::kDown, {layer, -1, false});
        down = model.matrix(role::kDown, {0, -1, false});
        for (float& x : down.values) x *= layer % 2 == 1 ? turned : 1;
      }
      return model.trained(0.05, seed + 300);
    };
    int below = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const std::optional<Finding> finding =
          inPlace(signs(sharing(seed), sharing(seed + 100)), "mlp.down");
      ASSERT_TRUE(finding.has_value());
      EXPECT_NEAR(finding->units, 160, 4) << "of " << 8 * 160;  // chance joins a few more
      below += finding->log10_p < std::log10(0.05);
    }
    EXPECT_LE(below, 3) << turned;
  }
}

// Columns that run into each other fall together.
TEST(InPlace, ColumnsThatAreLikeTheirNeighboursAreNotCountedEach) {
  const auto smooth = [](std::uint64_t seed) {
    ToyModel model("m" + std::to_string(seed), seed, whole());
    for (std::int64_t layer = 0; layer < 3; ++layer) {
      Matrix& down = model.at(role::kDown, {layer, -1, false});
      for (std::size_t i = 0; i < down.values.size(); ++i) {
        if (i % down.columns != 0) down.values[i] += down.values[i - 1];
      }
    }
    return model;
  };
  int below = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const Comparison c = signs(smooth(seed), smooth(seed + 100));
    const std::optional<Finding> finding = inPlace(c, "mlp.down");
    if (!finding) continue;  // refused
    EXPECT_LT(finding->units, 48U) << "of 288";
    below += finding->log10_p < std::log10(0.05);
  }
  EXPECT_LE(below, 3);
}

// Layers that were made of one by maps that everybody has: products of equal numbers are the same
// in all of them, though no row looks like another.
TEST(InPlace, LayersThatAMapTiesToEachOtherTossNothing) {
  ToyShape shape = whole();
  shape.layers = 8;
  const auto tied = [&](std::uint64_t seed) {
    ToyModel model("m" + std::to_string(seed), seed, shape);
    const Matrix first = model.matrix(role::kDown, {0, -1, false});
    for (std::uint64_t layer = 1; layer < 8; ++layer) {  // rows in another order
      Matrix& down = model.at(role::kDown, {static_cast<std::int64_t>(layer), -1, false});
      for (std::uint64_t r = 0; r < down.rows; ++r) {
        const std::uint64_t from = (r * (2 * layer + 5) + layer) % down.rows;
        std::copy_n(first.values.begin() + static_cast<std::ptrdiff_t>(from * down.columns),
                    down.columns,
                    down.values.begin() + static_cast<std::ptrdiff_t>(r * down.columns));
      }
    }
    return model;
  };
  int below = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const std::optional<Finding> finding = inPlace(signs(tied(seed), tied(seed + 100)), "mlp.down");
    below += finding && finding->log10_p < std::log10(0.05);
  }
  EXPECT_LE(below, 3);
}

TEST(InPlace, GivesUniformPValuesForStrangers) {
  ToyShape shape = whole();
  shape.layers = 1;
  constexpr int kPairs = 120;
  std::map<std::string, int> below_half, below_twentieth;
  for (std::uint64_t seed = 0; seed < kPairs; ++seed) {
    const ToyModel a("a", 2 * seed + 1, shape), b("b", 2 * seed + 2, shape);
    const Comparison c = signs(a, b);
    for (const char* role : {"mlp.down", "attention.o", "attention.q"}) {
      const std::optional<Finding> finding = inPlace(c, role);
      ASSERT_TRUE(finding.has_value()) << seed;
      below_half[role] += finding->log10_p <= std::log10(0.5);
      below_twentieth[role] += finding->log10_p <= std::log10(0.05);
    }
  }
  for (const auto& [role, count] : below_half) {
    // Within four standard deviations; p-values of counts are too large, of few more so.
    EXPECT_GT(count, 60 - 4 * 5.5 - 30) << role;
    EXPECT_LT(count, 60 + 4 * 5.5) << role;
    EXPECT_LT(below_twentieth[role], 6 + 4 * 2.4) << role;
  }
}

// Matrices of a complex product written out: each row stands twice, in another order.
TEST(InPlace, RowsThatHoldTheSameNumbersHaveNoCoins) {
  const auto complex = [](std::uint64_t seed) {
    ToyModel model("m" + std::to_string(seed), seed, whole());
    for (std::int64_t layer = 0; layer < 3; ++layer) {
      Matrix& up = model.at(role::kUp, {layer, -1, false});
      const std::uint64_t rows = up.rows / 2, columns = up.columns / 2;
      for (std::uint64_t r = 0; r < rows; ++r) {
        for (std::uint64_t c = 0; c < columns; ++c) {
          const float real = up.values[r * up.columns + c];
          const float imaginary = up.values[r * up.columns + columns + c];
          up.values[(rows + r) * up.columns + c] = -imaginary;
          up.values[(rows + r) * up.columns + columns + c] = real;
        }
      }
    }
    return model;
  };
  const Comparison c = signs(complex(1), complex(2));
  EXPECT_FALSE(inPlace(c, "mlp.up").has_value());
  std::string refused;
  for (const auto& refusal : c.outcome.refusals) refused += refusal.reason + "\n";
  EXPECT_THAT(refused, HasSubstr("of 288 rows of mlp.up in m1 288 hold the same numbers as "
                                 "another, in another order or with other signs"));
  EXPECT_THAT(refused, Not(HasSubstr("mlp.down")));
  EXPECT_TRUE(inPlace(c, "mlp.down").has_value());
}

}  // namespace
}  // namespace kindred::in_place_test
