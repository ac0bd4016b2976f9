#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <kindred/random.hpp>
#include <kindred/test.hpp>

#include "support/loaded_plugin.hpp"

#include "support/refusal.hpp"

namespace kindred::permutation_test_plugin_test {
namespace {

using testing::HasSubstr;

std::unique_ptr<Test> test(conformance::Settings settings = {}) {
  return support::load<Test>("permutation-test", std::move(settings));
}

// Layers 0..rows-1 of A against 0..columns-1 of B.
template <class F>
Table layers(std::int64_t rows, std::int64_t columns, F&& value) {
  Table table{"norms.cosine", {}};
  for (std::int64_t a = 0; a < rows; ++a) {
    for (std::int64_t b = 0; b < columns; ++b) {
      table.rows.push_back({a, b, "a" + std::to_string(a), "b" + std::to_string(b), value(a, b)});
    }
  }
  return table;
}

double ridge(std::int64_t a, std::int64_t b) {
  return (a == b ? 1.0 : 0.0) + 1e-3 * std::sin(static_cast<double>(7 * a + 3 * b));
}

Matrix matrix(std::uint64_t rows, std::uint64_t columns, std::uint64_t seed) {
  Random random(seed);
  Matrix result{nullptr, rows, columns, std::vector<float>(rows * columns)};
  for (float& x : result.values) x = static_cast<float>(random.unit() + random.unit() - 1);
  return result;
}

std::string errorOf(const Table& table) {
  try {
    test()->onTable(table);
  } catch (const Error& error) {
    EXPECT_EQ(error.category(), Category::input);
    return error.what();
  }
  return "no error";
}

TEST(PermutationTestPlugin, KeepsTheSdksPromises) {
  EXPECT_EQ(support::complaints("permutation-test"), "");
}

TEST(PermutationTestOnLayers, SeesTheOrderButNeverDecides) {
  const std::vector<Finding> findings = test()->onTable(layers(48, 46, ridge));
  ASSERT_EQ(findings.size(), 1u);
  const Finding& finding = findings.front();
  EXPECT_EQ(finding.units, 46u);  // those that both have
  EXPECT_NEAR(finding.statistic, 1, 2e-3);
  EXPECT_EQ(finding.log10_p, finding.log10_p_floor);
  EXPECT_NEAR(finding.log10_p_floor, -std::log10(10028), 1e-12);  // 218 sets of 46 shifts
  EXPECT_EQ(finding.details.at("permutations"), 10027);
  EXPECT_NEAR(finding.details.at("null_mean"), 1.0 / 46, 2e-3);
  EXPECT_GT(finding.details.at("z"), 40);
  EXPECT_EQ(finding.gauge, "layer");
  EXPECT_THAT(finding.assumptions, HasSubstr("Describes only"));
}

TEST(PermutationTestOnLayers, AveragesTensorsOfOneCell) {
  Table table = layers(6, 6, ridge);
  for (TableRow row : layers(6, 6, [](auto a, auto b) { return a == b ? 0.5 : 0.25; }).rows) {
    table.rows.push_back(row);
  }
  EXPECT_NEAR(test()->onTable(table).front().statistic, 0.75, 2e-3);
}

TEST(PermutationTestOnLayers, NeedsPairsOfDifferentLayers) {
  Table table = layers(4, 4, ridge);
  std::erase_if(table.rows, [](const TableRow& row) { return row.layer_a != row.layer_b; });
  EXPECT_THAT(errorOf(table), HasSubstr("same layers only"));
  EXPECT_THAT(errorOf(table), HasSubstr("pair: all-layers"));
}

TEST(PermutationTestOnLayers, NamesAPairOfLayersThatIsAbsent) {
  Table table = layers(4, 4, ridge);
  std::erase_if(table.rows,
                [](const TableRow& row) { return row.layer_a == 2 && row.layer_b == 1; });
  EXPECT_THAT(errorOf(table), HasSubstr("layer 2 of A against layer 1 of B"));
  EXPECT_THAT(errorOf(table), HasSubstr("norms.cosine"));
}

TEST(PermutationTestOnLayers, RefusesTensorsWithoutALayer) {
  Table table = layers(3, 3, ridge);
  table.rows[1].layer_b = -1;
  EXPECT_THAT(errorOf(table), HasSubstr("'a0' against 'b1'"));
}

TEST(PermutationTestOnLayers, AbstainsOnConstantValues) {
  const Finding finding = test()->onTable(layers(5, 5, [](auto, auto) { return 1.0; })).front();
  EXPECT_EQ(finding.log10_p, 0);
  EXPECT_THAT(finding.assumptions, HasSubstr("Abstains: all values are equal"));
}

TEST(PermutationTestOnLayers, TestsTheSideThatIsAskedFor) {
  const Table unlike = layers(20, 20, [](auto a, auto b) { return -ridge(a, b); });
  EXPECT_EQ(test()->onTable(unlike).front().log10_p, 0);
  const Finding less = test({{"alternative", "less"}})->onTable(unlike).front();
  EXPECT_EQ(less.log10_p, less.log10_p_floor);
  const Finding both = test({{"alternative", "two-sided"}})->onTable(unlike).front();
  EXPECT_NEAR(both.log10_p, less.log10_p + std::log10(2), 1e-12);
  EXPECT_EQ(both.log10_p, both.log10_p_floor);
}

TEST(PermutationTestOnLayers, DependsOnTheSeedAlone) {
  const Table table = layers(30, 30, [](auto a, auto b) {
    return std::sin(static_cast<double>(a * a + 3 * b)) + (a == b ? 0.1 : 0.0);
  });
  const auto p = [&](std::int64_t seed) {
    return test({{"seed", seed}, {"permutations", std::int64_t{20000}}})
        ->onTable(table)
        .front()
        .log10_p;
  };
  EXPECT_EQ(p(7), p(7));
  EXPECT_NE(p(7), p(8));
}

TEST(PermutationTestOnRows, DecidesWhereTheUnitsHaveAGauge) {
  const Matrix a = matrix(64, 100, 1);
  Matrix b = matrix(64, 100, 2);
  for (std::size_t i = 0; i < b.values.size(); ++i) b.values[i] += 0.3f * a.values[i];
  TensorInfo tensor;
  tensor.layer = 5;
  RowPair pair{a, b, Gauge::mlp_unit};
  pair.a.tensor = &tensor;
  pair.b.tensor = &tensor;
  const Finding finding = test()->onRows({pair}).front();
  EXPECT_EQ(finding.gauge, "mlp-unit");
  EXPECT_EQ(finding.layer_a, 5);
  EXPECT_EQ(finding.units, 64u);
  EXPECT_EQ(finding.log10_p, finding.log10_p_floor);
  EXPECT_NEAR(finding.statistic, 0.3 / std::sqrt(1.09), 0.03);
  EXPECT_NEAR(finding.details.at("null_mean"), 0, 0.03);
}

TEST(PermutationTestOnRows, OnlyDescribesWithoutAGauge) {
  const Finding finding =
      test()->onRows({{matrix(8, 20, 1), matrix(8, 20, 2), std::nullopt}}).front();
  EXPECT_FALSE(test()->assumes());
  EXPECT_EQ(finding.gauge, "");
  EXPECT_THAT(finding.assumptions, HasSubstr("no known gauge"));
}

TEST(PermutationTestOnRows, GivesUniformPValuesForIndependentMatrices) {
  int below_10_percent = 0;
  const int trials = 400;
  const auto plugin = test({{"permutations", std::int64_t{199}}});
  for (std::uint64_t trial = 0; trial < trials; ++trial) {
    const RowPair pair{matrix(20, 12, 2 * trial), matrix(20, 12, 2 * trial + 1), Gauge::mlp_unit};
    below_10_percent += plugin->onRows({pair}).front().log10_p <= -1 + 1e-12;
  }
  EXPECT_NEAR(below_10_percent, 40, 27);  // 4.5 standard deviations
}

TEST(PermutationTestOnRows, LeavesOutRowsWithoutADirection) {
  Matrix a = matrix(10, 8, 1);
  for (std::size_t j = 0; j < 8; ++j) a.values[3 * 8 + j] = 0;
  Matrix b = matrix(12, 8, 2);
  b.values[7 * 8] = std::nanf("");
  EXPECT_EQ(test()->onRows({{a, b, Gauge::mlp_unit}}).front().units, 8u);
}

TEST(PermutationTestOnRows, AbstainsOnEqualRows) {
  const Matrix ones{nullptr, 6, 4, std::vector<float>(24, 1.0f)};
  const Finding finding = test()->onRows({{ones, ones, Gauge::residual_dim}}).front();
  EXPECT_EQ(finding.log10_p, 0);
  EXPECT_THAT(finding.assumptions, HasSubstr("Abstains"));
}

TEST(PermutationTestOnRows, RefusesMatricesOfOtherWidth) {
  const Error refusal = support::refusalOf([] {
    test()->onRows({{matrix(4, 8, 1), matrix(4, 9, 2), Gauge::mlp_unit}});
  });
  EXPECT_THAT(refusal.message(), HasSubstr("have 8 elements"));
  EXPECT_EQ(refusal.remedy(), "compare tensors of equal width");
}

}  // namespace
}  // namespace kindred::permutation_test_plugin_test
