#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <armadillo>
#include <cmath>

#include "support/surveyed.hpp"

namespace kindred::truncation_test {
namespace {

using support::MemoryModel;
using support::numbers;
using support::Surveyed;
using support::surveyError;
using testing::HasSubstr;

MemoryModel matrix(const std::string& key, std::uint64_t rows, std::uint64_t columns,
                   std::vector<float> values) {
  MemoryModel made(key);
  made.add("layers.1.w", 1, {rows, columns}, std::move(values));
  return made;
}

// Rows of a row-major matrix.
std::vector<float> picked(const std::vector<float>& from, std::size_t columns, std::size_t offset,
                          std::size_t stride, std::size_t rows) {
  std::vector<float> out;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto at = from.begin() + static_cast<std::ptrdiff_t>((offset + i * stride) * columns);
    out.insert(out.end(), at, at + static_cast<std::ptrdiff_t>(columns));
  }
  return out;
}

TEST(Truncation, KeepsTheSdksPromises) { EXPECT_EQ(support::complaints("truncation"), ""); }

TEST(Truncation, AgreesWithAReference) {
  const auto x = numbers(10 * 30, 1), y = numbers(25 * 30, 2);
  const MemoryModel a = matrix("a", 10, 30, x), b = matrix("b", 25, 30, y);
  const Surveyed done("truncation", {&a, &b});
  arma::mat small(30, 10), large(30, 25);
  std::copy(x.begin(), x.end(), small.begin());
  std::copy(y.begin(), y.end(), large.begin());
  const arma::mat c = arma::normalise(small).t() * arma::normalise(large);
  const auto mean = [&](arma::uword offset, arma::uword stride) {
    double sum = 0;
    for (arma::uword i = 0; i < 10; ++i) sum += c(i, offset + i * stride);
    return sum / 10;
  };
  double best = mean(0, 1);
  for (arma::uword offset = 0; offset + 9 < 25; ++offset) best = std::max(best, mean(offset, 1));
  for (arma::uword offset = 0; offset + 18 < 25; ++offset) best = std::max(best, mean(offset, 2));
  EXPECT_NEAR(done.value("prefix"), mean(0, 1), 1e-9);
  EXPECT_NEAR(done.value("truncation"), best, 1e-9);
  EXPECT_EQ(done.value("equal"), 0);
  EXPECT_LT(std::abs(done.value("permuted")), 0.3);
}

TEST(Truncation, FindsAPrefixWhicheverModelIsNamedFirst) {
  const auto y = numbers(40 * 16, 3);
  const MemoryModel a = matrix("a", 12, 16, picked(y, 16, 0, 1, 12)), b = matrix("b", 40, 16, y);
  for (const auto& models : {std::pair{&a, &b}, std::pair{&b, &a}}) {
    const Surveyed done("truncation", {models.first, models.second});
    EXPECT_NEAR(done.value("prefix"), 1, 1e-9);
    EXPECT_EQ(done.value("equal"), 1);
    EXPECT_LT(done.value("permuted"), 0.5);
  }
}

TEST(Truncation, FindsARunAndARegularPick) {
  const auto y = numbers(40 * 16, 3);
  const MemoryModel b = matrix("b", 40, 16, y);
  const MemoryModel run = matrix("a", 12, 16, picked(y, 16, 7, 1, 12));
  const MemoryModel pick = matrix("a", 12, 16, picked(y, 16, 1, 3, 12));
  const Surveyed of_run("truncation", {&run, &b}), of_pick("truncation", {&pick, &b});
  EXPECT_NEAR(of_run.value("truncation"), 1, 1e-9);
  EXPECT_EQ(of_run.report.tables.front().rows.front().back(), "7:1");
  EXPECT_NEAR(of_pick.value("truncation"), 1, 1e-9);
  EXPECT_EQ(of_pick.report.tables.front().rows.front().back(), "1:3");
  EXPECT_LT(of_pick.value("prefix"), 0.5);
}

TEST(Truncation, TakesColumnsForUnitsWhereRowsAgree) {
  const auto y = numbers(20 * 30, 4);
  std::vector<float> cut;
  for (std::size_t r = 0; r < 20; ++r) {
    cut.insert(cut.end(), y.begin() + static_cast<std::ptrdiff_t>(30 * r),
               y.begin() + static_cast<std::ptrdiff_t>(30 * r + 9));
  }
  const MemoryModel a = matrix("a", 20, 9, cut), b = matrix("b", 20, 30, y);
  EXPECT_NEAR(Surveyed("truncation", {&a, &b}).value("prefix"), 1, 1e-9);
}

TEST(Truncation, NeedsDifferentShapes) {
  const MemoryModel a = matrix("a", 4, 4, numbers(16, 1)), b = matrix("b", 4, 4, numbers(16, 2));
  EXPECT_THAT(surveyError("truncation", {&a, &b}), HasSubstr("another shape"));
}

}  // namespace
}  // namespace kindred::truncation_test
