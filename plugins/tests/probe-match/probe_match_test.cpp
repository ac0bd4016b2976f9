// Responses of units to tokens with the aligner: scores that controls calibrate.
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

TEST(ProbeMatch, KeepsWhatItsPluginPromises) { EXPECT_EQ(support::complaints("probe-match"), ""); }

TEST(ProbeMatch, MatchesTheUnitsOfADisguisedCopyAlikeByGatesAndUps) {
  const ToyModel a("a", 1);
  const std::vector<Finding> findings =
      scored("probe-match", a, a.as("b").trained(0.05, 9).permuted(3).rotated(4));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_GT(findings[0].statistic, 0.9);
  EXPECT_GT(findings[0].statistic, findings[0].beyond_strangers.value());
}

TEST(ProbeMatch, MatchesTheUnitsOfStrangersAlikeByChanceAlone) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const std::vector<Finding> findings =
        scored("probe-match", ToyModel("a", seed), ToyModel("b", 100 + seed));
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_LT(findings[0].statistic, findings[0].beyond_strangers.value());
  }
}

TEST(ProbeMatch, NeedsTokensThatBothModelsKnow) {
  ToyShape few;
  few.vocabulary = 15;
  const ToyModel a("a", 1, few);
  EXPECT_TRUE(scored("probe-match", a, a.as("b")).empty());
  ToyModel without("c", 1);
  without.drop(role::kEmbedding);
  EXPECT_TRUE(scored("probe-match", without, without.as("d")).empty());
}

}  // namespace
