// The sign tests with the aligner, from the outside.
#include <algorithm>
#include <cmath>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/alignment/comparison.hpp"
#include "support/alignment/toy_model.hpp"
#include "support/loaded_plugin.hpp"

namespace {

using namespace kindred;
using test::compare;
using test::Comparison;
using test::ToyModel;
using test::ToyShape;
using testing::HasSubstr;

const GaugeUse kUnits{Gauge::mlp_unit, GaugeUse::Of::signs, "mlp.up", 0};

Comparison signs(const ModelWeights& a, const ModelWeights& b) {
  return compare({"sign-test"}, a, b);
}

TEST(SignTest, KeepsWhatItsPluginPromises) { EXPECT_EQ(support::complaints("sign-test"), ""); }

TEST(SignTest, EveryCoinOfACopyFallsHeads) {
  const ToyModel a("a", 1);
  const ToyModel b = a.as("b").trained(0.3, 9);
  const Comparison c = signs(a, b);
  for (const char* gauge : {"mlp-unit", "value-dim", "rotary-pair", "residual-dim"}) {
    const Finding* finding = c.find(gauge);
    ASSERT_NE(finding, nullptr) << gauge;
    EXPECT_EQ(finding->statistic, static_cast<double>(finding->units)) << gauge;
    EXPECT_DOUBLE_EQ(finding->log10_p, finding->log10_p_floor) << gauge;
    EXPECT_EQ(finding->basis, Basis::exact);
  }
  EXPECT_EQ(c.find("mlp-unit")->units, 3u * 96);
  EXPECT_EQ(c.find("value-dim")->units, 3u * 2 * 16);
  EXPECT_EQ(c.find("rotary-pair")->units, 3u * 2 * 8);
  EXPECT_EQ(c.find("residual-dim")->units, 48u);
}

TEST(SignTest, SeesThroughShuffledUnitsAndHeads) {
  const ToyModel a("a", 1);
  const ToyModel b = a.as("b").trained(0.3, 9).permuted(3).headsPermuted(5);
  const Comparison c = signs(a, b);
  EXPECT_LT(c.log10P("mlp-unit"), -80);
  EXPECT_LT(c.log10P("value-dim"), -25);
  EXPECT_LT(c.log10P("rotary-pair"), -12);
}

TEST(SignTest, SeesThroughARotationByTheEmbeddings) {
  const ToyModel a("a", 1);
  const ToyModel b = a.as("b").trained(0.3, 9).permuted(3).rotated(4);
  const Comparison c = signs(a, b);
  EXPECT_LT(c.log10P("mlp-unit"), -80);
  EXPECT_LT(c.log10P("rotary-pair"), -12);
  EXPECT_EQ(c.alignment->blindTo(kUnits).rotation.found_by, "embeddings");
}

TEST(SignTest, SeesThroughRotationShuffleAndFreshEmbeddingsByTheGates) {
  ToyShape shape;
  shape.units = 160;
  const ToyModel a("a", 1, shape);
  ToyModel b = a.as("b").trained(0.1, 9).permuted(3).rotated(4).reembedded(77);
  for (std::int64_t layer = 0; layer < 3; ++layer) {  // queries that say nothing
    const ToyModel other("o", 88, shape);
    b.at(role::kQuery, {layer, -1, false}) = other.matrix(role::kQuery, {layer, -1, false});
    b.at(role::kKey, {layer, -1, false}) = other.matrix(role::kKey, {layer, -1, false});
  }
  const Comparison c = signs(a, b);
  EXPECT_EQ(c.alignment->blindTo(kUnits).rotation.found_by, "gates");
  EXPECT_LT(c.log10P("mlp-unit"), -100);
}

TEST(SignTest, IndependentModelsGiveFairCoins) {
  int below = 0, tests = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const Comparison c = signs(ToyModel("a", seed), ToyModel("b", 100 + seed));
    for (const Finding& finding : c.outcome.findings) {
      ++tests;
      if (finding.log10_p < std::log10(0.05)) ++below;
      EXPECT_GT(finding.log10_p, -4) << finding.gauge.name() << ", seed " << seed;
    }
  }
  EXPECT_GT(tests, 8 * 16);
  EXPECT_LE(below, 18);  // 8 expected at most
}

