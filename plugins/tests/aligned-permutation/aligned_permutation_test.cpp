// Units of equal number against random orders, with the aligner, from the outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/alignment/comparison.hpp"
#include "support/alignment/toy_model.hpp"
#include "support/loaded_plugin.hpp"

namespace {

using namespace kindred;
using test::compare;
using test::Comparison;
using test::ToyModel;
using test::ToyShape;

TEST(AlignedPermutation, KeepsWhatItsPluginPromises) {
  EXPECT_EQ(support::complaints("aligned-permutation"), "");
}

TEST(AlignedPermutation, ReachesItsFloorOnACopyAndSaysItsMoments) {
  const ToyModel a("a", 1);
  const Comparison c = compare({"aligned-permutation"}, a, a.as("b").trained(0.3, 9));
  ASSERT_EQ(c.outcome.findings.size(), 1u);
  const Finding& finding = c.outcome.findings[0];
  EXPECT_DOUBLE_EQ(finding.log10_p, -3);
  EXPECT_DOUBLE_EQ(finding.log10_p_floor, -3);
  EXPECT_GT(finding.statistic, 0.9);
  EXPECT_GT(finding.details.at("z"), 30);
}

TEST(AlignedPermutation, DoesNotSeeShuffledUnits) {
  const ToyModel a("a", 1);
  const Comparison c = compare({"aligned-permutation"}, a, a.as("b").permuted(3));
  ASSERT_EQ(c.outcome.findings.size(), 1u);
  EXPECT_GT(c.outcome.findings[0].log10_p, -2);
}

TEST(AlignedPermutation, SeesThroughARotation) {
  const ToyModel a("a", 1);
  const Comparison c = compare({"aligned-permutation"}, a, a.as("b").trained(0.3, 9).rotated(4));
  ASSERT_EQ(c.outcome.findings.size(), 1u);
  EXPECT_DOUBLE_EQ(c.outcome.findings[0].log10_p, -3);
}

TEST(AlignedPermutation, AccusesNoStranger) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const ToyModel a("a", seed), b("b", 100 + seed);
    const Comparison c = compare({"aligned-permutation"}, a, b);
    ASSERT_EQ(c.outcome.findings.size(), 1u);
    EXPECT_GT(c.outcome.findings[0].log10_p, -2.5);
    EXPECT_LT(std::abs(c.outcome.findings[0].details.at("z")), 4);
  }
}

TEST(AlignedPermutation, AbstainsOnConstantRowsAndOnMlpsOfOtherSize) {
  ToyModel a("a", 1), b("b", 2);
  for (ToyModel* model : {&a, &b}) {
    for (std::int64_t layer = 0; layer < 3; ++layer) {
      for (float& x : model->at(role::kGate, {layer, -1, false}).values) x = 1;
    }
  }
  EXPECT_TRUE(compare({"aligned-permutation"}, a, b).outcome.findings.empty());
  ToyShape larger;
  larger.units = 128;
  const ToyModel c("c", 3), d("d", 4, larger);
  EXPECT_TRUE(compare({"aligned-permutation"}, c, d).outcome.findings.empty());
}

}  // namespace
