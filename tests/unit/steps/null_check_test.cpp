// Which tests a check of nulls calls uneven, and that none can slip through it by its words.
#include "steps/test/null_check.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace kindred::steps {
namespace {

constexpr int kRedraws = 99;

evidence::StepFinding row(const std::string& null, double log10_p, const char* gauge = "mlp-unit") {
  evidence::StepFinding made;
  made.step = "signs";
  made.finding.test = "theirs";
  made.finding.gauge = gauge;
  made.finding.null = null;
  made.finding.log10_p = log10_p;
  return made;
}

double uniform(int redraw) { return std::log10((redraw + 0.5) / kRedraws); }

template <class Rows>
std::vector<NullCheck::Entry> checked(Rows&& rows_of) {
  NullCheck check;
  for (int redraw = 0; redraw < kRedraws; ++redraw) check.add(rows_of(redraw));
  return check.entries();
}

using Rows = std::vector<evidence::StepFinding>;

TEST(NullCheck, HoldsForUniformPValuesAndNotForSmallOnes) {
  const auto entries = checked([](int redraw) {
    return Rows{row("signs", uniform(redraw)), row("signs", -8, "value-dim")};
  });
  ASSERT_EQ(entries.size(), 2u);
  for (const NullCheck::Entry& entry : entries) {
    EXPECT_EQ(entry.p.count, std::uint64_t{kRedraws});
    EXPECT_EQ(entry.p.holds(), entry.gauge.name() == "mlp-unit");
  }
}

TEST(NullCheck, FindsATestThatErrsSeldomAndByFar) {
  const auto entries = checked(
      [](int redraw) { return Rows{row("signs", redraw % 20 == 3 ? -10 : uniform(redraw))}; });
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_LT(entries[0].p.distance, entries[0].p.bound);
  EXPECT_FALSE(entries[0].p.holds());
}

TEST(NullCheck, IsNotEvadedByANullThatIsCalledOtherwiseInEachRedraw) {
  const auto entries = checked([](int redraw) {
    return Rows{row("signs, try " + std::to_string(redraw), -8), row("signs", uniform(redraw))};
  });
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_FALSE(entries[0].p.holds());
  EXPECT_EQ(entries[0].p.count, std::uint64_t{kRedraws});
}

TEST(NullCheck, IsNotSetOffByHonestNullsThatAreCalledOtherwise) {
  const auto entries = checked([](int redraw) {
    return Rows{row("signs, try " + std::to_string(redraw), uniform(redraw))};
  });
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_TRUE(entries[0].p.holds());
}

// Twice the same p-values are no more of them.
TEST(NullCheck, TakesFindingsOfOneNullForOne) {
  const auto shifted = [](int redraw) {  // 0.18 from uniform: within 0.196 of 99, not 0.139 of 198
    return std::log10(std::max(1e-4, (redraw + 0.5) / kRedraws - 0.18));
  };
  const auto entries = checked([&](int redraw) {
    return Rows{row("signs", shifted(redraw)), row("signs", shifted(redraw))};
  });
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].p.count, std::uint64_t{kRedraws});
  EXPECT_TRUE(entries[0].p.holds());
}

TEST(NullCheck, OfATestThatFoundNothingThisTimeSaysOne) {
  const auto entries =
      checked([](int redraw) { return redraw < 3 ? Rows{row("signs", -2)} : Rows{}; });
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].p.count, std::uint64_t{kRedraws});
  EXPECT_NEAR(entries[0].p.share, 3.0 / kRedraws, 1e-12);
  EXPECT_TRUE(checked([](int) { return Rows{}; }).empty());
}

}  // namespace
}  // namespace kindred::steps
