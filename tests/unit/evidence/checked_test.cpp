// What plugins return is taken where it can be, and refused by their name where it can't.
#include "evidence/checked.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "support/refusal.hpp"

namespace kindred::evidence {
namespace {

using testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Finding sound() {
  Finding finding;
  finding.null = "signs are fair";
  finding.assumptions = "nothing else";
  finding.log10_p = -3;
  finding.log10_p_floor = -3;
  finding.detectable_rho = 0.1;
  finding.beyond_strangers = 0.2;
  finding.likeness = Likeness{40, 64, 1, 1};
  finding.likeness->agreement = Likeness::Agreement{1, 1, 1};
  finding.power = Power{};
  finding.power->if_paired = 0.1;
  finding.power->alone = 0.2;
  finding.details["mean"] = 1;
  finding.assignments = {3, 3};
  return finding;
}

using Change = std::function<void(Finding&)>;

std::string refusalOf(const Change& change, Basis basis = Basis::exact) {
  Finding finding = sound();
  change(finding);
  const Error error = support::refusalOf([&] { checked("theirs", basis, {finding}); });
  EXPECT_EQ(error.place(), "plugin 'theirs'");
  EXPECT_EQ(error.category(), Category::plugin);
  return error.message();
}

Finding taken(const Change& change, Basis basis = Basis::exact) {
  Finding finding = sound();
  change(finding);
  return checked("theirs", basis, {finding}).at(0);
}

TEST(CheckedFindings, HaveTheBasisAndTheNameThatTheHostGives) {
  const Finding finding = taken(
      [](Finding& f) {
        f.basis = Basis::exact;
        f.controls = Controls{};
      },
      Basis::unverified);
  EXPECT_EQ(finding.basis, Basis::unverified);
  EXPECT_FALSE(finding.controls);
  EXPECT_EQ(finding.test, "theirs");
  EXPECT_EQ(taken([](Finding& f) { f.test = "own"; }).test, "own");
}

TEST(CheckedFindings, HaveAPValueBetweenTheirFloorAndOne) {
  EXPECT_EQ(taken([](Finding& f) { f.log10_p = 0; }).log10_p, 0);
  EXPECT_EQ(taken([](Finding& f) { f.log10_p = f.log10_p_floor = 0; }).log10_p, 0);
  for (const double p : {1e-9, -3.001, kNan, -kInfinity, kInfinity}) {
    EXPECT_THAT(refusalOf([&](Finding& f) { f.log10_p = p; }), HasSubstr("between the floor and 0"))
        << p;
  }
  for (const double floor : {0.5, kNan, -kInfinity, -2.9}) {
    EXPECT_THAT(refusalOf([&](Finding& f) { f.log10_p_floor = floor; }), HasSubstr("floor"))
        << floor;
  }
  // Of sums that were rounded: a part in a thousand million below the floor, and no more.
  EXPECT_NO_THROW(taken([](Finding& f) { f.log10_p = -3 - 3e-9; }));
  refusalOf([](Finding& f) { f.log10_p = -3 - 5e-9; });
  refusalOf([](Finding& f) {
    f.log10_p_floor = 0;
    f.log10_p = -3e-9;
  });
}

TEST(CheckedFindings, HaveFiniteNumbersOrNone) {
  const Change wrong[] = {
      [](Finding& f) { f.statistic = kInfinity; },
      [](Finding& f) { f.details["mean"] = -kInfinity; },
      [](Finding& f) { f.detectable_rho = 0; },
      [](Finding& f) { f.detectable_rho = -0.1; },
      [](Finding& f) { f.detectable_rho = kNan; },
      [](Finding& f) { f.detectable_rho = kInfinity; },
      [](Finding& f) { f.beyond_strangers = kNan; },
      [](Finding& f) {
        f.assignments = {3, 4};
      },
      [](Finding& f) { f.likeness->matched = kNan; },
      [](Finding& f) { f.likeness->chance = kInfinity; },
      [](Finding& f) { f.likeness->agreement->mean = kNan; },
      [](Finding& f) { f.likeness->agreement->error = kNan; },
      [](Finding& f) { f.likeness->agreement->least = kNan; },
      [](Finding& f) { f.power->if_paired = kNan; },
      [](Finding& f) { f.power->alone = kInfinity; },
  };
  for (const Change& change : wrong) EXPECT_NE(refusalOf(change), "");
  const Change right[] = {
      [](Finding& f) { f.statistic = kNan; },
      [](Finding& f) { f.details["mean"] = kNan; },
      [](Finding& f) { f.detectable_rho.reset(); },
      [](Finding& f) { f.beyond_strangers.reset(); },
      [](Finding& f) { f.likeness.reset(); },
      [](Finding& f) { f.likeness->agreement.reset(); },
      [](Finding& f) { f.power.reset(); },
      [](Finding& f) { f.power->alone.reset(); },
      [](Finding& f) { f.beyond_strangers = -1; },
      [](Finding& f) { f.assignments = {3, 0}; },
  };
  for (const Change& change : right) EXPECT_NO_THROW(taken(change));
}

TEST(CheckedFindings, ThatDecideNameTheirNullAndWhatTheyAssume) {
  for (const Basis basis : {Basis::exact, Basis::unverified}) {
    EXPECT_THAT(refusalOf([](Finding& f) { f.null.clear(); }, basis), HasSubstr("names no null"));
    EXPECT_THAT(refusalOf([](Finding& f) { f.assumptions.clear(); }, basis),
                HasSubstr("what it assumes"));
  }
  for (const Basis basis : {Basis::describes, Basis::calibrated}) {
    EXPECT_NO_THROW(taken([](Finding& f) { f.assumptions = ""; }, basis));
    EXPECT_THAT(refusalOf([](Finding& f) { f.null.clear(); }, basis), HasSubstr("names no null"));
    EXPECT_NO_THROW(taken(
        [](Finding& f) {
          f.null = "";
          f.log10_p = 0;
        },
        basis));
  }
}

TEST(CheckedFigures, AreFiniteOrNotANumber) {
  const TensorInfo tensor{.model = "a", .name = "w\n"};
  EXPECT_EQ(checkedFigure("theirs", "mean", tensor, 2), 2);
  EXPECT_TRUE(std::isnan(checkedFigure("theirs", "mean", tensor, kNan)));
  for (const double infinite : {kInfinity, -kInfinity}) {
    const Error error =
        support::refusalOf([&] { checkedFigure("theirs", "mean", tensor, infinite); });
    EXPECT_THAT(error.message(), HasSubstr("the infinite figure 'mean' for 'w"));
    EXPECT_EQ(error.message().find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace kindred::evidence
