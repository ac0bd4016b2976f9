#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <armadillo>
#include <cmath>

#include <kindred/test.hpp>

#include "support/loaded_plugin.hpp"

namespace kindred::layer_decay_test {
namespace {

using testing::HasSubstr;

Table tableOf(const arma::mat& values) {
  Table table{"norms.cosine", {}};
  for (arma::uword a = 0; a < values.n_rows; ++a) {
    for (arma::uword b = 0; b < values.n_cols; ++b) {
      table.rows.push_back(
          {static_cast<std::int64_t>(a), static_cast<std::int64_t>(b), "a", "b", values(a, b)});
    }
  }
  return table;
}

arma::mat someValues(arma::uword rows, arma::uword columns) {
  arma::mat values(rows, columns);
  for (arma::uword a = 0; a < rows; ++a) {
    for (arma::uword b = 0; b < columns; ++b) {
      values(a, b) = std::sin(3.0 * static_cast<double>(a) + 7.0 * static_cast<double>(b));
    }
  }
  return values;
}

Finding findingOf(const Table& table) {
  const auto findings = support::load<Test>("layer-decay")->onTable(table);
  EXPECT_EQ(findings.size(), 1u);
  return findings.at(0);
}

TEST(LayerDecay, KeepsTheSdksPromises) { EXPECT_EQ(support::complaints("layer-decay"), ""); }

TEST(LayerDecay, AgreesWithAReference) {
  const arma::mat values = someValues(12, 14);
  const Finding finding = findingOf(tableOf(values));
  const arma::vec diagonal = values.diag();
  arma::vec all(values.n_elem), distance(values.n_elem);
  double off = 0, near = 0, near_count = 0;
  arma::uword i = 0;
  for (arma::uword a = 0; a < 12; ++a) {
    for (arma::uword b = 0; b < 14; ++b, ++i) {
      all[i] = values(a, b);
      distance[i] = std::abs(static_cast<double>(a) - static_cast<double>(b));
      if (a != b) off += values(a, b);
      if (distance[i] == 4) near += values(a, b), ++near_count;
    }
  }
  const auto& d = finding.details;
  EXPECT_NEAR(d.at("diagonal"), arma::mean(diagonal), 1e-9);
  EXPECT_NEAR(d.at("off_diagonal"), off / (12 * 14 - 12), 1e-9);
  EXPECT_NEAR(d.at("early"), arma::mean(diagonal.head(6)), 1e-9);
  EXPECT_NEAR(d.at("late"), arma::mean(diagonal.tail(6)), 1e-9);
  EXPECT_NEAR(d.at("early_third"), arma::mean(diagonal.head(4)), 1e-9);
  EXPECT_NEAR(d.at("late_third"), arma::mean(diagonal.tail(4)), 1e-9);
  EXPECT_NEAR(d.at("decay"), d.at("early") - d.at("late"), 1e-12);
  EXPECT_NEAR(d.at("pearson"), arma::as_scalar(arma::cor(all, distance)), 1e-9);
  EXPECT_NEAR(d.at("distance_4"), near / near_count, 1e-9);
  EXPECT_FALSE(d.contains("distance_16"));
  EXPECT_NEAR(finding.statistic, d.at("diagonal") - d.at("off_diagonal"), 1e-12);
}

TEST(LayerDecay, DescribesAndNeverDecides) {
  const Finding finding = findingOf(tableOf(someValues(6, 6)));
  EXPECT_EQ(finding.log10_p, 0);
  EXPECT_THAT(finding.assumptions, HasSubstr("Describes only"));
}

TEST(LayerDecay, OfLikeNumberedLayersAloneHasNoOffDiagonal) {
  Table table = tableOf(someValues(6, 6));
  std::erase_if(table.rows, [](const TableRow& row) { return row.layer_a != row.layer_b; });
  EXPECT_TRUE(std::isnan(findingOf(table).details.at("off_diagonal")));
}

TEST(LayerDecay, RefusesTensorsOutsideTheLayers) {
  Table table{"s.cosine", {{-1, -1, "embed", "embed", 0.5}}};
  try {
    support::load<kindred::Test>("layer-decay")->onTable(table);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("no pair of layers"));
  }
}

}  // namespace
}  // namespace kindred::layer_decay_test