TEST(SignTest, TheOtherModelMayBeUpcycledAndStillEachCoinCountsOnce) {
  const ToyModel a("a", 1);
  const ToyModel b = a.as("b").upcycled(4).trained(0.3, 9);
  const Comparison c = signs(b, a);
  EXPECT_EQ(c.reference->weights().model(), "a");
  EXPECT_EQ(c.find("mlp-unit")->units, 3u * 96);
}

TEST(SignTest, DoubledPartsOfTheReferenceAreJoined) {
  // Without the join 4 x 4 copies of every coin fall together, and chance looks like kinship.
  int below = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const ToyModel a = ToyModel("a", seed).upcycled(4).trained(0.2, seed + 50);
    const ToyModel b = ToyModel("b", seed + 100).upcycled(4).trained(0.2, seed + 60);
    const Comparison c = signs(a, b);
    ASSERT_NE(c.find("mlp-unit"), nullptr);
    EXPECT_LE(c.find("mlp-unit")->units, 3u * 96);
    EXPECT_EQ(c.a->doubling().joins.size(), 3u * 6);
    EXPECT_NEAR(c.a->doubling().share, 0.75, 1e-9);
    if (c.log10P("mlp-unit") < -2) ++below;
  }
  EXPECT_LE(below, 1);
}

// How often of eight pairs a p-value of the gauge falls below 0.001; one would be unlucky.
int unlucky(const std::string& gauge, const std::function<ToyModel(std::uint64_t)>& make) {
  int below = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const ToyModel a = make(seed), b = make(seed + 1000);
    below += signs(a, b).log10P(gauge) < -3;
  }
  return below;
}

TEST(SignTest, ExpertsOfOneDenseMlpAreOnePartWhereFewRowsOfEachWereRead) {
  for (const double drift : {0.2, 1.5}) {
    const auto make = [&](std::uint64_t seed) {
      return ToyModel("m" + std::to_string(seed), seed)
          .readInPart(8)
          .upcycled(24)
          .trained(drift, seed + 50);
    };
    const ToyModel a = make(1);
    const ToyModel b = make(2);
    const Comparison c = signs(a, b);
    ASSERT_NE(c.find("mlp-unit"), nullptr) << drift;
    EXPECT_LE(c.find("mlp-unit")->units, 3u * 8) << drift;
    EXPECT_LE(unlucky("mlp-unit", make), 1) << drift;
  }
}

TEST(SignTest, ExpertsTrainedApartKeepTheirCoinsWhereFewRowsOfEachWereRead) {
  ToyShape shape;
  shape.experts = 24;
  shape.units = 8;
  const ToyModel a("a", 1, shape);
  const Comparison c = signs(a, a.as("b").trained(0.3, 9));
  EXPECT_GE(c.find("mlp-unit")->units, 3u * 24 * 8 * 95 / 100);
  EXPECT_LT(c.log10P("mlp-unit"), -150);
}

TEST(SignTest, ClonedUnitsOfOneMlpAreOneCoin) {
  for (const double drift : {0.2, 0.8}) {
    const auto make = [&](std::uint64_t seed) {
      return ToyModel("m" + std::to_string(seed), seed).unitsCloned(4).trained(drift, seed + 50);
    };
    const ToyModel a = make(1), b = make(2);
    const Comparison c = signs(a, b);
    ASSERT_NE(c.find("mlp-unit"), nullptr) << drift;
    EXPECT_LE(c.find("mlp-unit")->units, 3u * 96) << drift;
    EXPECT_LE(unlucky("mlp-unit", make), 1) << drift;
  }
}

