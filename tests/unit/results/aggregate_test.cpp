#include "results/aggregate.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "results/summary.hpp"

namespace kindred::results {
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

TEST(Summary, NamesTheTensorsOfTheExtremes) {
  std::vector<Observation> observations;
  for (const auto& [tensor, value] : {std::pair{"none", kNaN},
                                      {"middle", 2.0},
                                      {"least", 1.0},
                                      {"most", 3.0},
                                      {"most, too", 3.0}}) {
    Observation& o = observations.emplace_back();
    o.step = "s", o.metric = o.figure = "cosine", o.tensor_a = tensor, o.value = value;
  }
  const Summary summary = summarise(observations).at(0);
  EXPECT_EQ(summary.min_of, "least");
  EXPECT_EQ(summary.max_of, "most");
  observations.resize(1);
  EXPECT_EQ(summarise(observations).at(0).min_of, "") << "nothing is defined";
}

}  // namespace
}  // namespace kindred::results
