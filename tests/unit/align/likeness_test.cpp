// How alike rows are, beside how often their signs agree.
#include <cmath>

#include <gtest/gtest.h>

#include <kindred/analysis/align/likeness.hpp>
#include <kindred/random.hpp>

#include "support/alignment/comparison.hpp"
#include "support/alignment/toy_model.hpp"

namespace {

using namespace kindred;
using test::compare;
using test::Comparison;
using test::ToyModel;
using test::ToyShape;

void turnRow(Matrix& matrix, std::uint64_t row) {
  for (std::uint64_t c = 0; c < matrix.columns; ++c) {
    float& x = matrix.values[row * matrix.columns + c];
    x = -x;
  }
}

void redrawUps(ToyModel& model, std::uint64_t seed) {
  Random random(seed);
  for (const Place& place : model.mlps()) {
    Matrix& up = model.at(role::kUp, place);
    for (std::uint64_t row = 0; row < up.rows; ++row) {
      if (random() % 2 == 0) turnRow(up, row);
    }
  }
}

// Turns B's up rows so that every one agrees in sign with the row of A that it is paired with.
void fit(ToyModel& b, const ToyModel& a) {
  const Comparison c = compare({"sign-test"}, a, b);
  const bool a_first = c.reference->weights().model() == a.model();
  const Alignment& alignment =
      c.alignment->blindTo({Gauge::mlp_unit, GaugeUse::Of::signs, "mlp.up", 0});
  for (const MlpMatch& match : alignment.mlps) {
    const Matrix of_a = a.matrix(role::kUp, a_first ? match.a : match.b);
    Matrix& of_b = b.at(role::kUp, a_first ? match.b : match.a);
    for (std::size_t j = 0; j < match.units.size(); ++j) {
      const auto i = static_cast<std::size_t>(match.units[j]);
      const std::size_t row_a = a_first ? i : j, row_b = a_first ? j : i;
      double sum = 0;
      for (std::uint64_t k = 0; k < of_a.columns; ++k) {
        sum +=
            double{of_a.values[row_a * of_a.columns + k]} * of_b.values[row_b * of_a.columns + k];
      }
      if (sum < 0) turnRow(of_b, row_b);
    }
  }
}

double agreement(const Finding& finding) {
  return finding.likeness->agreement->mean + 4 * finding.likeness->agreement->error;
}

TEST(Likeness, OfStrangersIsThatOfRandomRows) {
  const Comparison c = compare({"sign-test"}, ToyModel("a", 1), ToyModel("b", 2));
  const Likeness& ups = *c.find("mlp-unit")->likeness;
  EXPECT_NEAR(ups.chance, 0.8, 0.1);
  EXPECT_NEAR(ups.matched, ups.chance, 0.2);
  const Likeness& values = *c.find("value-dim")->likeness;  // a search for large cosines finds some
  EXPECT_GT(values.chance, 1.2);
  EXPECT_NEAR(values.matched / values.chance, 1, 0.15);
}

TEST(Likeness, OfACopyIsFarAboveChance) {
  const ToyModel a("a", 1);
  const ToyModel b = a.as("b").trained(0.5, 3).permuted(4);
  const Comparison c = compare({"sign-test"}, a, b);
  for (const char* gauge : {"mlp-unit", "value-dim", "rotary-pair", "residual-dim"}) {
    const Finding& finding = *c.find(gauge);
    EXPECT_GT(finding.likeness->matched, 2.5 * finding.likeness->chance) << gauge;
    EXPECT_GT(agreement(finding), finding.likeness->agreement->least) << gauge;
  }
}

TEST(Likeness, OfSignsThatWereChosenToFitIsTooSmallForHowOftenTheyAgree) {
  const ToyModel a("a", 1);
  ToyModel b("b", 2);
  fit(b, a);
  const Comparison c = compare({"sign-test"}, a, b);
  const Finding& ups = *c.find("mlp-unit");
  EXPECT_LT(ups.log10_p, -40);
  EXPECT_LT(agreement(ups), ups.likeness->agreement->least);
  EXPECT_LT(ups.likeness->matched, 1.3 * ups.likeness->chance);
}

TEST(Likeness, AFewEqualRowsDoNotSpeakForSignsThatWereChosen) {
  const ToyModel a("a", 1);
  ToyModel b("b", 2);
  for (const Place& place : b.mlps()) {  // five of a hundred
    for (const std::string_view role : {role::kGate, role::kUp}) {
      Matrix& of_b = b.at(role, place);
      const Matrix of_a = a.matrix(role, place);
      std::copy_n(of_a.values.begin(), 5 * of_a.columns, of_b.values.begin());
    }
  }
  fit(b, a);
  const Finding ups = *compare({"sign-test"}, a, b).find("mlp-unit");
  EXPECT_LT(agreement(ups), ups.likeness->agreement->least);
}

TEST(Likeness, OfWeakKinIsWhatTheirSignsAskFor) {
  for (const double noise : {1.0, 2.0, 3.0, 4.0}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      ToyShape shape;
      shape.units = 400;
      const ToyModel a("a", seed, shape);
      const ToyModel b = a.as("b").trained(noise, seed + 10);
      const Finding ups = *compare({"sign-test"}, a, b).find("mlp-unit");
      EXPECT_GE(agreement(ups), ups.likeness->agreement->least) << noise << ", seed " << seed;
    }
  }
}