TEST(SignTest, ClonedUnitsThatWereShuffledAreOneCoin) {
  const auto make = [](std::uint64_t seed) {
    return ToyModel("m" + std::to_string(seed), seed)
        .unitsCloned(4)
        .permuted(seed + 3)
        .trained(0.3, seed + 50);
  };
  const ToyModel a = make(1), b = make(2);
  const Comparison c = signs(a, b);
  ASSERT_NE(c.find("mlp-unit"), nullptr);
  EXPECT_LE(c.find("mlp-unit")->units, 3u * 100);
  EXPECT_LE(unlucky("mlp-unit", make), 1);
}

TEST(SignTest, CopiedHeadsOfOneLayerAreOneCoin) {
  const auto make = [](std::uint64_t seed) {
    ToyModel model("m" + std::to_string(seed), seed);
    for (std::int64_t layer = 0; layer < 3; ++layer) {
      for (const std::string_view role : {role::kKey, role::kValue}) {
        std::vector<float>& values = model.at(role, {layer, -1, false}).values;
        std::copy_n(values.begin(), values.size() / 2,
                    values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
      }
    }
    return model.trained(0.5, seed + 50);
  };
  const ToyModel a = make(1), b = make(2);
  const Comparison c = signs(a, b);
  ASSERT_NE(c.find("value-dim"), nullptr);
  ASSERT_NE(c.find("rotary-pair"), nullptr);
  EXPECT_LE(c.find("value-dim")->units, 3u * 16);
  EXPECT_LE(c.find("rotary-pair")->units, 3u * 8);
  EXPECT_LE(unlucky("value-dim", make), 1);
  EXPECT_LE(unlucky("rotary-pair", make), 1);
}

// Their signs are seen not to be fair in either model alone, or copies are one coin.
TEST(SignTest, CoordinatesOfAClonedWidthAreNotCountedTwice) {
  for (const double drift : {0.1, 0.7}) {
    const auto make = [&](std::uint64_t seed) {
      return ToyModel("m" + std::to_string(seed), seed).widthCloned(4).trained(drift, seed + 50);
    };
    const ToyModel a = make(1), b = make(2);
    const Comparison c = signs(a, b);
    const Finding* finding = c.find("residual-dim");
    EXPECT_TRUE(finding == nullptr || finding->units <= 48) << drift;
    EXPECT_LE(unlucky("residual-dim", make), 1) << drift;
  }
}

TEST(SignTest, EmbeddingRowsThatAreConstantOrOneHotTossNothing) {
  const auto make = [](std::uint64_t seed) {
    ToyModel model("m" + std::to_string(seed), seed);
    for (const std::string_view role : {role::kEmbedding, role::kOutput}) {
      Matrix& matrix = model.at(role, {});
      for (std::uint64_t t = 0; t < 50; ++t) {
        float* row = matrix.values.data() + t * matrix.columns;
        std::fill_n(row, matrix.columns, t < 25 ? 0.5f : 0.0f);
        if (t >= 25) row[t - 25] = 1;
      }
    }
    return model;
  };
  EXPECT_LE(unlucky("residual-dim", make), 1);
}

TEST(SignTest, SaysHowManyRowsShareCoins) {
  const ToyModel a = ToyModel("a", 1).upcycled(4).trained(0.2, 9);
  const ToyModel b = ToyModel("b", 2).upcycled(4).trained(0.2, 8);
  const Comparison c = signs(a, b);
  const Finding* finding = c.find("mlp-unit");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->units, 3u * 96);
  EXPECT_EQ(finding->copies, 3u * 3 * 96);
  EXPECT_THAT(finding->assumptions, HasSubstr("4 experts of layer 0"));
}

TEST(SignTest, AttentionOfCopiedLayersOfTheReferenceIsOneCoin) {
  const ToyModel a = ToyModel("a", 1).relayered({0, 1, 1, 2}).trained(0.3, 9);
  const ToyModel b = a.as("b").trained(0.3, 10);
  const Comparison c = signs(a, b);
  EXPECT_EQ(c.find("value-dim")->units, 3u * 2 * 16);
  EXPECT_EQ(c.find("rotary-pair")->units, 3u * 2 * 8);
}

