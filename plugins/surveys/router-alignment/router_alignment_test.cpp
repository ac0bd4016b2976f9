#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <armadillo>
#include <numeric>

#include "support/surveyed.hpp"

namespace kindred::router_alignment_test {
namespace {

using support::MemoryModel;
using support::numbers;
using support::Surveyed;
using support::surveyError;
using testing::HasSubstr;

MemoryModel router(const std::string& key, std::uint64_t rows, std::uint64_t columns,
                   std::vector<float> values) {
  MemoryModel model(key);
  model.add("gate", 3, {rows, columns}, std::move(values), "router");
  return model;
}

// Cosines of rows, straight from their definition.
arma::mat cosines(const std::vector<float>& a, const std::vector<float>& b, arma::uword columns) {
  const auto rows = [&](const std::vector<float>& v) {
    arma::mat m(columns, v.size() / columns);
    std::copy(v.begin(), v.end(), m.begin());
    return arma::mat(arma::normalise(m).t());
  };
  return rows(a) * rows(b).t();
}

TEST(RouterAlignment, KeepsTheSdksPromises) {
  EXPECT_EQ(support::complaints("router-alignment"), "");
}

TEST(RouterAlignment, AgreesWithTryingEveryOrder) {
  const auto a = numbers(6 * 40, 1), b = numbers(6 * 40, 2);
  const MemoryModel ma = router("a", 6, 40, a), mb = router("b", 6, 40, b);
  const Surveyed done("router-alignment", {&ma, &mb});
  const arma::mat c = cosines(a, b, 40);
  std::vector<arma::uword> order(6), best;
  std::iota(order.begin(), order.end(), arma::uword{0});
  double most = -10;
  do {
    double sum = 0;
    for (arma::uword i = 0; i < 6; ++i) sum += c(i, order[i]);
    if (sum > most) most = sum, best = order;
  } while (std::next_permutation(order.begin(), order.end()));
  double own = 0;
  for (arma::uword i = 0; i < 6; ++i) own += best[i] == i;
  EXPECT_NEAR(done.value("router-alignment"), most / 6, 1e-9);
  EXPECT_NEAR(done.value("max"), c.max(), 1e-9);
  EXPECT_NEAR(done.value("unaligned"), arma::mean(c.diag()), 1e-9);
  EXPECT_NEAR(done.value("identity"), own / 6, 1e-9);
}

TEST(RouterAlignment, FindsExpertsThatChangedTheirNumbers) {
  auto a = numbers(8 * 64, 3);
  auto b = a;
  std::rotate(b.begin(), b.begin() + 64, b.end());
  const MemoryModel ma = router("a", 8, 64, a), mb = router("b", 8, 64, b);
  const Surveyed done("router-alignment", {&ma, &mb});
  EXPECT_NEAR(done.value("router-alignment"), 1, 1e-9);
  EXPECT_EQ(done.value("identity"), 0);
  const Surveyed same("router-alignment", {&ma, &ma});
  EXPECT_EQ(same.value("identity"), 1);
}

TEST(RouterAlignment, OfStrangersIsWhatChanceGives) {
  const MemoryModel a = router("a", 64, 256, numbers(64 * 256, 4));
  const MemoryModel b = router("b", 64, 256, numbers(64 * 256, 5));
  const Surveyed done("router-alignment", {&a, &b});
  EXPECT_GT(done.value("expected"), 0.08);
  EXPECT_NEAR(done.value("router-alignment"), done.value("expected"), 0.01);
  EXPECT_LT(std::abs(done.value("unaligned")), 0.04);
}

TEST(RouterAlignment, OfDifferentNumbersOfExpertsMatchesTheSmaller) {
  const auto big = numbers(10 * 32, 6);
  const MemoryModel a = router("a", 10, 32, big);
  const MemoryModel b = router("b", 4, 32, {big.begin() + 5 * 32, big.begin() + 9 * 32});
  EXPECT_NEAR(Surveyed("router-alignment", {&a, &b}).value("router-alignment"), 1, 1e-9);
  EXPECT_NEAR(Surveyed("router-alignment", {&b, &a}).value("router-alignment"), 1, 1e-9);
}

TEST(RouterAlignment, SaysWhatToSelectWhereNothingMeets) {
  const MemoryModel a = router("a", 4, 32, numbers(128, 7));
  const MemoryModel b = router("b", 4, 16, numbers(64, 8));
  EXPECT_THAT(surveyError("router-alignment", {&a, &b}), HasSubstr("select: {role: router}"));
  EXPECT_THAT(surveyError("router-alignment", {&a}), HasSubstr("compare: [A, B]"));
}

}  // namespace
}  // namespace kindred::router_alignment_test
