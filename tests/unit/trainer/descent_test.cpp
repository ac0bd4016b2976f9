// Restructured and perturbed models are what they are said to be.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "trainer/network.hpp"
#include "trainer/perturb.hpp"
#include "trainer/restructure.hpp"
#include "unit/trainer/models.hpp"

namespace kindred::trainer {
namespace {

double lossOf(const Weights<float>& weights) {
  Random random(1);
  return loss(weights, Corpus(weights.shape.vocabulary, 3).batch(2, 8, random));
}

TEST(Upcycling, KeepsTheFunctionWhileExpertsAreEqual) {
  Weights<float> weights = fresh<float>(denseShape());
  const double before = lossOf(weights);
  upcycle(weights, 4, 1);
  EXPECT_EQ(weights.layers[1].experts.size(), 4u);
  EXPECT_NEAR(lossOf(weights), before, 1e-5);
}

TEST(Clones, KeepTheFunction) {
  Weights<float> weights = fresh<float>(denseShape());
  const double before = lossOf(weights);
  const std::size_t units = weights.shape.intermediate, width = weights.shape.hidden;
  cloneUnits(weights, 3);
  EXPECT_EQ(weights.shape.intermediate, 3 * units);
  EXPECT_NEAR(lossOf(weights), before, 1e-5);
  cloneWidth(weights, 2);
  EXPECT_EQ(weights.shape.hidden, 2 * width);
  EXPECT_NEAR(lossOf(weights), before, 1e-5);
}

TEST(SortedModels, KeepTheFunction) {
  Weights<float> weights = fresh<float>(denseShape());
  Random random(2);
  for (float& gain : weights.layers[0].mlp_norm.values) gain += static_cast<float>(random.unit());
  const double before = lossOf(weights);
  sortUnits(weights);
  sortResidual(weights);
  EXPECT_NEAR(lossOf(weights), before, 1e-5);
  const std::vector<float>& gains = weights.layers[0].mlp_norm.values;
  EXPECT_TRUE(std::is_sorted(gains.rbegin(), gains.rend()));
}

TEST(LayersTaken, AreThoseOfTheOrder) {
  Weights<float> weights = fresh<float>(denseShape());
  const Weights<float> before = weights;
  const std::size_t order[] = {1, 0, 1};
  takeLayers(weights, order);
  ASSERT_EQ(weights.shape.layers, 3u);
  EXPECT_EQ(weights.layers[2].q.values, before.layers[1].q.values);
  EXPECT_EQ(weights.layers[1].q.values, before.layers[0].q.values);
}

TEST(PrunedUnits, AreTheSmallest) {
  Weights<float> weights = fresh<float>(denseShape());
  for (float& value : weights.layers[0].mlp.up.values) value *= 1e-3f;
  for (std::size_t j = 0; j < 24; ++j) weights.layers[0].mlp.up(7, j) = 1;
  pruneUnits(weights, 0.5);
  EXPECT_EQ(weights.shape.intermediate, 20u);
  EXPECT_EQ(weights.layers[1].mlp.down.columns, 20u);
  double largest = 0;
  for (const float value : weights.layers[0].mlp.up.values) {
    largest = std::max(largest, std::fabs(double{value}));
  }
  EXPECT_EQ(largest, 1);
}

TEST(WidenedMlps, KeepTheOldUnits) {
  Weights<float> weights = fresh<float>(mixtureShape(Router::sigmoid));
  const Weights<float> before = weights;
  widenMlps(weights, 0.5, 1);
  EXPECT_EQ(weights.layers[0].mlp.up.rows, 60u);
  EXPECT_EQ(weights.shape.expert_intermediate, 24u);
  EXPECT_EQ(weights.layers[0].mlp.down(3, 5), before.layers[0].mlp.down(3, 5));
  EXPECT_NO_THROW(lossOf(weights));
}

TEST(ChangedVocabulary, KeepsTheRowsOfSharedTokens) {
  Weights<float> weights = fresh<float>(denseShape());
  const Weights<float> before = weights;
  changeVocabulary(weights, {"new", before.tokens[5]}, 1);
  EXPECT_EQ(weights.shape.vocabulary, 2u);
  EXPECT_EQ(weights.embedding(1, 3), before.embedding(5, 3));
  EXPECT_EQ(weights.output(1, 3), before.output(5, 3));
}

TEST(Reinitialising, TouchesTheChosenMatricesAlone) {
  Weights<float> weights = fresh<float>(denseShape());
  const Weights<float> before = weights;
  reinitialise(
      weights,
      [](std::string_view name) { return name.find("self_attn") != std::string_view::npos; }, 1);
  EXPECT_NE(weights.layers[0].q.values, before.layers[0].q.values);
  EXPECT_EQ(weights.layers[0].mlp.up.values, before.layers[0].mlp.up.values);
}

TEST(Rounding, LeavesAsManyLevelsAsTheFormatHas) {
  Weights<float> integers = fresh<float>(denseShape());
  roundToIntegers(integers, 4);
  const float* row = integers.layers[0].mlp.up.row(2);
  EXPECT_LE(std::set<float>(row, row + 24).size(), 15u);

  Weights<float> groups = fresh<float>(denseShape());
  roundToGroups(groups, 2, 24);
  row = groups.layers[0].mlp.up.row(2);
  EXPECT_LE(std::set<float>(row, row + 24).size(), 4u);

  Weights<float> floats = fresh<float>(denseShape());
  roundToFloats(floats, 2, 1);  // 0, 0.5, 1, 1.5, 2, 3, 4, 6
  row = floats.layers[0].mlp.up.row(2);
  std::set<float> sizes;
  for (int j = 0; j < 24; ++j) sizes.insert(std::fabs(row[j]));
  EXPECT_LE(sizes.size(), 8u);
  const double step = *sizes.rbegin() / 12;
  for (const float size : sizes) EXPECT_NEAR(size / step, std::nearbyint(size / step), 1e-4);
}

TEST(Pruning, ZeroesTheShareThatWasAsked) {
  Weights<float> weights = fresh<float>(denseShape());
  pruneSmallest(weights, 0.5);
  const auto& values = weights.layers[0].q.values;
  EXPECT_EQ(std::count(values.begin(), values.end(), 0.f), std::ptrdiff_t(values.size() / 2));
}

TEST(Merging, GoesFromOneModelToTheOther) {
  const Weights<float> one = fresh<float>(denseShape(), 1), other = fresh<float>(denseShape(), 2);
  Weights<float> linear = one, spherical = one, low_rank = one;
  mergeLinearly(linear, other, 1);
  mergeSpherically(spherical, other, 1);
  mergeLowRank(low_rank, other, 24);  // full rank
  for (std::size_t i = 0; i < 50; ++i) {
    const float expected = other.layers[1].k.values[i];
    EXPECT_FLOAT_EQ(linear.layers[1].k.values[i], expected);
    EXPECT_NEAR(spherical.layers[1].k.values[i], expected, 1e-5);
    EXPECT_NEAR(low_rank.layers[1].k.values[i], expected, 1e-5);
  }
}

}  // namespace
}  // namespace kindred::trainer
