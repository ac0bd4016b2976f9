#include <kindred/analysis/stats/multiplicity.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <kindred/random.hpp>

namespace kindred::stats {
namespace {

TEST(Holm, MultipliesByTheTestsLeftAndNeverReordersThem) {
  // p = 0.01, 0.04, 0.03: 3 * 0.01, then 2 * 0.03, then max(0.06, 0.04).
  const std::vector<double> adjusted =
      holm(std::vector<double>{std::log10(0.01), std::log10(0.04), std::log10(0.03)});
  EXPECT_NEAR(std::pow(10, adjusted[0]), 0.03, 1e-15);
  EXPECT_NEAR(std::pow(10, adjusted[2]), 0.06, 1e-15);
  EXPECT_NEAR(std::pow(10, adjusted[1]), 0.06, 1e-15);
}

TEST(Holm, WorksFarBelowTheSmallestDoubleAndStopsAtOne) {
  const std::vector<double> adjusted = holm(std::vector<double>{-20000, -0.1, 0});
  EXPECT_NEAR(adjusted[0], -20000 + std::log10(3), 1e-9);
  EXPECT_EQ(adjusted[1], 0);
  EXPECT_EQ(adjusted[2], 0);
  EXPECT_TRUE(holm({}).empty());
}

TEST(ConformalTogether, RanksEveryPairByItsLargestStandardisedScore) {
  // Medians 3 and 2, median distances 1: pair 0 stands out by 17 in the first, and pair 2 by 7 in
  // the second, where pair 0 is below the median.
  const std::vector<std::vector<double>> scores = {{20, 1, 2, 3, 4}, {0, 1, 9, 2, 3}};
  const std::vector<double> adjusted = conformalTogether(scores);
  EXPECT_NEAR(std::pow(10, adjusted[0]), 1.0 / 5, 1e-12);
  EXPECT_NEAR(std::pow(10, adjusted[1]), 1, 1e-12);
  const std::vector<double> of_third =
      conformalTogether(std::vector<std::vector<double>>{{2, 1, 20, 3, 4}, {9, 1, 0, 2, 3}});
  EXPECT_NEAR(std::pow(10, of_third[1]), 2.0 / 5, 1e-12);
}

TEST(ConformalTogether, SaysNothingOfScoresThatAreAllAlike) {
  EXPECT_EQ(conformalTogether(std::vector<std::vector<double>>{{3, 3, 3}})[0], 0);
}

TEST(ConformalTogether, PassesOverWhatHasNoScore) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> adjusted = conformalTogether(
      std::vector<std::vector<double>>{{5, 1, 2, 3, 4}, {none, none, none, none, 1}});
  EXPECT_NEAR(std::pow(10, adjusted[0]), 1.0 / 5, 1e-12);
  EXPECT_EQ(adjusted[1], 0);
}

// Scores of pairs of exchangeable models: each is made of two models' own numbers, so pairs that
// share a model are alike, and so are the four scores of a pair.
TEST(ConformalTogether, KeepsItsLevelOnPairsThatShareModels) {
  Random random(23);
  constexpr std::size_t kModels = 9, kScores = 4, kRuns = 4000;
  std::size_t rejected = 0;
  for (std::size_t run = 0; run < kRuns; ++run) {
    std::vector<double> of_model(kModels);
    for (double& x : of_model) x = random.unit();
    std::vector<std::vector<double>> scores(kScores);
    for (std::size_t i = 0; i < kModels; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const double common = of_model[i] * of_model[j];
        for (auto& list : scores) list.push_back(common + random.unit());
      }
    }
    const std::vector<double> adjusted = conformalTogether(scores);
    rejected += *std::min_element(adjusted.begin(), adjusted.end()) <= std::log10(0.1);
  }
  EXPECT_LE(rejected, 486U);  // 10 % of 4000 and 4.5 standard deviations
}

TEST(Holm, KeepsTheFamilyWiseErrorOfIndependentNulls) {
  Random random(17);
  int families_rejected = 0;
  for (int family = 0; family < 4000; ++family) {
    std::vector<double> log10_p(8);
    for (double& x : log10_p) x = std::log10(1 - random.unit());
    bool rejected = false;
    for (const double x : holm(log10_p)) rejected = rejected || x <= std::log10(0.05);
    families_rejected += rejected;
  }
  EXPECT_LE(families_rejected, 262);  // 5 % of 4000 and 4.5 standard deviations
  EXPECT_GE(families_rejected, 130);
}

TEST(Conformal, CountsControlsAtLeastAsExtremeAndHasItsFloor) {
  const std::vector<double> controls{0.1, 0.5, 0.5, 0.9};
  EXPECT_NEAR(std::pow(10, conformal(0.5, controls)), 4.0 / 5, 1e-15);  // ties count
  EXPECT_NEAR(std::pow(10, conformal(2, controls)), 1.0 / 5, 1e-15);
  EXPECT_EQ(conformal(2, controls), conformalFloor(4));
  EXPECT_EQ(conformal(2, {}), 0);  // no controls say nothing
}

}  // namespace
}  // namespace kindred::stats
