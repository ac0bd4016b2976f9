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
