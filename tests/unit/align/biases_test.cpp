// Biases as a column more of the rows that they change sign with.
#include <kindred/analysis/align/biases.hpp>

#include <gtest/gtest.h>

#include "support/alignment/toy_model.hpp"

namespace {

using namespace kindred;
using test::ToyModel;
using test::ToyShape;

constexpr Place kSecond{1, -1, false};

ToyModel biased() {
  ToyShape shape;
  shape.biases = true;
  return ToyModel("a", 1, shape);
}

TEST(Biases, AreOfValuesAndKeysOfAModelThatHasThem) {
  EXPECT_TRUE(align::hasBiases(biased(), role::kValue));
  EXPECT_TRUE(align::hasBiases(biased(), role::kKey));
  EXPECT_FALSE(align::hasBiases(biased(), role::kUp));
  EXPECT_FALSE(align::hasBiases(ToyModel("a", 1), role::kValue));
}

TEST(Biases, OfOneLayerAreThere) {
  for (const std::int64_t having : {0, 2}) {
    ToyModel model = biased();
    for (std::int64_t l = 0; l < 3; ++l) {
      if (l != having) model.at("attention.v_bias", {l, -1, false}) = {};
    }
    EXPECT_TRUE(align::hasBiases(model, role::kValue)) << having;
  }
}

TEST(Biases, StandBehindTheirRows) {
  const ToyModel model = biased();
  for (const auto& [role, bias] :
       {std::pair(role::kValue, "attention.v_bias"), std::pair(role::kKey, "attention.k_bias")}) {
    const Matrix rows = model.matrix(role, kSecond), biases = model.matrix(bias, kSecond);
    ASSERT_GT(rows.rows, 1u);
    ASSERT_EQ(biases.values.size(), rows.rows);
    const Matrix both = align::withBiases(model, role, kSecond, rows);
    ASSERT_EQ(both.rows, rows.rows);
    ASSERT_EQ(both.columns, rows.columns + 1);
    ASSERT_EQ(both.values.size(), both.rows * both.columns);
    for (std::uint64_t r = 0; r < rows.rows; ++r) {
      for (std::uint64_t c = 0; c < rows.columns; ++c) {
        ASSERT_EQ(both.values[r * both.columns + c], rows.values[r * rows.columns + c]);
      }
      EXPECT_EQ(both.values[r * both.columns + rows.columns], biases.values[r]);
    }
  }
}

TEST(Biases, ThatAreNotThereOrOfAnotherNumberAreZero) {
  const ToyModel plain("a", 1);
  ToyModel cut = biased();
  cut.at("attention.v_bias", kSecond).values.pop_back();
  const ToyModel* models[] = {&plain, &cut};
  for (const ToyModel* model : models) {
    const Matrix both =
        align::withBiases(*model, role::kValue, kSecond, model->matrix(role::kValue, kSecond));
    for (std::uint64_t r = 0; r < both.rows; ++r) {
      EXPECT_EQ(both.values[(r + 1) * both.columns - 1], 0);
    }
  }
}

}  // namespace
