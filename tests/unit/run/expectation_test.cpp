#include "run/aggregate.hpp"

#include <gtest/gtest.h>

namespace kindred::run {
namespace {

TEST(Expectation, IsUnmetWhereThereIsNothingToTakeItFrom) {
  recipe::Expectation expectation;
  expectation.address = {"missing", "cosine", "", "mean"};
  expectation.most = 1;
  const results::ExpectationResult result = judge(expectation, {});
  EXPECT_FALSE(result.met);
  EXPECT_EQ(result.wanted, "at most 1");
}

TEST(Expectation, TakesTheMetricsFirstFigureWhereNoneIsNamed) {
  results::Results results;
  for (const auto& [figure, value] : {std::pair{"mad", 1.0}, std::pair{"rms", 5.0}}) {
    results::Observation o;
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