TEST(SignTest, FindsTheSeamsOfAnUpscaledModel) {
  const ToyModel a = ToyModel("a", 1).relayered({0, 1, 2, 1, 2}).trained(0.3, 9);
  const std::unique_ptr<ModelProfile> profile = test::aligner()->profile(a);
  std::vector<std::pair<std::int64_t, std::int64_t>> mlps, attention;
  for (const Doubling::Join& join : profile->doubling().joins) {
    (join.attention ? attention : mlps).emplace_back(join.a.layer, join.b.layer);
  }
  const std::vector<std::pair<std::int64_t, std::int64_t>> seams{{1, 3}, {2, 4}};
  EXPECT_EQ(mlps, seams);
  EXPECT_EQ(attention, seams);
}

TEST(SignTest, ModelsWithoutCopiesAreNotJoined) {
  const ToyModel a("a", 1);
  EXPECT_TRUE(test::aligner()->profile(a)->doubling().joins.empty());
}

TEST(SignTest, MapsTheLayersThatWereKept) {
  const ToyModel a("a", 1);
  const ToyModel b = a.as("b").relayered({0, 2}).trained(0.3, 9);
  const Comparison c = signs(a, b);
  const Alignment& alignment = c.alignment->blindTo(kUnits);
  ASSERT_EQ(alignment.mlps.size(), 2u);
  EXPECT_EQ(alignment.mlps[0].a.layer, 0);
  EXPECT_EQ(alignment.mlps[1].a.layer, 2);
  EXPECT_LT(c.log10P("mlp-unit"), -50);
}

TEST(SignTest, ATurnedCopyCountsAsMuchAsAStraightOne) {
  const ToyModel a("a", 1);
  ToyModel b = a.as("b").trained(0.3, 9);
  for (std::int64_t layer = 0; layer < 3; ++layer) {
    for (float& x : b.at(role::kUp, {layer, -1, false}).values) x = -x;
  }
  EXPECT_LT(signs(a, b).log10P("mlp-unit"), -80);
}

TEST(SignTest, TiedRowsOfTheReferenceAreOneCoin) {
  ToyModel a("a", 1);
  for (const std::string_view role : {role::kGate, role::kUp}) {
    Matrix& matrix = a.at(role, {0, -1, false});
    for (std::uint64_t r = 1; r < 40; ++r) {
      std::copy_n(matrix.values.begin(), matrix.columns,
                  matrix.values.begin() + static_cast<std::ptrdiff_t>(r * matrix.columns));
    }
  }
  const ToyModel b("b", 2);
  const std::unique_ptr<ModelProfile> profile = test::aligner()->profile(a);
  const auto& units = profile->doubling().units[0];
  for (std::size_t r = 0; r < 40; ++r) EXPECT_EQ(units[r], units[0]);
}

TEST(SignTest, NamesALatticeWithoutSymmetryAndDropsItsSmallCosines) {
  const ToyModel a = ToyModel("a", 1).quantised("4-bit integers with a zero point");
  const ToyModel b = ToyModel("b", 2).quantised("4-bit integers with a zero point");
  const Comparison c = signs(a, b);
  const Finding* finding = c.find("mlp-unit");
  ASSERT_NE(finding, nullptr);
  EXPECT_THAT(finding->assumptions, HasSubstr("4-bit integers with a zero point"));
  EXPECT_LT(finding->units, signs(ToyModel("a", 1), ToyModel("b", 2)).find("mlp-unit")->units);
}

TEST(SignTest, RefusesKeysWithoutPositionsWhereAllHavePositions) {
  const Comparison c = signs(ToyModel("a", 1), ToyModel("b", 2));
  EXPECT_EQ(c.find("rotary-free"), nullptr);
  ASSERT_EQ(c.outcome.refusals.size(), 1u);
  EXPECT_THAT(c.outcome.refusals[0].reason, HasSubstr("every key row has a position"));
}

TEST(SignTest, UsesKeysWithoutPositionsWhereThereAreSome) {
  ToyShape shape;
  shape.rotary_dim = 8;
  const ToyModel a("a", 1, shape);
  const Comparison c = signs(a, a.as("b").trained(0.3, 9));
  ASSERT_NE(c.find("rotary-free"), nullptr);
  EXPECT_EQ(c.find("rotary-free")->units, 3u * 2 * 8);
  EXPECT_EQ(c.find("rotary-pair")->units, 3u * 2 * 4);
}

