#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <armadillo>
#include <cmath>

#include "support/surveyed.hpp"

namespace kindred::cka_test {
namespace {

using support::MemoryModel;
using support::numbers;
using support::Surveyed;
using support::surveyError;
using testing::HasSubstr;

MemoryModel model(const std::string& key, std::uint64_t seed, std::int64_t layers,
                  std::uint64_t rows, std::uint64_t columns) {
  MemoryModel made(key);
  for (std::int64_t layer = 0; layer < layers; ++layer) {
    made.add("layers." + std::to_string(layer) + ".k", layer, {rows, columns},
             numbers(rows * columns, seed + static_cast<std::uint64_t>(layer)));
  }
  return made;
}

// Rows are examples.
arma::mat examplesOf(const MemoryModel& from, std::size_t tensor, bool columns) {
  const Matrix m = from.read(tensor);
  const arma::mat as_columns =
      arma::conv_to<arma::mat>::from(arma::fmat(m.values.data(), m.columns, m.rows));
  return columns ? as_columns : arma::mat(as_columns.t());
}

// The unbiased HSIC as Song et al. (2012) write it, with whole matrices.
double hsic(const arma::mat& x, const arma::mat& y) {
  const auto n = static_cast<double>(x.n_rows);
  arma::mat k = x * x.t(), l = y * y.t();
  k.diag().zeros();
  l.diag().zeros();
  return (arma::trace(k * l) + arma::accu(k) * arma::accu(l) / ((n - 1) * (n - 2)) -
          2 / (n - 2) * arma::accu(k * l)) /
         (n * (n - 3));
}

double cka(const arma::mat& x, const arma::mat& y) {
  return hsic(x, y) / std::sqrt(hsic(x, x) * hsic(y, y));
}

TEST(Cka, KeepsTheSdksPromises) { EXPECT_EQ(support::complaints("cka"), ""); }

TEST(Cka, AgreesWithTheUnbiasedEstimatorOfEachPairOfLayers) {
  const MemoryModel a = model("a", 1, 3, 10, 24), b = model("b", 50, 2, 14, 24);
  const std::vector<double> got = Surveyed("cka", {&a, &b}).values("cka");
  ASSERT_EQ(got.size(), 6u);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 2; ++j) {
      EXPECT_NEAR(got[2 * i + j], cka(examplesOf(a, i, true), examplesOf(b, j, true)), 1e-9);
    }
  }
}

TEST(Cka, TakesRowsForExamplesWhereAsked) {
  const MemoryModel a = model("a", 1, 2, 12, 20), b = model("b", 50, 2, 12, 30);
  const std::vector<double> got =
      Surveyed("cka", {&a, &b}, {{"axis", std::string("rows")}}).values("cka");
  EXPECT_NEAR(got[1], cka(examplesOf(a, 0, false), examplesOf(b, 1, false)), 1e-9);
}

TEST(Cka, IsOneForRotatedFeaturesAndAboutZeroForStrangers) {
  const MemoryModel a = model("a", 1, 4, 16, 64), b = model("b", 50, 4, 16, 64);
  MemoryModel turned("turned");
  arma::arma_rng::set_seed(1);
  const arma::mat rotation = arma::orth(arma::mat(16, 16, arma::fill::randn));
  for (std::size_t layer = 0; layer < 4; ++layer) {
    const arma::mat moved = examplesOf(a, layer, true) * rotation;  // a column a row of the matrix
    turned.add("k." + std::to_string(layer), static_cast<std::int64_t>(layer), {16, 64},
               arma::conv_to<std::vector<float>>::from(arma::vectorise(moved)));
  }
  const Surveyed same("cka", {&a, &turned});
  for (std::size_t layer = 0; layer < 4; ++layer) {
    EXPECT_NEAR(same.values("cka")[5 * layer], 1, 1e-5);
    EXPECT_EQ(same.report.tables.front().rows[layer][1], std::to_string(layer));
  }
  for (const double value : Surveyed("cka", {&a, &b}).values("cka")) {
    EXPECT_LT(std::abs(value), 0.2);
  }
}

TEST(Cka, OfASampleOfExamplesIsNearThatOfAll) {
  const MemoryModel a = model("a", 1, 1, 8, 400);
  MemoryModel near("near");
  auto values = a.read(0).values;
  const auto noise = numbers(values.size(), 77);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += noise[i];
  near.add("layers.0.k", 0, {8, 400}, values);
  const double all = Surveyed("cka", {&a, &near}).value("cka");
  const double some = Surveyed("cka", {&a, &near}, {{"examples", std::int64_t{200}}}).value("cka");
  EXPECT_NEAR(some, all, 0.1);
  EXPECT_NE(some, all);
}

TEST(Cka, SaysWhichAxisMustAgree) {
  const MemoryModel a = model("a", 1, 2, 8, 24), b = model("b", 1, 2, 8, 20);
  EXPECT_THAT(surveyError("cka", {&a, &b}), HasSubstr("columns"));
}

}  // namespace
}  // namespace kindred::cka_test
