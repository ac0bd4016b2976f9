// What belongs together in two models, where it is known.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "support/alignment/comparison.hpp"
#include "support/alignment/toy_model.hpp"
#include "support/loaded_plugin.hpp"

namespace {

using namespace kindred;
using test::ToyModel;
using test::ToyShape;

const GaugeUse kUpSigns{Gauge::mlp_unit, GaugeUse::Of::signs, "mlp.up", 0};

class Aligners : public testing::Test {
 protected:
  Alignment align(const ModelWeights& a, const ModelWeights& b, const GaugeUse& use = kUpSigns) {
    const auto of_a = aligner_->profile(a), of_b = aligner_->profile(b);
    return aligner_->align(*of_a, *of_b)->blindTo(use);
  }
  const std::unique_ptr<Aligner> aligner_ = test::aligner();
};

double cosine(const Matrix& x, std::uint64_t row, const Matrix& y, std::uint64_t other) {
  double along = 0, of_x = 0, of_y = 0;
  for (std::uint64_t c = 0; c < x.columns; ++c) {
    const double u = x.values[row * x.columns + c], v = y.values[other * y.columns + c];
    along += u * v;
    of_x += u * u;
    of_y += v * v;
  }
  return along / std::sqrt(of_x * of_y);
}

TEST_F(Aligners, KeepThePromisesOfTheInterface) { EXPECT_EQ(support::complaints("aligner"), ""); }

TEST_F(Aligners, PutEveryUnitOfAShuffledCopyToItsOrigin) {
  const ToyModel a("a", 1);
  const ToyModel b = a.as("b").trained(0.05, 2).permuted(3);
  const Alignment found = align(a, b);
  ASSERT_EQ(found.mlps.size(), b.mlps().size());
  for (const MlpMatch& match : found.mlps) {
    EXPECT_EQ(match.a, match.b);
    EXPECT_FALSE(match.certificate.empty());
    ASSERT_EQ(match.units.size(), 96u);
    const Matrix up_a = a.matrix(role::kUp, match.a), up_b = b.matrix(role::kUp, match.b);
    for (std::uint64_t unit = 0; unit < match.units.size(); ++unit) {
      ASSERT_GE(match.units[unit], 0);
      EXPECT_GT(cosine(up_b, unit, up_a, static_cast<std::uint64_t>(match.units[unit])), 0.9);
    }
  }
}

TEST_F(Aligners, FindTheLayersOfAModelWhoseLayersMoved) {
  ToyShape shape;
  shape.layers = 4;
  const ToyModel a("a", 1, shape);
  const ToyModel b = a.as("b").trained(0.05, 2).relayered({2, 0, 3, 1});
  std::vector<std::int64_t> layers;
  for (const MlpMatch& match : align(a, b).mlps) layers.push_back(match.a.layer);
  EXPECT_EQ(layers, (std::vector<std::int64_t>{2, 0, 3, 1}));
}

TEST_F(Aligners, FindTheRotationOfTheStreamAndAllBehindIt) {
  const ToyModel a("a", 1);
  const ToyModel b = a.as("b").trained(0.05, 2).permuted(3).rotated(4);
  const Alignment found = align(a, b);
  ASSERT_EQ(found.rotation.values.size(), 48u * 48u);
  EXPECT_NE(found.rotation.found_by, "none");
  // Turned by what was found, rows of A's gates lie along their partners.
  const MlpMatch& match = found.mlps.front();
  const Matrix gate_a = a.matrix(role::kGate, match.a), gate_b = b.matrix(role::kGate, match.b);
  Matrix turned = gate_a;
  for (std::uint64_t row = 0; row < gate_a.rows; ++row) {
    for (std::uint64_t c = 0; c < gate_a.columns; ++c) {
      double sum = 0;
      for (std::uint64_t k = 0; k < gate_a.columns; ++k) {
        sum += double{gate_a.values[row * gate_a.columns + k]} *
               found.rotation.values[k * gate_a.columns + c];
      }
      turned.values[row * gate_a.columns + c] = static_cast<float>(sum);
    }
  }
  for (std::uint64_t unit = 0; unit < match.units.size(); ++unit) {
    ASSERT_GE(match.units[unit], 0);
    EXPECT_GT(cosine(gate_b, unit, turned, static_cast<std::uint64_t>(match.units[unit])), 0.8);
  }
}

TEST_F(Aligners, FindHeadsThatWereMoved) {
  ToyShape shape;
  shape.heads = 8;
  shape.kv_heads = 4;
  const ToyModel a("a", 1, shape);
  const ToyModel b = a.as("b").trained(0.05, 2).headsPermuted(7);
  const GaugeUse values{Gauge::value_dim, GaugeUse::Of::signs, "attention.v", 0};
  const Alignment found = align(a, b, values);
  ASSERT_EQ(found.heads.size(), 12u);
  bool moved = false;
  for (const HeadMatch& match : found.heads) {
    EXPECT_EQ(match.layer_a, match.layer_b);
    moved |= match.head_a != match.head_b;
    const Place layer{match.layer_a, -1, false};
    const Matrix of_a = a.matrix(role::kValue, layer), of_b = b.matrix(role::kValue, layer);
    for (std::uint64_t dim = 0; dim < match.dims.size(); ++dim) {
      if (match.dims[dim] < 0) continue;
      const auto at = [&](std::int64_t head, std::uint64_t d) {
        return static_cast<std::uint64_t>(head) * shape.head_dim + d;
      };
      EXPECT_GT(std::abs(cosine(of_b, at(match.head_b, dim), of_a,
                                at(match.head_a, static_cast<std::uint64_t>(match.dims[dim])))),
                0.8);
    }
  }
  EXPECT_TRUE(moved);
}

TEST_F(Aligners, FindStrangersNoMoreAlikeThanChanceMakesThem) {
  const Alignment strangers = align(ToyModel("a", 1), ToyModel("b", 2));
  const ToyModel a("a", 1);
  const Alignment kin = align(a, a.as("b").trained(0.5, 2).permuted(3));
  ASSERT_EQ(strangers.mlps.size(), kin.mlps.size());
  for (std::size_t i = 0; i < kin.mlps.size(); ++i) {
    EXPECT_GT(kin.mlps[i].similarity, 0.8);
    EXPECT_LT(strangers.mlps[i].similarity, 0.6);
  }
}

// The order of units can't be drawn at random under a mapping that followed it.
TEST_F(Aligners, GiveNoUnitsWhereTheirOrderIsDrawn) {
  const ToyModel a("a", 1);
  const ToyModel b = a.as("b").trained(0.05, 2);
  const Alignment found = align(a, b, {Gauge::mlp_unit, GaugeUse::Of::order, "mlp.up", 0});
  ASSERT_FALSE(found.mlps.empty());
  for (const MlpMatch& match : found.mlps) EXPECT_TRUE(match.units.empty());
  for (const Reading& reading : found.readings) {
    EXPECT_FALSE(reading.role == "mlp.up" && reading.axis == 0 && reading.order) << reading.purpose;
  }
}

TEST_F(Aligners, CountCopiesInsideAModelOnce) {
  const ToyModel a("a", 1);
  EXPECT_TRUE(aligner_->profile(a)->doubling().joins.empty());
  const ToyModel b = a.as("b").relayered({0, 1, 1, 2});
  const Doubling doubling = aligner_->profile(b)->doubling();
  const auto joins = [&](bool attention) {
    return std::count_if(
        doubling.joins.begin(), doubling.joins.end(), [&](const Doubling::Join& join) {
          return join.attention == attention && join.a.layer == 1 && join.b.layer == 2;
        });
  };
  EXPECT_EQ(joins(false), 1);
  EXPECT_EQ(joins(true), 1);
  ASSERT_EQ(doubling.units.size(), 4u);
  EXPECT_EQ(doubling.units[1], doubling.units[2]);
  EXPECT_NE(doubling.units[0], doubling.units[1]);
  EXPECT_EQ(doubling.mlp_groups[1], doubling.mlp_groups[2]);
}

TEST_F(Aligners, TakeOverWhatIsKnownOfAModelsCopies) {
  const ToyModel a("a", 1);
  Doubling known = aligner_->profile(a)->doubling();
  known.share = 0.125;
  EXPECT_EQ(aligner_->profile(a, &known)->doubling().share, 0.125);
}

// A map that names units which one of the models has not would be read out of bounds.
TEST_F(Aligners, StayInsideModelsOfOtherSizes) {
  ToyShape small;
  small.units = 40;
  small.layers = 2;
  const ToyModel a("a", 1), b("b", 2, small);
  for (const auto& [from, to] : {std::pair{&a, &b}, std::pair{&b, &a}}) {
    const Alignment found = align(*from, *to);
    EXPECT_EQ(found.mlps.size(), to->mlps().size());
    for (const MlpMatch& match : found.mlps) {
      EXPECT_EQ(match.units.size(), to->rows(role::kUp, match.b));
      for (const std::int32_t unit : match.units) {
        EXPECT_GE(unit, -1);
        EXPECT_LT(unit, static_cast<std::int64_t>(from->rows(role::kUp, match.a)));
      }
    }
  }
}

}  // namespace
