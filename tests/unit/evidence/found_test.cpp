// What a run has found so far, adjusted for all that it tries.
#include "evidence/found.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "evidence/adjust.hpp"

namespace kindred::evidence {
namespace {

StepFinding row(double log10_p, Basis basis = Basis::exact, std::size_t stage = 1,
                const char* gauge = "mlp-unit") {
  StepFinding made;
  made.step = "signs";
  made.model_a = "a";
  made.model_b = "b";
  made.finding.basis = basis;
  made.finding.gauge = gauge;
  made.finding.log10_p = log10_p;
  made.log10_p_adjusted = -77;  // what stood there before
  made.stage = stage;
  return made;
}

std::vector<double> adjusted(std::vector<StepFinding> rows, std::size_t stages) {
  adjust(rows, stages);
  std::vector<double> values;
  for (const StepFinding& each : rows) values.push_back(each.log10_p_adjusted);
  return values;
}

TEST(Adjusted, AreHolmsOfEachStageTimesTheStages) {
  // Holm over two of the first stage and one of the second, of three that may be run.
  const auto values = adjusted({row(-4), row(-9), row(-5, Basis::unverified, 2)}, 3);
  EXPECT_NEAR(values[0], -4 + std::log10(3), 1e-12);
  EXPECT_NEAR(values[1], -9 + std::log10(2) + std::log10(3), 1e-12);
  EXPECT_NEAR(values[2], -5 + std::log10(3), 1e-12);
}

TEST(Adjusted, CountWhatAnInterruptionLeftAsMadeInVain) {
  std::vector<StepFinding> rows{row(-4), row(-9), row(-5, Basis::exact, 2)};
  adjust(rows, 2, 8);
  EXPECT_NEAR(rows[0].log10_p_adjusted, -4 + std::log10(9) + std::log10(2), 1e-12);
  EXPECT_NEAR(rows[1].log10_p_adjusted, -9 + std::log10(10) + std::log10(2), 1e-12);
  EXPECT_NEAR(rows[2].log10_p_adjusted, -5 + std::log10(2), 1e-12) << "of a later stage";
}

TEST(Adjusted, AreAtMostOne) { EXPECT_EQ(adjusted({row(-0.1)}, 3)[0], 0); }

TEST(Adjusted, LeaveOutWhatDoesNotDecide) {
  const auto values = adjusted({row(-4), row(-2, Basis::describes), row(-3, Basis::calibrated)}, 1);
  EXPECT_EQ(values[0], -4) << "one test, one p";
  EXPECT_EQ(values[1], -2) << "as it is";
  EXPECT_EQ(values[2], -77) << "which came adjusted";
}

TEST(Found, PairsAreRelatedFromTheLevelOfEvidenceOnInEitherOrder) {
  const Found found({row(-6.1)}, 1);
  EXPECT_TRUE(found.related("a", "b"));
  EXPECT_TRUE(found.related("b", "a"));
  EXPECT_FALSE(found.related("a", "c"));
  EXPECT_FALSE(found.related("c", "b"));
  EXPECT_FALSE(found.related("a", "a"));
  EXPECT_FALSE(found.settled("a", "b")) << "a later stage may say more";
  EXPECT_TRUE(Found({row(-6)}, 1).related("a", "b"));
  EXPECT_FALSE(Found({row(-5.9)}, 1).related("a", "b"));
  EXPECT_FALSE(Found({row(-6.1)}, 2).related("a", "b")) << "half of the level";
  EXPECT_FALSE(Found({row(-20, Basis::describes)}, 1).related("a", "b"));
}

TEST(Found, PairsAreSettledByAnExactTestFarBelowTheLevel) {
  EXPECT_TRUE(Found({row(-9.1)}, 1).settled("b", "a"));
  EXPECT_TRUE(Found({row(-9)}, 1).settled("a", "b"));
  EXPECT_FALSE(Found({row(-8.9)}, 1).settled("a", "b"));
  EXPECT_FALSE(Found({row(-20, Basis::unverified)}, 1).settled("a", "b"));
  EXPECT_FALSE(Found({row(-20, Basis::exact, 1, "residual-dim")}, 1).settled("a", "b"))
      << "the stream may be shared alone";
}

TEST(Found, NothingIsNothing) {
  EXPECT_FALSE(Found({}, 1).related("a", "b"));
  EXPECT_FALSE(Found({}, 1).settled("a", "b"));
}

}  // namespace
}  // namespace kindred::evidence
