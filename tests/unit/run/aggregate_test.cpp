#include "run/aggregate.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace kindred::run {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(Aggregate, KnowsTheUsualOnes) {
  const std::vector<double> values{4, 1, 3, 2};
  EXPECT_EQ(aggregate(values, "mean"), 2.5);
  EXPECT_EQ(aggregate(values, "min"), 1);
  EXPECT_EQ(aggregate(values, "max"), 4);
  EXPECT_EQ(aggregate(values, "median"), 2.5);
  EXPECT_EQ(aggregate(values, "count"), 4);
  EXPECT_NEAR(aggregate(values, "sd"), std::sqrt(1.25), 1e-15);
  EXPECT_NEAR(aggregate(values, "p25"), 1.75, 1e-15);
}

TEST(Aggregate, LeavesUndefinedValuesOut) {
  const std::vector<double> values{kNaN, 2, kNaN, 4};
  EXPECT_EQ(aggregate(values, "mean"), 3);
  EXPECT_EQ(aggregate(values, "count"), 2);
  EXPECT_TRUE(std::isnan(aggregate(std::vector<double>{kNaN}, "mean")));
  EXPECT_EQ(aggregate(std::vector<double>{kNaN}, "count"), 0);
}

TEST(Aggregate, OfAConstantHasNoDeviationWhateverItsSize) {
  EXPECT_EQ(aggregate(std::vector<double>(1000, 1e9 + 0.1), "sd"), 0);
}

TEST(Expectation, IsUnmetWhereThereIsNothingToTakeItFrom) {
  recipe::Expectation expectation;
  expectation.address = {"missing", "cosine", "", "mean"};
  expectation.most = 1;
  const ExpectationResult result = judge(expectation, {});
  EXPECT_FALSE(result.met);
  EXPECT_EQ(result.wanted, "at most 1");
}

TEST(Expectation, TakesTheMetricsFirstFigureWhereNoneIsNamed) {
  Results results;
  for (const auto& [figure, value] : {std::pair{"mad", 1.0}, std::pair{"rms", 5.0}}) {
    Observation o;
    o.step = "s";
    o.metric = "m";
    o.figure = figure;
    o.value = value;
    results.observations.push_back(o);
  }
  EXPECT_EQ(valuesOf(results, {"s", "m", "", ""}), std::vector<double>{1.0});
  EXPECT_EQ(valuesOf(results, {"s", "m", "rms", ""}), std::vector<double>{5.0});
}

}  // namespace
}  // namespace kindred::run
