#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <armadillo>
#include <array>
#include <cmath>
#include <map>

#include "support/surveyed.hpp"

namespace kindred::token_embeddings_test {
namespace {

using support::MemoryModel;
using support::numbers;
using support::Surveyed;
using support::surveyError;
using testing::HasSubstr;

constexpr std::uint64_t kWidth = 48;

MemoryModel model(const std::string& key, std::vector<std::string> tokens,
                  std::vector<float> values) {
  const std::uint64_t rows = values.size() / kWidth;
  MemoryModel made(key, std::move(tokens));
  made.add("embed", -1, {rows, kWidth}, std::move(values), "embedding");
  return made;
}

std::vector<std::string> tokens(int first, int step, int count) {
  std::vector<std::string> list;
  for (int i = 0; i < count; ++i) list.push_back("token " + std::to_string(first + step * i));
  return list;
}

TEST(TokenEmbeddings, KeepsTheSdksPromises) {
  EXPECT_EQ(support::complaints("token-embeddings"), "");
}

TEST(TokenEmbeddings, PairsRowsByTokenAsAReferenceDoes) {
  // 'a' has tokens 0..19, 'b' 30, 28, .., 0: eight in common, none with the same id but one.
  const auto of_a = tokens(0, 1, 20), of_b = tokens(30, -2, 16);
  const auto values_a = numbers(20 * kWidth, 1, 0.1), values_b = numbers(16 * kWidth, 2, 0.1);
  const MemoryModel a = model("a", of_a, values_a), b = model("b", of_b, values_b);
  const Surveyed done("token-embeddings", {&a, &b}, {{"threshold", 0.1}});
  arma::mat x, y;
  for (std::size_t i = 0; i < of_a.size(); ++i) {
    for (std::size_t j = 0; j < of_b.size(); ++j) {
      if (of_a[i] != of_b[j]) continue;
      x.insert_cols(x.n_cols, arma::vec(arma::conv_to<arma::vec>::from(
                                  a.read(0, std::array{static_cast<std::uint32_t>(i)}).values)));
      y.insert_cols(y.n_cols, arma::vec(arma::conv_to<arma::vec>::from(
                                  b.read(0, std::array{static_cast<std::uint32_t>(j)}).values)));
    }
  }
  ASSERT_EQ(x.n_cols, 10u);
  const auto cosines = [](const arma::mat& p, const arma::mat& q) {
    return arma::vec(arma::sum(arma::normalise(p) % arma::normalise(q), 0).t());
  };
  const arma::vec c = cosines(x, y);
  EXPECT_EQ(done.value("shared"), 10);
  EXPECT_NEAR(done.value("token-embeddings"), arma::mean(c), 1e-9);
  EXPECT_NEAR(done.value("sd"), arma::stddev(c, 1), 1e-9);
  EXPECT_NEAR(done.value("max"), c.max(), 1e-9);
  EXPECT_NEAR(done.value("above"), arma::mean(arma::conv_to<arma::vec>::from(c > 0.1)), 1e-9);
  x.each_col() -= arma::vec(arma::mean(x, 1));
  y.each_col() -= arma::vec(arma::mean(y, 1));
  EXPECT_NEAR(done.value("centred"), arma::mean(cosines(x, y)), 1e-9);
}

TEST(TokenEmbeddings, OfADescendantWithOtherIdsAreOne) {
  const auto values = numbers(50 * kWidth, 3);
  std::vector<float> moved(values.begin() + kWidth, values.end());
  moved.insert(moved.end(), values.begin(), values.begin() + kWidth);
  auto renamed = tokens(1, 1, 49);
  renamed.push_back("token 0");
  const MemoryModel a = model("a", tokens(0, 1, 50), values), b = model("b", renamed, moved);
  const Surveyed done("token-embeddings", {&a, &b}, {{"tokens", std::int64_t{30}}});
  EXPECT_NEAR(done.value("token-embeddings"), 1, 1e-9);
  EXPECT_EQ(done.value("above"), 1);
  EXPECT_EQ(done.value("shared"), 50);
  EXPECT_EQ(done.report.tables.front().rows.size(), 30u);
}

TEST(TokenEmbeddings, OfStrangersAreAsAlikeAsRandomPairs) {
  const MemoryModel a = model("a", tokens(0, 1, 300), numbers(300 * kWidth, 4));
  const MemoryModel b = model("b", tokens(0, 1, 300), numbers(300 * kWidth, 5));
  const Surveyed done("token-embeddings", {&a, &b});
  EXPECT_LT(std::abs(done.value("token-embeddings")), 0.05);
  EXPECT_NEAR(done.value("random"), std::sqrt(2 / (3.14159 * kWidth)), 0.03);
  EXPECT_EQ(done.value("above"), 0);
}

TEST(TokenEmbeddings, DrawsByTheSeed) {
  const MemoryModel a = model("a", tokens(0, 1, 300), numbers(300 * kWidth, 4));
  const MemoryModel b = model("b", tokens(0, 1, 300), numbers(300 * kWidth, 5));
  const auto drawn = [&](std::int64_t seed) {
    return Surveyed("token-embeddings", {&a, &b}, {{"tokens", std::int64_t{20}}, {"seed", seed}})
        .report.tables.front()
        .rows;
  };
  EXPECT_EQ(drawn(1), drawn(1));
  EXPECT_NE(drawn(1), drawn(2));
}

TEST(TokenEmbeddings, LeaveRowsWithoutATokenAndTokensWithoutARowAlone) {
  auto many = tokens(0, 1, 40);
  many[3].clear();
  const MemoryModel a = model("a", many, numbers(20 * kWidth, 6));
  const MemoryModel b = model("b", tokens(0, 1, 10), numbers(30 * kWidth, 7));
  EXPECT_EQ(Surveyed("token-embeddings", {&a, &b}).value("shared"), 9);
}

TEST(TokenEmbeddings, SayWhichTokenizerIsMissing) {
  const MemoryModel a = model("a", tokens(0, 1, 10), numbers(10 * kWidth, 8));
  const MemoryModel b = model("b", {}, numbers(10 * kWidth, 9));
  EXPECT_THAT(surveyError("token-embeddings", {&a, &b}),
              HasSubstr("model 'b' has no tokenizer.json"));
}

TEST(TokenEmbeddings, WithoutASharedTokenAreUndefined) {
  const MemoryModel a = model("a", tokens(0, 1, 10), numbers(10 * kWidth, 8));
  const MemoryModel b = model("b", tokens(100, 1, 10), numbers(10 * kWidth, 9));
  const Surveyed done("token-embeddings", {&a, &b});
  EXPECT_EQ(done.value("shared"), 0);
  EXPECT_TRUE(std::isnan(done.value("token-embeddings")));
}

}  // namespace
}  // namespace kindred::token_embeddings_test