TEST(SignTest, RotaryCoinsNeverComeFromAnAlignmentByQueries) {
  ToyModel a("a", 1);
  ToyModel b = a.as("b").trained(0.3, 9).rotated(4).reembedded(77);
  a.drop(role::kGate);  // nothing but attention is left to align by
  b.drop(role::kGate);
  const std::unique_ptr<Aligner> aligner = test::aligner();
  const auto of_a = aligner->profile(a), of_b = aligner->profile(b);
  const auto alignment = aligner->align(*of_a, *of_b);
  const Alignment& blind =
      alignment->blindTo({Gauge::rotary_pair, GaugeUse::Of::signs, "attention.k", 0});
  EXPECT_NE(blind.rotation.found_by, "attention");
  for (const Reading& reading : blind.readings) {
    // Signs of columns are those of the residual stream's coordinates.
    if (!reading.role.starts_with("attention.") || reading.axis != 0) continue;
    EXPECT_FALSE(reading.signs) << reading.role << " for " << reading.purpose;
  }
}

// The correlation that the finding says would have been detected, given to up rows, is detected;
// two-sided, and with what Holm takes for fifty tests.
TEST(SignTest, DetectsTheCorrelationThatItStates) {
  ToyShape shape;
  shape.hidden = 512;
  shape.layers = 4;
  shape.units = 64;
  shape.vocabulary = 8;
  const ToyModel a("a", 1, shape), stranger("b", 2, shape);
  const Comparison before = compare({"sign-test"}, a, stranger);
  const Finding* blank = before.find("mlp-unit");
  ASSERT_NE(blank, nullptr);
  const double rho = blank->detectable_rho.value();
  int found = 0;
  constexpr int kTrials = 8;
  for (std::uint64_t trial = 0; trial < kTrials; ++trial) {
    ToyModel b("b", 100 + trial, shape);
    for (const Place& place : a.mlps()) {
      b.at(role::kGate, place) = a.matrix(role::kGate, place);  // so that units are matched
      const Matrix of_a = a.matrix(role::kUp, place);
      Matrix& of_b = b.at(role::kUp, place);
      for (std::size_t i = 0; i < of_b.values.size(); ++i) {
        of_b.values[i] =
            static_cast<float>(rho * of_a.values[i] + std::sqrt(1 - rho * rho) * of_b.values[i]);
      }
    }
    const Comparison after = compare({"sign-test"}, a, b);
    found += after.find("mlp-unit")->log10_p + std::log10(50) <= -6;
  }
  EXPECT_GE(found, kTrials - 1);
}

ToyShape latentShape() {
  ToyShape shape;
  shape.query_latents = 24;
  shape.latents = 20;
  return shape;
}

TEST(SignTest, TossesACoinForEachCoordinateOfALatent) {
  const ToyModel a("a", 1, latentShape());
  ToyModel b = a.as("b").trained(0.3, 5);
  std::uint64_t coins = 0;
  const Comparison found = compare({"sign-test"}, a, b);
  for (const Finding& finding : found.outcome.findings) {
    if (finding.gauge != "latent-dim" || !finding.detectable_rho) continue;
    coins += finding.units;
    EXPECT_EQ(finding.statistic, static_cast<double>(finding.units));
  }
  EXPECT_EQ(coins, 3U * (24 + 20));
}

TEST(SignTest, FindsLatentsWhoseCoordinatesWereReordered) {
  const ToyModel a("a", 1, latentShape());
  ToyModel b = a.as("b").trained(0.3, 5);
  for (std::int64_t layer = 0; layer < 3; ++layer) {
    Matrix& rows = b.at(role::kKeyValueLatent, {layer, -1, false});
    std::rotate(rows.values.begin(),
                rows.values.begin() + static_cast<std::ptrdiff_t>(7 * rows.columns),
                rows.values.end());
  }
  EXPECT_LT(compare({"sign-test"}, a, b).log10P("latent-dim"), -12);
}