TEST(Likeness, StaysWhereSignsWereDrawnAnew) {
  const ToyModel a("a", 1);
  ToyModel b = a.as("b").permuted(4);
  redrawUps(b, 5);
  const Finding ups = *compare({"sign-test"}, a, b).find("mlp-unit");
  EXPECT_GT(ups.log10_p, -4);
  EXPECT_GT(ups.likeness->matched, 5 * ups.likeness->chance);
}

TEST(Likeness, OfUnitsThatAreMatchedByOrderIsHeldAgainstTheNextBestRow) {
  const ToyModel a("a", 1);
  const Comparison kin = compare({"unit-matching"}, a, a.as("b").trained(0.3, 3));
  const Comparison strangers = compare({"unit-matching"}, a, ToyModel("b", 2));
  EXPECT_GT(kin.find("mlp-unit")->likeness->matched, 2 * kin.find("mlp-unit")->likeness->chance);
  EXPECT_LT(strangers.find("mlp-unit")->likeness->matched,
            1.5 * strangers.find("mlp-unit")->likeness->chance);
}

TEST(Likeness, CopiedUpsInAModelWhoseRestIsAnothersPairThemselves) {
  for (const bool shuffled : {false, true}) {
    const ToyModel a("a", 1);
    ToyModel copy = a.as("copy").trained(0.5, 3);
    if (shuffled) copy.permuted(6);
    ToyModel b("b", 2);
    for (const Place& place : b.mlps()) b.at(role::kUp, place) = copy.at(role::kUp, place);
    EXPECT_LT(compare({"sign-test"}, a, b).log10P("mlp-unit"), -60) << shuffled;
  }
}

TEST(Likeness, CopiedValuesAndCopiedKeysPairThemselves) {
  const ToyModel a("a", 1);
  for (const auto& [role, gauge] :
       {std::pair(role::kValue, "value-dim"), std::pair(role::kKey, "rotary-pair")}) {
    ToyModel b("b", 2);
    const ToyModel copy = a.as("copy").trained(0.3, 3).headsPermuted(5);
    for (std::int64_t l = 0; l < 3; ++l) {
      ToyModel other = copy;
      b.at(role, {l, -1, false}) = other.at(role, {l, -1, false});
    }
    EXPECT_LT(compare({"sign-test"}, a, b).log10P(gauge), -10) << gauge;
  }
}

TEST(Likeness, CountsRowsThatAreCopiesWhateverTheOthersAre) {
  Random random(3);
  align::Sizes sizes;
  sizes.width = 100;
  const auto ofStrangers = [&] { return 0.2 * (random.unit() - 0.5); };
  for (int i = 0; i < 500; ++i) sizes.others.push_back(ofStrangers());
  for (int i = 0; i < 180; ++i) sizes.matched.push_back(ofStrangers());
  for (int i = 0; i < 20; ++i) sizes.matched.push_back(i % 2 == 0 ? 0.95 : -0.95);
  EXPECT_EQ(align::likenessOf(sizes)->clear, 20u);
  sizes.turned.assign(100, 0.5);  // somebody may have turned strangers' rows as near
  EXPECT_EQ(align::likenessOf(sizes)->clear, 0u);
  sizes.matched.front() = 1;  // but never as near as this
  EXPECT_EQ(align::likenessOf(sizes)->clear, 1u);
}

}  // namespace
