#include "plan/pairing.hpp"

#include <gmock/gmock.h>

#include <kindred/error.hpp>

#include "support.hpp"

namespace kindred::plan::testing {
namespace {

using recipe::Meeting;
using recipe::Pairing;
using recipe::Sample;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// Two models whose selections meet.
class Meet {
 public:
  Meet(const MemoryModel& a, const MemoryModel& b, std::vector<std::string> patterns = {})
      : a_(a), b_(b), of_a_(a.selected(patterns)), of_b_(b.selected(patterns)) {}

  Pairs pairs(const Meeting& rule, const Sample& sample = {}) const {
    return pair(rule, sample, a_.model(), of_a_, b_.model(), of_b_);
  }
  // "x~y", by the tensors' names.
  std::vector<std::string> names(const Meeting& rule, const Sample& sample = {}) const {
    std::vector<std::string> names;
    for (const PairIndex& pair : pairs(rule, sample).pairs) {
      names.push_back(of_a_[pair.a].view.info.name + "~" + of_b_[pair.b].view.info.name);
    }
    return names;
  }
  // "a:x b:y reason", one side where the other is empty.
  std::vector<std::string> leftOut(const Meeting& rule, const Sample& sample = {}) const {
    std::vector<std::string> lines;
    for (const LeftOut& left : pairs(rule, sample).left_out) {
      std::string line;
      if (!left.model_a.empty()) line += left.model_a + ":" + left.tensor_a + " ";
      if (!left.model_b.empty()) line += left.model_b + ":" + left.tensor_b + " ";
      lines.push_back(line + left.reason);
    }
    return lines;
  }

 private:
  const MemoryModel& a_;
  const MemoryModel& b_;
  std::vector<Selected> of_a_, of_b_;
};

const MemoryModel& first() {
  static const MemoryModel model(
      "a", tensors({{"l.0.up", {4, 3}}, {"l.1.up", {4, 3}}, {"l.2.up", {4, 3}}, {"own", {2}}}));
  return model;
}
const MemoryModel& second() {
  static const MemoryModel model(
      "b", tensors({{"l.0.up", {4, 3}}, {"l.1.up", {5, 3}}, {"l.2.up", {4, 3}}, {"other", {2}}}));
  return model;
}

Meeting by(Pairing pairing) { return {.by = pairing}; }
Sample head(std::uint64_t count) { return {Sample::Kind::head, count, 0, 0}; }

TEST(PairingBySameName, PairsWhatBothHaveAndListsTheRestWithReasons) {
  const Meet meet(first(), second());
  EXPECT_THAT(meet.names(by(Pairing::same_name)), ElementsAre("l.0.up~l.0.up", "l.2.up~l.2.up"));
  EXPECT_THAT(meet.leftOut(by(Pairing::same_name)),
              UnorderedElementsAre("a:l.1.up b:l.1.up shapes differ: [4, 3] and [5, 3]",
                                   "a:own no counterpart in b", "b:other no counterpart in a"));
}

TEST(PairingBySameName, OfAHeadMeetsRowsOfMatricesOfDifferentHeight) {
  const Meet meet(first(), second(), {"l.1.up"});
  EXPECT_THAT(meet.names(by(Pairing::same_name), head(12)), ElementsAre("l.1.up~l.1.up"));
  EXPECT_THAT(meet.names(by(Pairing::same_name), head(13)), IsEmpty())
      << "the shorter has 12 elements";
}

TEST(PairingBySameName, OfAHeadDoesNotMeetRowsOfDifferentLength) {
  const MemoryModel a("a", tensors({{"x", {4, 3}}})), b("b", tensors({{"x", {4, 5}}}));
  EXPECT_THAT(Meet(a, b).names(by(Pairing::same_name), head(3)), IsEmpty());
}

TEST(PairingBySameName, LeavesComplexNumbersOut) {
  const std::vector<support::TestTensor> complex{support::randomTensor("x", DType::C64, {4}, 1)};
  const MemoryModel a("a", complex), b("b", complex);
  EXPECT_THAT(Meet(a, b).leftOut(by(Pairing::same_name)),
              ElementsAre("a:x b:x complex numbers are not compared"));
}

TEST(PairingWithin, MeetsEveryTwoLayersOnce) {
  const Meet meet(first(), first(), {"l.{layer}.up"});
  EXPECT_THAT(meet.names(by(Pairing::within)),
              ElementsAre("l.0.up~l.1.up", "l.0.up~l.2.up", "l.1.up~l.2.up"));
}

TEST(PairingOfAllLayers, MeetsEachOfOneWithEachOfTheOther) {
  const Meet meet(first(), second(), {"l.{layer}.up"});
  EXPECT_EQ(meet.names(by(Pairing::all_layers)).size(), 6u);
  EXPECT_EQ(meet.leftOut(by(Pairing::all_layers)).size(), 3u) << "the taller one, with three";
}

TEST(PairingOfAllLayers, KeepsExpertsAndPatternsApart) {
  const MemoryModel model("a", tensors({{"l.0.e.0.up", {2, 2}},
                                        {"l.1.e.0.up", {2, 2}},
                                        {"l.0.e.1.up", {2, 2}},
                                        {"l.0.down", {2, 2}}}));
  const Meet meet(model, model, {"l.{layer}.e.{expert}.up", "l.{layer}.down"});
  EXPECT_THAT(meet.names(by(Pairing::all_layers)),
              UnorderedElementsAre("l.0.e.0.up~l.0.e.0.up", "l.0.e.0.up~l.1.e.0.up",
                                   "l.1.e.0.up~l.0.e.0.up", "l.1.e.0.up~l.1.e.0.up",
                                   "l.0.e.1.up~l.0.e.1.up", "l.0.down~l.0.down"));
}

TEST(PairingAgainstLayers, MeetsTheseLayersOfTheSecondAlone) {
  const Meet meet(first(), second(), {"l.{layer}.up"});
  EXPECT_THAT(meet.names({.by = Pairing::against_layers, .layers = {2}}),
              ElementsAre("l.0.up~l.2.up", "l.1.up~l.2.up", "l.2.up~l.2.up"));
}

TEST(PairingByMap, MeetsTensorsByTheNamesGiven) {
  const Meeting map{.by = Pairing::map, .map = {{"own", "other"}}, .map_places = {{}}};
  const Meet meet(first(), second());
  EXPECT_THAT(meet.names(map), ElementsAre("own~other"));
  EXPECT_THAT(meet.leftOut(map), IsEmpty()) << "what a map does not name was not asked for";
}

TEST(PairingByMap, OfANameThatIsNotSelectedSaysWhereAndWhatWasMeant) {
  const Meeting map{
      .by = Pairing::map, .map = {{"own", "othr"}}, .map_places = {{"recipe.yaml", 7, 9}}};
  try {
    Meet(first(), second()).pairs(map);
    FAIL() << "nothing thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.place(), "recipe.yaml:7:9");
    EXPECT_THAT(error.message(), HasSubstr("'othr'"));
    EXPECT_EQ(error.remedy(), "did you mean 'other'?");
  }
}

TEST(PairingByContent, IsLeftToTheMetric) {
  const Meet meet(first(), second());
  EXPECT_THAT(meet.names(by(Pairing::content)), IsEmpty());
  EXPECT_THAT(meet.leftOut(by(Pairing::content)), IsEmpty());
}

}  // namespace
}  // namespace kindred::plan::testing