TEST(SignTest, LatentsOfIndependentModelsGiveFairCoins) {
  for (std::uint64_t seed = 2; seed < 8; ++seed) {
    const ToyModel a("a", 1, latentShape()), b("b", seed, latentShape());
    EXPECT_GT(compare({"sign-test"}, a, b).log10P("latent-dim"), -4) << seed;
  }
}

TEST(SignTest, LatentsOfCopiedLayersAreOneCoin) {
  ToyModel a("a", 1, latentShape());
  a.relayered({0, 1, 1, 2}).trained(0.2, 11);  // each copy has its own counterpart
  ToyModel b = a.as("b").trained(0.2, 5);
  std::uint64_t coins = 0;
  const Comparison found = compare({"sign-test"}, a, b);
  for (const Finding& finding : found.outcome.findings) {
    if (finding.gauge == "latent-dim" && finding.detectable_rho) {
      coins += finding.units;
    }
  }
  EXPECT_EQ(coins, 3U * (24 + 20));
}

ToyShape sharedKeyShape() {
  ToyShape shape;
  shape.shared_key = 32;
  return shape;
}

std::uint64_t coinsOf(const Comparison& found, std::string_view gauge, std::string_view rows) {
  std::uint64_t coins = 0;
  for (const Finding& finding : found.outcome.findings) {
    if (finding.gauge.name() == gauge && finding.power && finding.power->rows == rows) {
      coins += finding.units;
    }
  }
  return coins;
}

TEST(SignTest, TossesACoinForEachPairOfAKeyThatAllHeadsShare) {
  const ToyModel a("a", 1, sharedKeyShape());
  const ToyModel b = a.as("b").trained(0.3, 5).permuted(3);
  EXPECT_EQ(coinsOf(compare({"sign-test"}, a, b), "rotary-pair", role::kSharedKey), 3U * 16);
  // With keys that heads do not share a stranger's, only these tell.
  ToyModel own = ToyModel("b", 7, sharedKeyShape());
  for (std::int64_t layer = 0; layer < 3; ++layer) {
    for (const std::string_view role : {role::kSharedKey, role::kGate}) {
      own.at(role, {layer, -1, false}) = ToyModel(a).at(role, {layer, -1, false});
    }
  }
  EXPECT_LT(compare({"sign-test"}, a, own).log10P("rotary-pair"), -12);
}

TEST(SignTest, SharedKeysOfIndependentModelsGiveFairCoins) {
  for (std::uint64_t seed = 2; seed < 8; ++seed) {
    const ToyModel a("a", 1, sharedKeyShape()), b("b", seed, sharedKeyShape());
    EXPECT_GT(compare({"sign-test"}, a, b).log10P("rotary-pair"), -4) << seed;
  }
}

TEST(SignTest, SharedKeysOfCopiedLayersAreOneCoin) {
  ToyModel a("a", 1, sharedKeyShape());
  a.relayered({0, 1, 1, 2}).trained(0.2, 11);
  const ToyModel b = a.as("b").trained(0.2, 5);
  EXPECT_EQ(coinsOf(compare({"sign-test"}, a, b), "rotary-pair", role::kSharedKey), 3U * 16);
}

// Layers with heads of two sizes, one without values, one without keys and values.
ToyShape mixedShape() {
  ToyShape shape;
  shape.layers = 4;
  shape.head_dim = 24;
  shape.rotary_dim = 16;
  shape.by_layer = {{4, 2, 16, 16, 16}, {4, 1, 24, 16, 8}, {4, 2, 16, 0, 16}, {4, 0, 16, 16, 16}};
  return shape;
}

