#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <armadillo>
#include <cmath>

#include "support/surveyed.hpp"

namespace kindred::norm_pca_test {
namespace {

using support::MemoryModel;
using support::numbers;
using support::Surveyed;
using support::surveyError;
using testing::HasSubstr;

MemoryModel model(const std::string& key, std::uint64_t seed, double mean,
                  std::uint64_t length = 40) {
  MemoryModel made(key);
  for (std::int64_t layer = 0; layer < 6; ++layer) {
    const auto s = seed + static_cast<std::uint64_t>(layer);
    made.add("layers." + std::to_string(layer) + ".norm", layer, {length},
             numbers(length, s, mean, 0.1));
  }
  return made;
}

TEST(NormPca, KeepsTheSdksPromises) { EXPECT_EQ(support::complaints("norm-pca"), ""); }

TEST(NormPca, AgreesWithArmadillosPrincomp) {
  const MemoryModel a = model("a", 1, 1.0), b = model("b", 100, 1.5);
  const Surveyed done("norm-pca", {&a, &b});
  arma::mat vectors(12, 40);
  for (arma::uword r = 0; r < 12; ++r) {
    const Matrix row = (r < 6 ? a : b).read(r % 6);
    for (arma::uword c = 0; c < 40; ++c) vectors(r, c) = row.values[c];
  }
  arma::mat axes, scores;
  arma::vec variances;
  ASSERT_TRUE(arma::princomp(axes, scores, variances, vectors));
  for (const auto& [figure, column] :
       {std::pair{"pc1", 0}, std::pair{"pc2", 1}, std::pair{"pc3", 2}}) {
    arma::vec expected = scores.col(static_cast<arma::uword>(column));
    if (expected[arma::index_max(arma::abs(expected))] < 0) expected = -expected;
    const std::vector<double> got = done.values(figure);
    ASSERT_EQ(got.size(), 12u);
    for (arma::uword r = 0; r < 12; ++r) EXPECT_NEAR(got[r], expected[r], 1e-9) << figure;
  }
  EXPECT_NEAR(done.value("norm-pca"), variances[0] / arma::accu(variances), 1e-9);
}

TEST(NormPca, TellsModelsOfDifferentScalesApart) {
  const MemoryModel a = model("a", 1, 1.0), b = model("b", 100, 3.0);
  const std::vector<double> first = Surveyed("norm-pca", {&a, &b}).values("pc1");
  for (std::size_t r = 0; r < 6; ++r) EXPECT_LT(first[r] * first[6 + r], 0);
}

TEST(NormPca, MayBeLimitedToTheFirstLayers) {
  const MemoryModel a = model("a", 1, 1.0), b = model("b", 100, 1.5);
  const Surveyed done("norm-pca", {&a, &b}, {{"layers", std::int64_t{4}}});
  EXPECT_EQ(done.values("pc1").size(), 8u);
}

TEST(NormPca, NeedsVectorsOfOneLength) {
  const MemoryModel a = model("a", 1, 1.0), b = model("b", 100, 1.5, 20);
  EXPECT_THAT(surveyError("norm-pca", {&a, &b}), HasSubstr("vectors of 40 and of 20 elements"));
}

}  // namespace
}  // namespace kindred::norm_pca_test
