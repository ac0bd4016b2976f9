#include "stats/multiplicity.hpp"

#include <gtest/gtest.h>

#include <cmath>
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
