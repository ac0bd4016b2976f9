// A model whose signs are drawn anew: tests of signs have p-values as under their null.
#include "align/redrawn.hpp"

#include <gtest/gtest.h>

#include <map>

#include <kindred/analysis/stats/uniformity.hpp>

#include "support/alignment/comparison.hpp"
#include "support/alignment/toy_model.hpp"

namespace {

using namespace kindred;
using align::Redrawn;
using test::ToyModel;
using test::ToyShape;

constexpr Place kFirst{0, -1, false};

// [i][j]: the sum over k of left[i][k] * right[k][j].
std::vector<double> product(const Matrix& left, const Matrix& right) {
  std::vector<double> sums(left.rows * right.columns);
  for (std::size_t i = 0; i < left.rows; ++i) {
    for (std::size_t k = 0; k < left.columns; ++k) {
      for (std::size_t j = 0; j < right.columns; ++j) {
        sums[i * right.columns + j] += static_cast<double>(left.values[i * left.columns + k]) *
                                       static_cast<double>(right.values[k * right.columns + j]);
      }
    }
  }
  return sums;
}

TEST(Redrawn, TurnsWhatGoesTogetherTogether) {
  ToyShape shape;
  shape.bands = shape.hidden;  // down whole
  const ToyModel model("a", 1, shape);
  const Redrawn redrawn(model, 5);
  const auto mlp = [](const ModelWeights& of) {
    return product(of.matrix(role::kDown, kFirst), of.matrix(role::kUp, kFirst));
  };
  const std::vector<double> before = mlp(model), after = mlp(redrawn);
  const Matrix embedding = model.matrix(role::kEmbedding, {}),
               turned = redrawn.matrix(role::kEmbedding, {});
  const std::size_t width = embedding.columns;
  std::size_t negative = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const double of_i = turned.values[i] / embedding.values[i];
    negative += of_i < 0;
    for (std::size_t j = 0; j < width; ++j) {  // D M D
      const double of_j = turned.values[j] / embedding.values[j];
      EXPECT_NEAR(after[i * width + j], of_i * of_j * before[i * width + j], 1e-4);
    }
  }
  EXPECT_GT(negative, width / 4);
  EXPECT_LT(negative, width - width / 4);
}

TEST(Redrawn, LeavesGatesAloneButForTheStream) {
  const ToyModel model("a", 1);
  const Redrawn redrawn(model, 5);
  const Matrix gate = model.matrix(role::kGate, kFirst),
               turned = redrawn.matrix(role::kGate, kFirst);
  for (std::size_t c = 0; c < gate.columns; ++c) {
    const bool first = turned.values[c] == gate.values[c];
    for (std::size_t r = 0; r < gate.rows; ++r) {
      EXPECT_EQ(turned.values[r * gate.columns + c] == gate.values[r * gate.columns + c], first);
    }
  }
}

TEST(Redrawn, GivesTheSameRowsOneByOneAsTogether) {
  const ToyModel model("a", 1);
  const Redrawn redrawn(model, 5);
  const Matrix all = redrawn.matrix(role::kUp, kFirst);
  const std::uint32_t rows[] = {7, 3};
  const Matrix some = redrawn.matrix(role::kUp, kFirst, rows);
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t c = 0; c < all.columns; ++c) {
      EXPECT_EQ(some.values[i * all.columns + c], all.values[rows[i] * all.columns + c]);
    }
  }
}

TEST(Redrawn, MakesPValuesOfACopyUniform) {
  const ToyModel a("a", 3);
  const ToyModel copy = a.as("b").trained(0.3, 4).permuted(5);
  ASSERT_LT(test::compare({"sign-test"}, a, copy).log10P("mlp-unit"), -6);
  std::map<std::string, std::vector<double>> by_axis;
  constexpr std::uint64_t kRedraws = 40;
  for (std::uint64_t seed = 1; seed <= kRedraws; ++seed) {
    const Redrawn redrawn(a, seed);
    const test::Comparison comparison = test::compare({"sign-test"}, redrawn, copy);
    for (const char* axis : {"mlp-unit", "value-dim", "residual-dim"}) {
      if (const Finding* finding = comparison.find(axis)) {
        by_axis[axis].push_back(finding->log10_p);
      }
    }
  }
  ASSERT_EQ(by_axis.count("mlp-unit"), 1u);
  ASSERT_EQ(by_axis.count("value-dim"), 1u);
  for (const auto& [axis, log10_p] : by_axis) {
    EXPECT_TRUE(stats::uniformity(log10_p, 1e-3).holds()) << axis;
  }
}

}  // namespace
