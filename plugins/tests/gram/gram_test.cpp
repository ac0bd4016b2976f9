// The Gram signatures of units with the aligner: scores that controls calibrate.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/alignment/comparison.hpp"
#include "support/alignment/toy_model.hpp"
#include "support/loaded_plugin.hpp"

namespace {

using namespace kindred;
using test::scored;
using test::ToyModel;
using test::ToyShape;

TEST(Gram, KeepsWhatItsPluginPromises) { EXPECT_EQ(support::complaints("gram"), ""); }

TEST(Gram, MatchesTheUnitsOfADisguisedCopyAlikeByGatesAndUps) {
  const ToyModel a("a", 1);
  ToyModel b = a.as("b").trained(0.02, 9).permuted(3).rotated(4);
  for (const Place& place : b.mlps()) {
    Matrix& up = b.at(role::kUp, place);
    for (std::size_t i = 0; i < up.values.size(); ++i) {
      if (i / up.columns % 3 == 0) up.values[i] *= -1;  // signs of ups are free
    }
  }
  const std::vector<Finding> findings = scored("gram", a, b);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_GT(findings[0].statistic, 0.8);
  ASSERT_TRUE(findings[0].beyond_strangers);
  EXPECT_GT(findings[0].statistic, *findings[0].beyond_strangers);
}

TEST(Gram, MatchesTheUnitsOfStrangersAlikeByChanceAlone) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const std::vector<Finding> findings =
        scored("gram", ToyModel("a", seed), ToyModel("b", 100 + seed));
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_LT(findings[0].statistic, 0.05);
    EXPECT_LT(findings[0].statistic, findings[0].beyond_strangers.value());
  }
}

TEST(Gram, SaysNothingOfMlpsOfFewUnits) {
  ToyShape small;
  small.units = 12;
  const ToyModel a("a", 1, small);
  EXPECT_TRUE(scored("gram", a, a.as("b")).empty());
}

}  // namespace
