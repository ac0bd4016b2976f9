#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <armadillo>
#include <cmath>

#include "support/surveyed.hpp"

namespace kindred::layer_curves_test {
namespace {

using support::MemoryModel;
using support::numbers;
using support::Surveyed;
using support::surveyError;
using testing::HasSubstr;

MemoryModel model(const std::string& key, std::uint64_t seed, std::int64_t layers) {
  MemoryModel made(key);
  for (std::int64_t layer = 0; layer < layers; ++layer) {
    const auto s = seed + static_cast<std::uint64_t>(layer);
    made.add("layers." + std::to_string(layer) + ".w", layer, {6, 20},
             numbers(120, s, 0.2, 0.5 + 0.1 * static_cast<double>(layer)));
  }
  return made;
}

arma::vec curveOf(const MemoryModel& from, const std::string& of) {
  arma::vec curve(from.tensors().size());
  for (arma::uword layer = 0; layer < curve.n_elem; ++layer) {
    const arma::vec v = arma::conv_to<arma::vec>::from(from.read(layer).values);
    curve[layer] = of == "mean"   ? arma::mean(v)
                   : of == "norm" ? arma::norm(v)
                   : of == "cv"   ? arma::stddev(v, 1) / std::abs(arma::mean(v))
                                  : arma::stddev(v, 1);
  }
  return curve;
}

double correlation(const arma::vec& x, const arma::vec& y) {
  return arma::as_scalar(arma::cor(x, y));
}

TEST(LayerCurves, KeepTheSdksPromises) { EXPECT_EQ(support::complaints("layer-curves"), ""); }

TEST(LayerCurves, OfDifferentDepthsAgreeWithAReference) {
  const MemoryModel a = model("a", 1, 46), b = model("b", 1000, 48);
  for (const char* of : {"sd", "mean", "norm", "cv"}) {
    const Surveyed done("layer-curves", {&a, &b}, {{"of", std::string(of)}});
    arma::vec x;
    arma::interp1(arma::linspace(0, 1, 46), curveOf(a, of), arma::linspace(0, 1, 48), x);
    const arma::vec y = curveOf(b, of);
    ASSERT_TRUE(x.is_finite());
    EXPECT_NEAR(done.value("pearson"), correlation(x, y), 1e-9) << of;
    EXPECT_NEAR(done.value("layer-curves"), correlation(arma::diff(x), arma::diff(y)), 1e-9) << of;
    EXPECT_NEAR(done.value("rmse"), arma::norm(x - y) / std::sqrt(48.0), 1e-9) << of;
    const auto ranks = [](const arma::vec& v) {
      return arma::conv_to<arma::vec>::from(arma::uvec(arma::sort_index(arma::sort_index(v))));
    };
    EXPECT_NEAR(done.value("spearman"), correlation(ranks(x), ranks(y)), 1e-9) << of;
    EXPECT_EQ(done.report.tables.front().rows.size(), 48u);
  }
}

TEST(LayerCurves, OfAModelWithItselfAreTheSame) {
  const MemoryModel a = model("a", 1, 12);
  const Surveyed done("layer-curves", {&a, &a});
  EXPECT_NEAR(done.value("pearson"), 1, 1e-12);
  EXPECT_EQ(done.value("rmse"), 0);
}

TEST(LayerCurves, OfStrangersAgreeOverDepthButNotStepByStep) {
  const MemoryModel a = model("a", 1, 46), b = model("b", 1000, 46);
  const Surveyed done("layer-curves", {&a, &b});
  EXPECT_GT(done.value("pearson"), 0.9);
  EXPECT_LT(std::abs(done.value("layer-curves")), 0.6);
}

TEST(LayerCurves, NeedLayers) {
  const MemoryModel a = model("a", 1, 2), b = model("b", 9, 2);
  EXPECT_THAT(surveyError("layer-curves", {&a, &b}), HasSubstr("three layers"));
}

}  // namespace
}  // namespace kindred::layer_curves_test
