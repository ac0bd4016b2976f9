// How much stands behind a rejection, and which copies a test would have seen.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evidence/breadth.hpp"
#include "evidence/copies.hpp"
#include "evidence/verdict.hpp"

namespace kindred::evidence {
namespace {

using testing::HasSubstr;
using testing::Not;

// Signs of `layers` layers of 96 units, all heads in the first `alike` of them, matched rows with
// this median (chance being 0.1 for rows of 64).
Finding agreeing(std::size_t layers, std::size_t alike, double median) {
  Finding finding;
  finding.test = "sign-test";
  finding.gauge = "mlp-unit";
  finding.basis = Basis::exact;
  finding.log10_p_floor = -300;
  finding.statistic = 0;
  for (std::size_t l = 0; l < layers; ++l) {
    const std::uint64_t heads = l < alike ? 96 : 48;
    finding.by_layer.push_back({static_cast<std::int64_t>(l), 96, heads});
    finding.units += 96;
    finding.statistic += static_cast<double>(heads);
  }
  finding.likeness = Likeness{finding.units, 64, 1.5, 0.8};
  finding.likeness->agreement = Likeness::Agreement{3, 0.1, 1};
  finding.likeness->median = 8 * median;
  return finding;
}

TEST(Breadth, OfAWholeCopyIsAllItsLayers) {
  const Finding finding = agreeing(8, 8, 0.7);
  const Breadth breadth = breadthOf({&finding});
  EXPECT_EQ(breadth.layers, 8U);
  EXPECT_EQ(breadth.layers_tested, 8U);
  EXPECT_DOUBLE_EQ(breadth.share, 1);
  EXPECT_DOUBLE_EQ(breadth.median, 0.7);
  EXPECT_FALSE(isNarrow(breadth));
  EXPECT_THAT(breadthText(breadth), HasSubstr("8 of 8 layers"));
}

TEST(Breadth, OfOneLayerAmongMostThatShowNothingIsNarrow) {
  const Finding finding = agreeing(8, 2, 0.7);
  EXPECT_TRUE(isNarrow(breadthOf({&finding})));
}

TEST(Breadth, OfAFewEqualRowsAmongStrangersIsNarrow) {
  const Finding finding = agreeing(8, 8, 0.09);
  EXPECT_TRUE(isNarrow(breadthOf({&finding})));
}

TEST(Breadth, SpeaksOfTheMostTellingFindingAndJoinsLayersOfAll) {
  const Finding first = agreeing(4, 4, 0.7);
  Finding second = agreeing(8, 6, 0.2);
  const Breadth breadth = breadthOf({&first, &second});
  EXPECT_DOUBLE_EQ(breadth.median, 0.7);
  EXPECT_EQ(breadth.layers, 6U);
}

TEST(Breadth, CountsALayerFromOneInAThousand) {
  // Of 96 coins 65 heads have p = 6.8e-4, 64 have 1.5e-3, both sides counted.
  Finding finding = agreeing(2, 2, 0.7);
  finding.by_layer[1].heads = 65;
  EXPECT_EQ(breadthOf({&finding}).layers, 2U);
  finding.by_layer[1].heads = 31;
  EXPECT_EQ(breadthOf({&finding}).layers, 2U) << "signs that were all turned";
  finding.by_layer[1].heads = 64;
  EXPECT_EQ(breadthOf({&finding}).layers, 1U);
  EXPECT_EQ(breadthOf({&finding}).layers_tested, 2U);
}

TEST(Breadth, ExpectsNothingOfLayersOfFewCoins) {
  // Where others agree in all their coins, five deviations take 25 of them.
  Finding finding = agreeing(4, 4, 0.7);
  finding.by_layer[3] = {3, 24, 12};
  EXPECT_EQ(breadthOf({&finding}).layers_tested, 3U);
  finding.by_layer[3] = {3, 25, 12};
  EXPECT_EQ(breadthOf({&finding}).layers_tested, 4U);
  EXPECT_EQ(breadthOf({&finding}).layers, 3U);
  finding.by_layer[3] = {3, 0, 0};
  EXPECT_EQ(breadthOf({&finding}).layers_tested, 3U);
}

TEST(Breadth, SharesAreWhatAgreesBeyondChance) {
  const Finding half = agreeing(8, 4, 0.7);  // 576 of 768 heads
  EXPECT_DOUBLE_EQ(breadthOf({&half}).share, 0.5);
  Finding turned = half;
  for (LayerCoins& layer : turned.by_layer) layer.heads = layer.coins - layer.heads;
  EXPECT_DOUBLE_EQ(breadthOf({&turned}).share, 0.5);
}

TEST(Breadth, SizesAreCosines) {
  const Finding finding = agreeing(8, 8, 0.7);
  EXPECT_DOUBLE_EQ(breadthOf({&finding}).chance, 0.85 * 0.1);
  EXPECT_THAT(breadthText(breadthOf({&finding})), HasSubstr("is 0.700 (of rows that do not belong "
                                                            "together 0.085)"));
  EXPECT_THAT(breadthText(breadthOf({&finding})), HasSubstr("100 % of the units"));
  Finding unknown = finding;
  unknown.likeness->median = 0;
  EXPECT_THAT(breadthText(breadthOf({&unknown})), Not(HasSubstr("median")));
}

// Without coins of layers: an order, of whose units so many stand in their place, or signs.
Finding whole(double statistic, bool of_signs) {
  Finding finding = agreeing(0, 0, 0.7);
  finding.units = 200;
  finding.statistic = statistic;
  if (!of_signs) finding.likeness->agreement.reset();
  return finding;
}

TEST(Breadth, OfAnOrderIsTheShareOfUnitsInPlace) {
  const Finding order = whole(150, false), signs = whole(150, true), ranks = whole(9000, true);
  EXPECT_DOUBLE_EQ(breadthOf({&order}).share, 0.75);
  EXPECT_DOUBLE_EQ(breadthOf({&order}).chance, 0.1) << "the most that any order reaches";
  EXPECT_EQ(breadthOf({&order}).layers_tested, 0U);
  EXPECT_DOUBLE_EQ(breadthOf({&signs}).share, 0.5);
  EXPECT_EQ(breadthOf({&ranks}).share, 0) << "a sum of ranks is no share";
  const Finding all = whole(200, true);
  EXPECT_DOUBLE_EQ(breadthOf({&all}).share, 1);
  EXPECT_THAT(breadthText(breadthOf({&order})), Not(HasSubstr("layers")));
  EXPECT_THAT(breadthText(breadthOf({&order})), HasSubstr("75 % of the units"));
}

TEST(Breadth, OfAnOrderStandsBackBehindCoinsOfLayers) {
  const Finding order = whole(150, false), layers = agreeing(8, 8, 0.3);
  const Breadth breadth = breadthOf({&order, &layers});
  EXPECT_DOUBLE_EQ(breadth.share, 1);
  EXPECT_DOUBLE_EQ(breadth.median, 0.3);
  Finding unmeasured = order;
  unmeasured.likeness->median = 0;
  EXPECT_EQ(breadthOf({&unmeasured}).share, 0);
}

TEST(Breadth, IsNarrowBelowHalfOfTheLayersOrAtChance) {
  const auto narrow = [](std::uint64_t layers, std::uint64_t tested, double median) {
    return isNarrow({layers, tested, 1, median, 0.1});
  };
  EXPECT_TRUE(narrow(3, 8, 0));
  EXPECT_FALSE(narrow(4, 8, 0));
  EXPECT_TRUE(narrow(0, 2, 0));
  EXPECT_FALSE(narrow(0, 1, 0)) << "one layer is no share of layers";
  EXPECT_TRUE(narrow(8, 8, 0.114));
  EXPECT_FALSE(narrow(8, 8, 0.116));
}

TEST(Breadth, OfNothingIsNothing) {
  EXPECT_EQ(breadthText(breadthOf({})), "");
  EXPECT_FALSE(isNarrow(breadthOf({})));
}

TEST(Judge, CallsWhatStandsInTwoOfEightLayersPartial) {
  const Verdict narrow = judge("a", "b", {{agreeing(8, 2, 0.7), -40}}, {});
  EXPECT_EQ(narrow.klass, Class::partial);
  EXPECT_THAT(narrow.sentence, HasSubstr("a few rows or layers"));
  EXPECT_EQ(narrow.breadth.layers, 2U);
  const Verdict broad = judge("a", "b", {{agreeing(8, 8, 0.7), -200}}, {});
  EXPECT_EQ(broad.klass, Class::shared_weights);
  EXPECT_THAT(broad.sentence, HasSubstr("Breadth: 8 of 8 layers"));
}

Finding tossedRows(const char* rows, std::optional<double> if_paired, std::optional<double> alone) {
  Finding finding;
  finding.units = 500;
  finding.power = Power{};
  finding.power->rows = rows;
  finding.power->paired_by = "mlp.gate";
  finding.power->if_paired = if_paired;
  finding.power->alone = alone;
  finding.power->rotated = true;
  return finding;
}

TEST(Copies, ReadWholeAreSeenInAnyOrderAndRotation) {
  Copies copies;
  copies.add(tossedRows("mlp.up", 0.03, 0.3));
  const std::string text = copies.text({});
  EXPECT_THAT(text, HasSubstr("in order from 0.03 (mlp.up, 500 coins)"));
  EXPECT_THAT(text, HasSubstr("shuffled from 0.03"));
  EXPECT_THAT(text, HasSubstr("rotated besides from 0.5"));
  EXPECT_THAT(text, HasSubstr("not seen would be a copy with all signs"));
  EXPECT_THAT(text, Not(HasSubstr("--max-bytes")));
}

TEST(Copies, ReadInPartAreNotSeenWhereTheyWereShuffled) {
  Copies copies;
  Finding part = tossedRows("mlp.up", 0.03, {});
  part.power->whole = false;
  copies.add(part);
  const std::string text = copies.text({64'000'000, 256'000'000, 15'300'000'000});
  EXPECT_THAT(text, HasSubstr("in order from 0.03"));
  EXPECT_THAT(text, HasSubstr("not seen would be a copy with units and heads shuffled"));
  EXPECT_THAT(text, HasSubstr("tests read 64.0 MB of each model"));
}

TEST(Copies, ThatAreNotSeenAreNamedWithTheBytesThatWouldShowThem) {
  Copies copies;
  Finding part = tossedRows("mlp.up", 0.03, {});
  part.power->whole = false;
  copies.add(part);
  const std::string text = copies.text({64'000'000, 256'400'000, 15'300'000'000});
  EXPECT_THAT(text, HasSubstr("units and heads shuffled (--max-bytes 257MB would show it)"));
  EXPECT_THAT(text, HasSubstr("rotated besides (--max-bytes 257MB would show it)"));
  EXPECT_THAT(text, HasSubstr("redrawn (--max-bytes 16GB would show it)"));
  const std::string never = copies.text({64'000'000, 256'400'000, 0});
  EXPECT_THAT(never, HasSubstr("redrawn (no number of bytes would show it)"));
}

TEST(Copies, AreToldInPlainSentences) {
  Copies copies;
  copies.add(tossedRows("mlp.up", 0.03, 0.03));
  EXPECT_THAT(copies.plain({}),
              HasSubstr("Seen, 99 times in 100, would be a copy of the whole whose rows"));
  EXPECT_THAT(
      copies.plain({}),
      HasSubstr("by at least 0.03 in its order or with neurons and heads shuffled, 0.5 with "
                "its inner coordinates rotated besides; not always one of a few"));
  for (const char* jargon : {"coin", "mlp.up", "residual", "gauge"}) {
    EXPECT_THAT(copies.plain({}), Not(HasSubstr(jargon)));
  }
  EXPECT_THAT(copies.plain({1, 2'000'000, 3'000'000}),
              HasSubstr("Not seen would be a copy: one with every layer disguised besides "
                        "(--max-bytes 3MB would show it)."));
  EXPECT_EQ(Copies().plain({}), "");
}

TEST(Copies, AreNotSeenByRowsThatWouldHaveToBeEqual) {
  Copies none;
  EXPECT_EQ(none.text({1, 1, 1}), "") << "no test stated its power";
  none.add(tossedRows("mlp.up", 1, {}));
  EXPECT_THAT(none.text({}), HasSubstr("not seen would be a copy in order"));
  EXPECT_THAT(none.text({}), Not(HasSubstr("are seen")));
  Copies nearly;
  nearly.add(tossedRows("mlp.up", 0.995, {}));
  EXPECT_THAT(nearly.text({}), HasSubstr("in order from 0.9950 "));
}

TEST(Copies, OfAdaptersAreNoneOfTheirModels) {
  Finding adapter = tossedRows("a", 0.03, {});
  adapter.gauge = Gauge::adapter_rank;
  Copies copies;
  copies.add(adapter);
  EXPECT_EQ(copies.text({}), "");
}

TEST(Copies, AreSeenByRowsAloneWhereTheseSeeMore) {
  Copies copies;
  copies.add(tossedRows("mlp.up", 0.4, 0.2));
  EXPECT_THAT(copies.text({}), HasSubstr("in order from 0.2 "));
  Copies paired;
  paired.add(tossedRows("mlp.up", 0.2, 0.4));
  EXPECT_THAT(paired.text({}), HasSubstr("in order from 0.2 "));
  Copies strong;
  strong.add(tossedRows("mlp.up", 0.7, {}));
  EXPECT_THAT(strong.text({}), HasSubstr("rotated besides from 0.7 ")) << "no less than in order";
}

TEST(Copies, NameBytesRoundedUpToWhatTheOptionTakes) {
  Copies copies;
  copies.add(tossedRows("mlp.up", 1, {}));
  const auto needed = [&](std::uint64_t bytes) { return copies.text({1'000'000, bytes, 0}); };
  EXPECT_THAT(needed(2'000'000), HasSubstr("--max-bytes 2MB "));
  EXPECT_THAT(needed(2'000'001), HasSubstr("--max-bytes 3MB "));
  EXPECT_THAT(needed(9'999'000'000), HasSubstr("--max-bytes 9999MB "));
  EXPECT_THAT(needed(10'000'000'000), HasSubstr("--max-bytes 10GB "));
  EXPECT_THAT(needed(10'000'000'001), HasSubstr("--max-bytes 11GB "));
  EXPECT_THAT(needed(1'000'000), HasSubstr("(no number of bytes would show it)"));
  EXPECT_THAT(copies.text({0, 5, 5}), Not(HasSubstr("bytes")));
}

TEST(Copies, AreToldByTheTestThatSeesTheWeakestOfEachKind) {
  Copies copies;
  Finding part = tossedRows("mlp.up", 0.03, {});
  part.power->whole = false;
  copies.add(part);
  Finding band = tossedRows("mlp.down", {}, 0.8);
  band.power->rotated = false;
  copies.add(band);
  Finding maps = tossedRows("maps of the stream", {}, 0.4);
  maps.power->rotated = false;
  maps.power->redrawn = true;
  copies.add(maps);
  const std::string text = copies.text({});
  EXPECT_THAT(text, HasSubstr("in order from 0.03 (mlp.up"));
  EXPECT_THAT(text, HasSubstr("shuffled from 0.4 (maps of the stream"));
  EXPECT_THAT(text, HasSubstr("redrawn from 0.4"));
  EXPECT_THAT(text, HasSubstr("not seen would be a copy with the residual stream rotated"));
}

}  // namespace
}  // namespace kindred::evidence
