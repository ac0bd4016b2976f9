// Lengths and cosines within units with the aligner: scores that controls calibrate.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/alignment/comparison.hpp"
#include "support/alignment/toy_model.hpp"
#include "support/loaded_plugin.hpp"

namespace {

using namespace kindred;
using test::scored;
using test::ToyModel;

TEST(UnitInvariants, KeepWhatTheirPluginPromises) {
  EXPECT_EQ(support::complaints("unit-invariants"), "");
}

TEST(UnitInvariants, OfADisguisedCopyStayWhatTheyWere) {
  const ToyModel a("a", 1);
  const std::vector<Finding> findings =
      scored("unit-invariants", a, a.as("b").trained(0.02, 9).permuted(3).rotated(4));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_GT(findings[0].statistic, 0.9);
  EXPECT_GT(findings[0].statistic, findings[0].beyond_strangers.value());
}

TEST(UnitInvariants, OfStrangersHaveNothingInCommon) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const std::vector<Finding> findings =
        scored("unit-invariants", ToyModel("a", seed), ToyModel("b", 100 + seed));
    for (const Finding& finding : findings) {
      EXPECT_LT(finding.statistic, finding.beyond_strangers.value());
    }
  }
}

TEST(UnitInvariants, NeedUpsBesideGates) {
  ToyModel a("a", 1);
  a.drop(role::kUp);
  EXPECT_TRUE(scored("unit-invariants", a, a.as("b")).empty());
}

}  // namespace