TEST(SignTest, TossesCoinsOfHeadsAsEachLayerHasThem) {
  const ToyModel a("a", 1, mixedShape());
  const ToyModel b = a.as("b").trained(0.3, 5).permuted(3);
  const Comparison found = compare({"sign-test"}, a, b);
  EXPECT_EQ(coinsOf(found, "value-dim", role::kValue), 2U * 16 + 16);
  EXPECT_EQ(coinsOf(found, "rotary-pair", role::kKey), 2U * 8 + 4 + 2U * 8);
  EXPECT_EQ(coinsOf(found, "rotary-free", role::kKey), 24U - 8);
  EXPECT_LT(found.log10P("value-dim"), -12);
  EXPECT_LT(found.log10P("rotary-pair"), -9);
}

TEST(SignTest, HeadsOfManySizesOfIndependentModelsGiveFairCoins) {
  for (std::uint64_t seed = 2; seed < 6; ++seed) {
    const ToyModel a("a", 1, mixedShape()), b("b", seed, mixedShape());
    const Comparison found = compare({"sign-test"}, a, b);
    for (const char* gauge : {"value-dim", "rotary-pair", "rotary-free"}) {
      EXPECT_GT(found.log10P(gauge), -4) << gauge << " " << seed;
    }
  }
}

// Biases as large as those of keys and values can be, beside rows of length seven.
ToyModel withBiases(std::uint64_t seed) {
  ToyShape shape;
  shape.biases = true;
  ToyModel model("m" + std::to_string(seed), seed, shape);
  for (std::int64_t layer = 0; layer < 3; ++layer) {
    for (const char* role : {"attention.k_bias", "attention.v_bias"}) {
      for (float& x : model.at(role, {layer, -1, false}).values) x *= 30;
    }
  }
  return model;
}

TEST(SignTest, TossesBiasesWithTheirRows) {
  const ToyModel a = withBiases(1);
  ToyModel b = a.as("b");
  for (std::int64_t layer = 0; layer < 3; ++layer) {
    Matrix& rows = b.at(role::kValue, {layer, -1, false});
    for (std::size_t i = 0; i < rows.values.size(); ++i) {  // every other row is turned
      if (i / rows.columns % 2 == 0) rows.values[i] = -rows.values[i];
    }
  }
  EXPECT_LT(signs(a, b).log10P("value-dim"), -12) << "biases, which are larger, are not";
  for (std::int64_t layer = 0; layer < 3; ++layer) {
    b.at("attention.v_bias", {layer, -1, false}).values.assign(32, 0.0f);
  }
  EXPECT_GT(signs(a, b).log10P("value-dim"), -3) << "without them half of all coins are tails";
}

TEST(SignTest, BiasesOfIndependentModelsGiveFairCoins) {
  const auto make = [](std::uint64_t seed) { return withBiases(seed); };
  EXPECT_LE(unlucky("value-dim", make), 1);
  EXPECT_LE(unlucky("rotary-pair", make), 1);
}

TEST(SignTest, BiasesThatAllLeanOneWayGiveNoCoin) {
  const auto leaning = [](std::uint64_t seed) {
    ToyModel model = withBiases(seed);
    for (std::int64_t layer = 0; layer < 3; ++layer) {
      for (float& x : model.at("attention.v_bias", {layer, -1, false}).values) x = std::abs(x);
    }
    return model;
  };
  EXPECT_EQ(signs(leaning(1), leaning(2)).find("value-dim"), nullptr);
}

TEST(SignTest, GivesTheSameBitsEveryTime) {
  const ToyModel a("a", 1), b("b", 2);
  const Comparison first = signs(a, b), second = signs(a, b);
  ASSERT_EQ(first.outcome.findings.size(), second.outcome.findings.size());
  for (std::size_t i = 0; i < first.outcome.findings.size(); ++i) {
    EXPECT_EQ(first.outcome.findings[i].log10_p, second.outcome.findings[i].log10_p);
    EXPECT_EQ(first.outcome.findings[i].statistic, second.outcome.findings[i].statistic);
  }
}

TEST(SignTest, ModelsOfOtherWidthShareNoResidualStream) {
  ToyShape wide;
  wide.hidden = 64;
  const Comparison c = signs(ToyModel("a", 1), ToyModel("b", 2, wide));
  EXPECT_EQ(c.find("residual-dim"), nullptr);
}

}  // namespace
