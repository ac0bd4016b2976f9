// That an alignment is blind to a gauge is more than its own word: it comes out the same for every
// draw of the signs.
#include <algorithm>

#include <gtest/gtest.h>

#include <kindred/random.hpp>

#include "support/alignment/comparison.hpp"
#include "support/alignment/toy_model.hpp"

namespace {

using namespace kindred;
using test::ToyModel;
using test::ToyShape;

Alignment aligned(const ModelWeights& a, const ModelWeights& b, const GaugeUse& use) {
  const std::unique_ptr<Aligner> aligner = test::aligner();
  const auto of_a = aligner->profile(a), of_b = aligner->profile(b);
  return aligner->align(*of_a, *of_b)->blindTo(use);
}

void expectEqual(const Alignment& x, const Alignment& y) {
  EXPECT_EQ(x.rotation.found_by, y.rotation.found_by);
  EXPECT_EQ(x.rotation.values, y.rotation.values);
  ASSERT_EQ(x.mlps.size(), y.mlps.size());
  for (std::size_t i = 0; i < x.mlps.size(); ++i) {
    EXPECT_EQ(x.mlps[i].a, y.mlps[i].a);
    EXPECT_EQ(x.mlps[i].units, y.mlps[i].units);
  }
  ASSERT_EQ(x.heads.size(), y.heads.size());
  for (std::size_t i = 0; i < x.heads.size(); ++i) {
    EXPECT_EQ(x.heads[i].layer_a, y.heads[i].layer_a);
    EXPECT_EQ(x.heads[i].head_a, y.heads[i].head_a);
    EXPECT_EQ(x.heads[i].dims, y.heads[i].dims);
  }
}

void negateRow(Matrix& matrix, std::uint64_t row) {
  for (std::uint64_t c = 0; c < matrix.columns; ++c) {
    float& x = matrix.values[row * matrix.columns + c];
    x = -x;
  }
}

// Draws anew the signs of single rows, or of rotary pairs in keys and queries.
void redraw(ToyModel& model, const ToyShape& shape, Gauge gauge, Random& random) {
  for (std::uint64_t layer = 0; layer < shape.layers; ++layer) {
    const Place place{static_cast<std::int64_t>(layer), -1, false};
    if (gauge == Gauge::mlp_unit || gauge == Gauge::value_dim) {
      Matrix& matrix = model.at(gauge == Gauge::mlp_unit ? role::kUp : role::kValue, place);
      for (std::uint64_t row = 0; row < matrix.rows; ++row) {
        if (random() % 2 == 0) negateRow(matrix, row);
      }
      continue;
    }
    for (std::uint64_t pair = 0; pair < shape.shared_key / 2; ++pair) {
      if (random() % 2 == 0) continue;
      negateRow(model.at(role::kSharedKey, place), pair);
      negateRow(model.at(role::kSharedKey, place), pair + shape.shared_key / 2);
    }
    const std::uint64_t half = shape.rotary_dim / 2, group = shape.heads / shape.kv_heads;
    for (std::uint64_t head = 0; head < shape.kv_heads; ++head) {
      for (std::uint64_t pair = 0; pair < half; ++pair) {
        if (random() % 2 == 0) continue;
        for (const std::uint64_t dim : {pair, pair + half}) {
          negateRow(model.at(role::kKey, place), head * shape.head_dim + dim);
          for (std::uint64_t q = head * group; q < (head + 1) * group; ++q) {
            negateRow(model.at(role::kQuery, place), q * shape.head_dim + dim);
          }
        }
      }
    }
  }
}

class Blindness : public testing::TestWithParam<GaugeUse> {};

TEST_P(Blindness, TheAlignmentIsTheSameForEveryDrawOfTheSigns) {
  ToyShape shape;
  if (GetParam().role == role::kSharedKey) shape.shared_key = 16;
  Random random(1);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const ToyModel a("a", seed, shape), stranger("b", seed + 100, shape);
    const ToyModel kin = a.as("b").trained(0.5, seed).permuted(3).headsPermuted(5).rotated(4);
    for (const ToyModel& b : {stranger, kin}) {
      const Alignment before = aligned(a, b, GetParam());
      for (int draw = 0; draw < 3; ++draw) {
        ToyModel turned = a.as("a");
        redraw(turned, shape, GetParam().gauge, random);
        expectEqual(before, aligned(turned, b, GetParam()));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    EveryGauge, Blindness,
    testing::Values(GaugeUse{Gauge::mlp_unit, GaugeUse::Of::signs, "mlp.up", 0},
                    GaugeUse{Gauge::value_dim, GaugeUse::Of::signs, "attention.v", 0},
                    GaugeUse{Gauge::rotary_pair, GaugeUse::Of::signs, "attention.k", 0},
                    GaugeUse{Gauge::rotary_pair, GaugeUse::Of::signs, "attention.k_rope", 0}),
    [](const auto& tested) {
      std::string name =
          std::string(kindred::name(tested.param.gauge)) + "_of_" + tested.param.role;
      std::replace_if(
          name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
      return name;
    });

}  // namespace
