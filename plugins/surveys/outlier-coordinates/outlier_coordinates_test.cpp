#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <armadillo>
#include <cmath>

#include "support/surveyed.hpp"

namespace kindred::outlier_coordinates_test {
namespace {

using support::MemoryModel;
using support::numbers;
using support::Surveyed;
using support::surveyError;
using testing::HasSubstr;

MemoryModel norm(const std::string& key, std::vector<float> values) {
  MemoryModel made(key);
  const std::uint64_t length = values.size();
  made.add("layers.2.norm", 2, {length}, std::move(values), "norm.attention");
  return made;
}

const conformance::Settings kEight = {{"coordinates", std::int64_t{8}}};

TEST(OutlierCoordinates, KeepTheSdksPromises) {
  EXPECT_EQ(support::complaints("outlier-coordinates"), "");
}

TEST(OutlierCoordinates, AgreeWithAReference) {
  const auto x = numbers(200, 1, 1, 0.1);
  auto y = numbers(200, 2, 1, 0.1);
  for (std::size_t i = 0; i < 200; i += 2) y[i] = x[i];
  const MemoryModel a = norm("a", x), b = norm("b", y);
  const Surveyed done("outlier-coordinates", {&a, &b}, kEight);
  const auto top = [](const std::vector<float>& values) {
    const arma::vec v = arma::conv_to<arma::vec>::from(values);
    const arma::uvec order = arma::sort_index(arma::abs(v - arma::median(v)), "descend");
    return arma::uvec(arma::sort(order.head(8)));
  };
  const arma::uvec common = arma::intersect(top(x), top(y));
  double same = 0;
  for (const arma::uword c : common) same += x[c] == y[c];
  ASSERT_GT(common.n_elem, 0u);
  const double k = static_cast<double>(common.n_elem);
  EXPECT_EQ(done.value("outlier-coordinates"), k);
  EXPECT_NEAR(done.value("overlap"), k / 8, 1e-12);
  EXPECT_NEAR(done.value("expected"), 8.0 / 200, 1e-12);
  EXPECT_NEAR(done.value("same_value"), same / k, 1e-12);
  const auto choose = [](double n, double r) {
    return std::exp(std::lgamma(n + 1) - std::lgamma(r + 1) - std::lgamma(n - r + 1));
  };
  double tail = 0;
  for (double c = k; c <= 8; ++c) tail += choose(8, c) * choose(192, 8 - c) / choose(200, 8);
  EXPECT_NEAR(done.value("log10_p"), std::log10(tail), 1e-9);
}

TEST(OutlierCoordinates, OfACopyAreAllTheSame) {
  const MemoryModel a = norm("a", numbers(4096, 3, 1, 0.1));
  const Surveyed done("outlier-coordinates", {&a, &a});
  EXPECT_EQ(done.value("overlap"), 1);
  EXPECT_EQ(done.value("same_value"), 1);
  EXPECT_LT(done.value("log10_p"), -70);
}

TEST(OutlierCoordinates, OfScaledCopiesAreInTheSamePlacesWithOtherValues) {
  const auto x = numbers(512, 4, 1, 0.1);
  auto y = x;
  for (float& v : y) v *= 1.5f;
  const MemoryModel a = norm("a", x), b = norm("b", y);
  const Surveyed done("outlier-coordinates", {&a, &b}, kEight);
  EXPECT_EQ(done.value("overlap"), 1);
  EXPECT_EQ(done.value("same_value"), 0);
}

TEST(OutlierCoordinates, OfStrangersMeetAsOftenAsChanceHasIt) {
  double overlap = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const MemoryModel a = norm("a", numbers(512, 2 * seed, 1, 0.1));
    const MemoryModel b = norm("b", numbers(512, 2 * seed + 1, 1, 0.1));
    overlap += Surveyed("outlier-coordinates", {&a, &b}).value("overlap") / 40;
  }
  EXPECT_NEAR(overlap, 32.0 / 512, 0.03);
}

TEST(OutlierCoordinates, NeedVectorsOfOneLength) {
  const MemoryModel a = norm("a", numbers(64, 1)), b = norm("b", numbers(32, 2));
  EXPECT_THAT(surveyError("outlier-coordinates", {&a, &b}), HasSubstr("same length"));
}

}  // namespace
}  // namespace kindred::outlier_coordinates_test
