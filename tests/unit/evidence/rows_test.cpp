// What the sizes beside a finding say, at the bounds of each.
#include "evidence/rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kindred::evidence {
namespace {

using testing::HasSubstr;
using testing::Not;

// Forty rows so many times as alike as chance.
Finding sized(double times) {
  Finding finding;
  finding.gauge = Gauge::mlp_unit;
  finding.likeness = Likeness{40, 64, times * 0.8, 0.8};
  finding.likeness->agreement = Likeness::Agreement{3, 0.1, 1};
  return finding;
}

Finding ofOrder(double times) {
  Finding finding = sized(times);
  finding.likeness->agreement.reset();
  return finding;
}

TEST(RowsOf, AFindingAreToldByHowManyTimesChanceTheyAreAlike) {
  EXPECT_EQ(rowsOf(sized(1)), Rows::strangers);
  EXPECT_EQ(rowsOf(sized(1.55)), Rows::strangers);
  EXPECT_EQ(rowsOf(sized(1.65)), Rows::between);
  EXPECT_EQ(rowsOf(sized(2.45)), Rows::between);
  EXPECT_EQ(rowsOf(sized(2.55)), Rows::alike);
}

TEST(RowsOf, FewRowsSayNothing) {
  Finding few = sized(5);
  few.likeness->rows = 32;
  EXPECT_EQ(rowsOf(few), Rows::alike);
  EXPECT_TRUE(isBorneOut(few));
  few.likeness->rows = 31;
  EXPECT_EQ(rowsOf(few), Rows::unknown);
  EXPECT_FALSE(isBorneOut(few));
  few.likeness->matched = 0;
  few.likeness->turned = 2;
  few.likeness->agreement->mean = 0;
  EXPECT_FALSE(isArranged(few));
  EXPECT_FALSE(mayBeTurned(few));
  EXPECT_FALSE(isUnsupported(few));
  EXPECT_EQ(rowsOf({}), Rows::unknown);
}

TEST(RowsOf, ChanceThatIsNothingIsNoMeasure) {
  Finding finding = sized(5);
  finding.likeness->chance = 0;
  EXPECT_EQ(rowsOf(finding), Rows::strangers);
}

TEST(CopiesOfRows, TakeSixteen) {
  Finding finding = sized(1);
  finding.likeness->clear = 15;
  EXPECT_FALSE(hasCopies(finding));
  finding.likeness->clear = 16;
  EXPECT_TRUE(hasCopies(finding));
  EXPECT_FALSE(hasCopies({}));
}

TEST(MostRows, AreAlikeWhereTheirMedianIsToo) {
  Finding finding = sized(3);
  EXPECT_TRUE(mostAreAlike(finding)) << "where no median is stated";
  finding.likeness->median = 2.5 * 0.85 * 0.8 + 0.01;
  EXPECT_TRUE(mostAreAlike(finding));
  finding.likeness->median = 2.5 * 0.85 * 0.8 - 0.01;
  EXPECT_FALSE(mostAreAlike(finding));
  finding = sized(2);
  EXPECT_FALSE(mostAreAlike(finding));
}

TEST(TurnedRows, AreThoseThatAFitReaches) {
  Finding finding = sized(3);  // 2.4
  EXPECT_FALSE(mayBeTurned(finding)) << "no symmetry turns them";
  finding.likeness->turned = 1.59;
  EXPECT_FALSE(mayBeTurned(finding));
  finding.likeness->turned = 1.61;
  EXPECT_TRUE(mayBeTurned(finding));
  EXPECT_FALSE(isBorneOut(finding));
  finding.likeness->clear = 16;
  EXPECT_FALSE(mayBeTurned(finding)) << "no turning makes copies";
  EXPECT_TRUE(isBorneOut(finding));
  EXPECT_FALSE(mayBeTurned({}));
}

TEST(ArrangedSigns, HaveRowsThatFallShortOfWhatTheSignsAskFor) {
  Finding finding = sized(2);
  finding.likeness->agreement = Likeness::Agreement{1.5, 0.1, 1.95};
  EXPECT_TRUE(isArranged(finding)) << "four errors above the mean is 1.9";
  finding.likeness->agreement = Likeness::Agreement{1.5, 0.125, 2};
  EXPECT_FALSE(isArranged(finding)) << "just as far";
  finding.likeness->agreement = Likeness::Agreement{1.5, 0.1, 1.85};
  EXPECT_FALSE(isArranged(finding));
  finding.likeness->agreement->least = 1.95;
  finding.likeness->clear = 16;
  EXPECT_FALSE(isArranged(finding)) << "copies were copied";
  finding = sized(2.6);
  finding.likeness->agreement = Likeness::Agreement{1.5, 0.1, 1.95};
  EXPECT_FALSE(isArranged(finding)) << "rows that are alike can't be had without copying them";
  EXPECT_FALSE(isArranged({}));
}

TEST(ArrangedOrder, HasRowsThatAnyOrderReaches) {
  EXPECT_TRUE(isArranged(ofOrder(1.45)));
  EXPECT_FALSE(isArranged(ofOrder(1.55)));
  EXPECT_FALSE(isBorneOut(ofOrder(1.45)));
  EXPECT_TRUE(isBorneOut(ofOrder(1.55)));
}

TEST(SignsAlone, AreUnsupportedByRowsThatAreNoMoreThanChance) {
  EXPECT_TRUE(isUnsupported(sized(1.1)));
  EXPECT_FALSE(isUnsupported(sized(1.2)));
  EXPECT_FALSE(isUnsupported(ofOrder(1.1))) << "an order has no signs";
  Finding copies = sized(1.1);
  copies.likeness->clear = 16;
  EXPECT_FALSE(isUnsupported(copies));
  EXPECT_FALSE(isUnsupported({}));
}

TEST(SizeText, NamesWhatStandsBeside) {
  EXPECT_EQ(sizeText({}), "");
  EXPECT_EQ(sizeText(sized(2)),
            "the mean absolute cosine of 40 pairs of rows (units of the MLP) is 0.20, that of rows "
            "which do not belong together 0.10");
  EXPECT_THAT(sizeText(ofOrder(2)), HasSubstr("the most that another order of them reaches 0.10"));
  Finding turned = sized(2);
  turned.likeness->turned = 1.2;
  EXPECT_THAT(sizeText(turned), HasSubstr("which somebody turned to fit up to 0.15"));
}

TEST(PowerText, TellsTheCoinsAndTheCopiesThatTheyWouldShow) {
  Finding finding;
  EXPECT_EQ(powerText(finding), "");
  finding.units = 500;
  finding.power = Power{};
  finding.power->rows = "mlp.up";
  EXPECT_EQ(powerText(finding), "mlp.up (500 coins: too few to find any copy)");
  finding.power->alone = 1.3;  // no correlation is larger than one
  EXPECT_EQ(powerText(finding),
            "mlp.up (500 coins: found with 99 % probability from a row correlation of 1 by these "
            "rows alone, in order or shuffled)");
  finding.power->alone = 0.42;
  finding.power->if_paired = 0.0312;
  finding.power->paired_by = "mlp.gate";
  const std::string whole = powerText(finding);
  EXPECT_THAT(whole, HasSubstr("0.0312 where mlp.gate shows which rows belong together, or 0.42 by "
                               "these rows alone"));
  EXPECT_THAT(whole, Not(HasSubstr("read in part")));
  finding.power->whole = false;
  EXPECT_THAT(powerText(finding), HasSubstr("; read in part, so of a shuffled copy only rows"));
}

}  // namespace
}  // namespace kindred::evidence
