// What corresponds to what in related models, with the aligner, from the outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support/alignment/comparison.hpp"
#include "support/alignment/toy_model.hpp"
#include "support/loaded_plugin.hpp"

namespace {

using namespace kindred;
using test::ToyModel;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::vector<TextTable> described(const ModelWeights& a, const ModelWeights& b) {
  const auto aligner = test::aligner();
  const auto of_a = aligner->profile(a), of_b = aligner->profile(b);
  const auto alignment = aligner->align(*of_a, *of_b);
  const GaugeUse use{Gauge::none, GaugeUse::Of::signs, "", 0};
  return test::matrixTest("characterise")
      ->describe({*of_a, *of_b, alignment->blindTo(use), use, 7});
}

TEST(Characterise, KeepsWhatItsPluginPromises) {
  EXPECT_EQ(support::complaints("characterise"), "");
}

TEST(Characterise, DecidesNothing) {
  const ToyModel a("a", 1);
  EXPECT_TRUE(test::compare({"characterise"}, a, a.as("b")).outcome.findings.empty());
}

TEST(Characterise, SaysThatACopyIsInOrderAndEqual) {
  const ToyModel a("a", 1);
  EXPECT_THAT(
      described(a, a.as("b")).at(0).note,
      AllOf(HasSubstr("layers 0-2 of b correspond to 0-2 of a"), HasSubstr("units in order"),
            HasSubstr("heads in order"), HasSubstr("corresponding matrices equal")));
}

TEST(Characterise, SaysWhatWasShuffledTurnedAndDropped) {
  const ToyModel a("a", 1);
  EXPECT_THAT(described(a, a.as("b").permuted(3)).at(0).note, HasSubstr("units permuted"));
  EXPECT_THAT(described(a, a.as("b").rotated(4)).at(0).note, HasSubstr("residual stream rotated"));
  EXPECT_THAT(described(a, a.as("b").relayered({0, 2})).at(0).note,
              HasSubstr("layers 0 and 1 of b correspond to 0 and 2 of a"));
}

TEST(Characterise, SaysHowManyUnitsOfExpertsAreTheDenseOnes) {
  const ToyModel a("a", 1);
  ToyModel b = a.as("b").upcycled(4);
  EXPECT_THAT(described(a, b).at(0).note,
              HasSubstr("experts up-cycled: several correspond to one MLP, in all of their units"));
  for (const Place& place : b.mlps()) {
    Matrix& gate = b.at(role::kGate, place);
    for (std::uint64_t row = 0; row < gate.rows; row += 2) {
      // A cyclic shift of a random row is as good as a fresh one.
      const auto first = gate.values.begin() + static_cast<std::ptrdiff_t>(row * gate.columns);
      std::rotate(first, first + 1, first + static_cast<std::ptrdiff_t>(gate.columns));
    }
  }
  EXPECT_THAT(described(a, b).at(0).note,
              testing::ContainsRegex("in (4[5-9]|5[0-5])( to (4[5-9]|5[0-5]))? % of their units"));
}

TEST(Characterise, FindsNoCounterpartsInAStranger) {
  const std::string note = described(ToyModel("a", 1), ToyModel("b", 2)).at(0).note;
  EXPECT_THAT(note, HasSubstr("no MLP of b has a counterpart in a"));
}

// Whose first rows may be other units of a shuffled copy.
class ReadInPart final : public ToyModel {
 public:
  using ToyModel::ToyModel;
  bool whole(std::string_view, const Place&) const override { return false; }
};

TEST(Characterise, DeniesNoCounterpartsOfMlpsThatWereReadInPart) {
  const std::string note = described(ReadInPart("a", 1), ReadInPart("b", 2)).at(0).note;
  EXPECT_THAT(note, Not(HasSubstr("no MLP of b")));
  EXPECT_THAT(note, HasSubstr("rows of other units"));
}

}  // namespace
