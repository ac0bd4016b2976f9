#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <armadillo>
#include <cmath>

#include "support/surveyed.hpp"

namespace kindred::claimed_sigma_test {
namespace {

using support::MemoryModel;
using support::numbers;
using support::Surveyed;
using support::surveyError;
using testing::HasSubstr;

// Norms as they come: the first layer spread widely about a small mean, the others nearly constant.
MemoryModel model(const std::string& key, std::uint64_t seed, std::int64_t layers = 46) {
  MemoryModel made(key);
  for (std::int64_t layer = 0; layer < layers; ++layer) {
    const auto s = seed + static_cast<std::uint64_t>(layer);
    made.add("layers." + std::to_string(layer) + ".norm", layer, {512},
             layer == 0 ? numbers(512, s, 0.01, 0.027) : numbers(512, s, 1, 0.1));
  }
  return made;
}

arma::vec vectorOf(const MemoryModel& from, std::size_t layer) {
  return arma::conv_to<arma::vec>::from(from.read(layer).values);
}

double cosine(const arma::vec& x, const arma::vec& y) {
  return arma::dot(x, y) / arma::norm(x) / arma::norm(y);
}

TEST(ClaimedSigma, KeepsTheSdksPromises) { EXPECT_EQ(support::complaints("claimed-sigma"), ""); }

TEST(ClaimedSigma, IsTheClaimsFormula) {
  const MemoryModel a = model("glm", 1), b = model("solar", 1000, 48);
  const Surveyed done("claimed-sigma", {&a, &b});
  arma::vec within(4), cross(4);
  for (arma::uword k = 0; k < 4; ++k) {
    const std::size_t layer = 10 * (k + 1);
    within[k] = cosine(vectorOf(a, 0), vectorOf(a, layer));
    cross[k] = cosine(vectorOf(a, layer), vectorOf(b, layer));
  }
  const double sw = arma::stddev(within, 1), sc = arma::stddev(cross, 1);
  EXPECT_NEAR(done.value("within"), arma::mean(within), 1e-9);
  EXPECT_NEAR(done.value("cross"), arma::mean(cross), 1e-9);
  EXPECT_NEAR(done.value("within_sd"), sw, 1e-9);
  EXPECT_NEAR(done.value("cross_sd"), sc, 1e-9);
  const double sigma =
      (arma::mean(cross) - arma::mean(within)) / std::sqrt((sw * sw + sc * sc) / 2);
  EXPECT_NEAR(done.value("claimed-sigma") / sigma, 1, 1e-9);
}

TEST(ClaimedSigma, IsHugeForStrangers) {
  const MemoryModel a = model("a", 1), b = model("b", 1000);
  EXPECT_GT(Surveyed("claimed-sigma", {&a, &b}).value("claimed-sigma"), 5);
}

TEST(ClaimedSigma, GivesThePublishedSigmaOfThePublishedCosines) {
  // Vectors in a plane have any cosine one likes: 8 cosines, 8 vectors.
  const double within[] = {0.375810, 0.375664, 0.377255, 0.379035};
  const double cross[] = {0.981094, 0.991792, 0.991429, 0.991635};
  MemoryModel a("glm"), b("solar");
  a.add("n.0", 0, {2}, {1, 0});
  b.add("n.0", 0, {2}, {1, 0});
  for (std::int64_t k = 0; k < 4; ++k) {
    const double angle = std::acos(within[k]), further = angle + std::acos(cross[k]);
    const auto at = [](double x) { return static_cast<float>(x); };
    const std::string name = "n." + std::to_string(10 * (k + 1));
    a.add(name, 10 * (k + 1), {2}, {at(std::cos(angle)), at(std::sin(angle))});
    b.add(name, 10 * (k + 1), {2}, {at(std::cos(further)), at(std::sin(further))});
  }
  EXPECT_NEAR(Surveyed("claimed-sigma", {&a, &b}).value("claimed-sigma"), 181.9, 0.1);
}

TEST(ClaimedSigma, ListsThePredictionFromSpreadAndWhatWasLeftOut) {
  const MemoryModel a = model("a", 1), b = model("b", 1000);
  const Surveyed done("claimed-sigma", {&a, &b}, {{"layers", std::string("5, 7")}});
  ASSERT_EQ(done.report.tables.size(), 1u);
  const TextTable& table = done.report.tables.front();
  ASSERT_EQ(table.rows.size(), 5u);
  for (const auto& row : table.rows) {
    EXPECT_NEAR(std::stod(row[3]), std::stod(row[4]), 0.15) << row[1] << " " << row[2];
  }
  EXPECT_EQ(table.rows.back()[5], "left out");
  EXPECT_THAT(table.note, HasSubstr("no sigma exists"));
}

TEST(ClaimedSigma, GivesEachFurtherPairItsOwnValues) {
  const MemoryModel a = model("a", 1), b = model("b", 1000), c = model("c", 2000);
  EXPECT_EQ(Surveyed("claimed-sigma", {&a, &b, &c}).values("claimed-sigma").size(), 3u);
}

TEST(ClaimedSigma, RefusesLayersThatAreNoneOrThatNoModelHas) {
  const MemoryModel a = model("a", 1, 4), b = model("b", 1000, 4);
  EXPECT_THAT(surveyError("claimed-sigma", {&a, &b}, {{"layers", std::string("1,x")}}),
              HasSubstr("'x', which is no layer"));
  EXPECT_THAT(surveyError("claimed-sigma", {&a, &b}), HasSubstr("layers that both models have"));
}

}  // namespace
}  // namespace kindred::claimed_sigma_test
