// Descent or a shared start: what gains of norms say beside rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evidence/verdict.hpp"

namespace kindred::evidence {
namespace {

using testing::HasSubstr;

TEST(Start, GainsThatAgreeAsRowsDoLookLikeDescent) {
  EXPECT_EQ(startOf(0.97, 0.99)->looks_like, LooksLike::descent);
  EXPECT_EQ(startOf(0.7, 0.71)->looks_like, LooksLike::descent);
}

TEST(Start, GainsThatAgreeFarLessThanRowsLookLikeASharedStart) {
  EXPECT_EQ(startOf(0.1, 0.8)->looks_like, LooksLike::shared_start);
  EXPECT_EQ(startOf(0.4, 0.85)->looks_like, LooksLike::shared_start);
}

TEST(Start, HasItsBoundsAtThreeQuartersAndThreeFifthsOfWhatRowsAgreeBy) {
  EXPECT_EQ(startOf(0.75, 1)->looks_like, LooksLike::descent);
  EXPECT_EQ(startOf(0.74, 1)->looks_like, LooksLike::either);
  EXPECT_EQ(startOf(0.61, 1)->looks_like, LooksLike::either);
  EXPECT_EQ(startOf(0.6, 1)->looks_like, LooksLike::shared_start);
  EXPECT_EQ(startOf(0.375, 0.5)->looks_like, LooksLike::descent);
  EXPECT_TRUE(startOf(0.2, 0.3));
  EXPECT_FALSE(startOf(0.2, 0.29));
}

TEST(Start, IsLeftOpenBetweenTheTwoAndWhereNothingWasMeasured) {
  EXPECT_EQ(startOf(0.6, 0.9)->looks_like, LooksLike::either);
  EXPECT_FALSE(startOf(std::nullopt, 0.9));
  EXPECT_FALSE(startOf(0.9, std::nullopt));
  EXPECT_FALSE(startOf(0.05, 0.06));  // rows of strangers
  EXPECT_THAT(startText(std::nullopt), HasSubstr("can't be said"));
}

Adjusted units(double matched) {
  Adjusted entry;
  entry.finding.test = "sign-test";
  entry.finding.gauge = Gauge::mlp_unit;
  entry.finding.basis = Basis::exact;
  entry.finding.likeness = {1000, 100, matched, 0.8, 0, Likeness::Agreement{2.9, 0.02, 1.9}};
  entry.log10_p = -300;
  return entry;
}

Adjusted norms(double constants, double log10_p) {
  Adjusted entry;
  entry.finding.test = "fixed-points";
  entry.finding.gauge = Gauge::residual_dim;
  entry.finding.basis = Basis::exact;
  entry.finding.constants = constants;
  entry.log10_p = log10_p;
  return entry;
}

// Coordinates of the residual stream agree where they stand.
Adjusted coordinates() {
  Adjusted entry = norms(0.1, -40);
  entry.finding.test = "sign-test";
  entry.finding.constants = {};
  return entry;
}

TEST(Start, IsNotToldWhereCoordinatesOrLayersStandElsewhere) {
  Coverage coverage;
  coverage.tensors_a = coverage.tensors_b = 20;
  EXPECT_FALSE(judge("a", "b", {units(9), norms(0.1, 0)}, coverage).start)
      << "coordinates were reordered";
  Adjusted found_anywhere = coordinates();
  found_anywhere.finding.test = "tree-coins";
  found_anywhere.finding.power = Power{};
  found_anywhere.finding.power->redrawn = true;
  EXPECT_FALSE(judge("a", "b", {units(9), norms(0.1, 0), found_anywhere}, coverage).start);
  Adjusted reversed = units(9);
  reversed.finding.matches = {{0, 1, -1, -1}, {1, 0, -1, -1}};
  EXPECT_FALSE(judge("a", "b", {reversed, norms(0.1, 0), coordinates()}, coverage).start);
}

TEST(Start, StandsBesideARejectionAndNotBesideAnythingElse) {
  Coverage coverage;
  coverage.tensors_a = coverage.tensors_b = 20;
  const Verdict kin = judge("a", "b", {units(9), norms(0.1, 0), coordinates()}, coverage);
  EXPECT_EQ(kin.klass, Class::shared_weights);
  ASSERT_TRUE(kin.start);
  EXPECT_EQ(kin.start->looks_like, LooksLike::shared_start);
  EXPECT_NEAR(kin.start->rows, 0.9, 1e-12);
  EXPECT_THAT(kin.sentence, HasSubstr("share a start and were trained apart"));
  Adjusted strangers = units(0.8);
  strangers.log10_p = 0;
  strangers.finding.likeness->agreement = Likeness::Agreement{0, 0.02, 0};
  EXPECT_FALSE(judge("a", "b", {strangers, norms(0.02, 0)}, coverage).start);
}

}  // namespace
}  // namespace kindred::evidence
