// Singular values by layer with the aligner: scores that controls calibrate.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/alignment/comparison.hpp"
#include "support/alignment/toy_model.hpp"
#include "support/loaded_plugin.hpp"

namespace {

using namespace kindred;
using test::scored;
using test::ToyModel;

TEST(Spectra, KeepWhatTheirPluginPromises) { EXPECT_EQ(support::complaints("spectra"), ""); }

TEST(Spectra, OfADisguisedCopyAreEqualButForRounding) {
  const ToyModel a("a", 1);
  const std::vector<Finding> findings = scored("spectra", a, a.as("b").permuted(3).rotated(4));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_GT(findings[0].statistic, 5);
}

TEST(Spectra, OfAModelThatWasTrainedOnAreNearerThanThoseOfAnyStranger) {
  const ToyModel a("a", 1);
  const double copy = scored("spectra", a, a.as("b").trained(0.02, 9)).at(0).statistic;
  for (std::uint64_t seed = 2; seed <= 6; ++seed) {
    EXPECT_LT(scored("spectra", a, ToyModel("b", seed)).at(0).statistic + 0.5, copy);
  }
}

TEST(Spectra, StateNoSizeThatStrangersStayBelow) {
  const ToyModel a("a", 1);
  EXPECT_FALSE(scored("spectra", a, a.as("b")).at(0).beyond_strangers);
}

TEST(Spectra, SayNothingWithoutMatrices) {
  ToyModel a("a", 1), b("b", 2);
  for (ToyModel* model : {&a, &b}) {
    for (const auto role : {role::kQuery, role::kKey, role::kValue, role::kGate, role::kUp}) {
      model->drop(role);
    }
  }
  EXPECT_TRUE(scored("spectra", a, b).empty());
}

}  // namespace
