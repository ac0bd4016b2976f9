#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <kindred/analysis/stats/rounding.hpp>

#include "support/surveyed.hpp"

namespace kindred::merge_weights_test {
namespace {

using support::MemoryModel;
using support::numbers;
using support::Surveyed;
using support::surveyError;
using testing::Each;
using testing::HasSubstr;
using testing::IsNan;

constexpr std::uint64_t kRows = 12, kColumns = 20;

std::vector<float> values(std::uint64_t seed) { return numbers(kRows * kColumns, seed); }

MemoryModel modelOf(const std::string& key, const std::vector<std::vector<float>>& layers) {
  MemoryModel model(key);
  for (std::size_t l = 0; l < layers.size(); ++l) {
    model.add("layers." + std::to_string(l) + ".w", static_cast<std::int64_t>(l), {kRows, kColumns},
              layers[l]);
  }
  return model;
}

std::vector<float> mixed(const std::vector<float>& x, const std::vector<float>& y, float share) {
  std::vector<float> result(x);
  for (std::size_t i = 0; i < x.size(); ++i) result[i] += share * (y[i] - x[i]);
  return result;
}

TEST(MergeWeights, KeepsTheSdksPromises) { EXPECT_EQ(support::complaints("merge-weights"), ""); }

TEST(MergeWeights, RecoversALinearMerge) {
  const MemoryModel a = modelOf("a", {values(1), values(2)}),
                    b = modelOf("b", {values(3), values(4)});
  const MemoryModel child =
      modelOf("child", {mixed(values(1), values(3), 0.3f), mixed(values(2), values(4), 0.3f)});
  const Surveyed found("merge-weights", {&child, &a, &b});
  const std::vector<double> weights = found.values("merge-weights");
  ASSERT_EQ(weights.size(), 4u);
  for (std::size_t i = 0; i < 4; i += 2) {
    EXPECT_NEAR(weights[i], 0.7, 1e-5);
    EXPECT_NEAR(weights[i + 1], 0.3, 1e-5);
  }
  for (const double share : found.values("unexplained")) EXPECT_NEAR(share, 0, 1e-9);
  for (const double share : found.values("alone")) EXPECT_GT(share, 0.1);
  EXPECT_EQ(found.report.tables.at(0).rows.at(0).at(1), "0.7000");
  EXPECT_THAT(found.report.tables.at(0).note, HasSubstr("sum to 1.0000"));
}

TEST(MergeWeights, GivesAStrangerNoWeight) {
  const MemoryModel a = modelOf("a", {values(1)}), b = modelOf("b", {values(3)});
  const Surveyed found("merge-weights", {&a, &b});
  EXPECT_NEAR(found.value("merge-weights"), 0, 0.2);
  EXPECT_GT(found.value("unexplained"), 0.95);
}

TEST(MergeWeights, CannotTellEqualParentsApart) {
  const MemoryModel a = modelOf("a", {values(1)}), b = modelOf("b", {values(1)});
  const MemoryModel child = modelOf("child", {values(1)});
  const Surveyed found("merge-weights", {&child, &a, &b});
  EXPECT_THAT(found.values("merge-weights"), Each(IsNan()));
  EXPECT_NEAR(found.value("alone"), 0, 1e-9);
}

TEST(MergeWeights, GivesEachLayersWeightsWithIntervalsThatHoldTheTruth) {
  std::vector<std::vector<float>> a{values(1), values(2)}, b{values(3), values(4)}, mixtures;
  const float shares[] = {0.2f, 0.6f};
  for (std::size_t l = 0; l < 2; ++l) {
    mixtures.push_back(mixed(a[l], b[l], shares[l]));
    const std::vector<float> noise = values(10 + l);
    for (std::size_t i = 0; i < noise.size(); ++i) mixtures[l][i] += 0.05f * noise[i];
  }
  const MemoryModel first = modelOf("a", a), second = modelOf("b", b),
                    child = modelOf("child", mixtures);
  const Surveyed found("merge-weights", {&child, &first, &second});
  ASSERT_EQ(found.report.tables.size(), 3u);
  const auto& table = found.report.tables[1];
  ASSERT_EQ(table.rows.size(), 4u);
  for (std::size_t l = 0; l < 2; ++l) {
    const std::vector<std::string>& row = table.rows[2 * l + 1];  // layer, parent, weight, from, to
    EXPECT_EQ(row[1], "b");
    EXPECT_LT(std::stod(row[3]), shares[l]);
    EXPECT_GT(std::stod(row[4]), shares[l]);
    EXPECT_LT(std::stod(row[4]) - std::stod(row[3]), 0.2);
  }
  for (const double error : found.values("error")) EXPECT_GT(error, 0);
}

std::vector<std::string> yamlOf(const Surveyed& found) {
  std::vector<std::string> lines;
  for (const auto& row : found.report.tables.back().rows) lines.push_back(row.at(0));
  return lines;
}

TEST(MergeWeights, WritesMergekitsYamlWithOneWeightWhereLayersAgreeAndOneALayerElse) {
  const std::vector<std::vector<float>> a{values(1), values(2)}, b{values(3), values(4)};
  const MemoryModel first = modelOf("a", a), second = modelOf("b", b);
  const MemoryModel even = modelOf("even", {mixed(a[0], b[0], 0.25f), mixed(a[1], b[1], 0.25f)});
  const MemoryModel sloped =
      modelOf("sloped", {mixed(a[0], b[0], 0.25f), mixed(a[1], b[1], 0.75f)});
  EXPECT_THAT(yamlOf(Surveyed("merge-weights", {&even, &first, &second})),
              testing::ElementsAre("merge_method: linear", "models:", "  - model: a",
                                   HasSubstr("{weight: 0.75"), "  - model: b",
                                   HasSubstr("{weight: 0.25"), "parameters: {normalize: true}"));
  EXPECT_THAT(yamlOf(Surveyed("merge-weights", {&sloped, &first, &second})),
              testing::Contains(HasSubstr("{weight: [0.25")));
}

TEST(MergeWeights, SaysByAConditionNumberWhereParentsAreTooAlikeToTell) {
  const MemoryModel a = modelOf("a", {values(1)}), stranger = modelOf("stranger", {values(3)}),
                    twin = modelOf("twin", {mixed(values(1), values(4), 0.01f)});
  const MemoryModel child = modelOf("child", {mixed(values(1), values(3), 0.5f)});
  const Surveyed apart("merge-weights", {&child, &a, &stranger});
  const Surveyed alike("merge-weights", {&child, &a, &twin});
  EXPECT_LT(apart.value("condition"), 3);
  EXPECT_GT(alike.value("condition"), 50);
  EXPECT_THAT(alike.report.tables.at(0).note, HasSubstr("so alike"));
}

TEST(MergeWeights, IsNotMovedByRoundingWhereParentsDifferByFewSteps) {
  // Both parents and the merge on a lattice, as coarse as they differ.
  const auto onLattice = [](std::vector<float> list) {
    for (float& x : list) x = std::round(x * 64) / 64;
    return list;
  };
  const std::vector<float> first = onLattice(numbers(40'000, 1)), moves = numbers(40'000, 2);
  std::vector<float> second(first), merge(first);
  for (std::size_t i = 0; i < first.size(); ++i) second[i] += 0.02f * moves[i];
  second = onLattice(second);
  for (std::size_t i = 0; i < first.size(); ++i) {
    merge[i] = first[i] + 4.0f / 7 * (second[i] - first[i]);
  }
  merge = onLattice(merge);
  MemoryModel a("a"), b("b"), child("child");
  a.add("w", 0, {200, 200}, first);
  b.add("w", 0, {200, 200}, second);
  child.add("w", 0, {200, 200}, merge);
  const double weight = Surveyed("merge-weights", {&child, &a, &b}).values("merge-weights").at(1);
  EXPECT_NEAR(weight, 4.0 / 7, 0.08);
}

// Two parents in BF16 that differ by this much, and what `share` of the first makes of them in
// BF16, with noise of its own before it is rounded.
struct RoundedMerge {
  MemoryModel child{"child"}, first{"first"}, second{"second"};

  RoundedMerge(std::uint64_t seed, double difference, double share, double noise) {
    constexpr std::size_t kCount = 32 * 128;
    std::vector<float> b = numbers(kCount, seed, 0, 0.02), a(b), c(b);
    const std::vector<float> moves = numbers(kCount, seed + 1000, 0, difference);
    const std::vector<float> own = numbers(kCount, seed + 2000, 0, noise);
    for (std::size_t i = 0; i < kCount; ++i) {
      b[i] = stats::rounded(DType::BF16, b[i]);
      a[i] = stats::rounded(DType::BF16, b[i] + moves[i]);
      c[i] = stats::rounded(DType::BF16,
                            static_cast<float>(share * a[i] + (1 - share) * b[i]) + own[i]);
    }
    for (auto& [model, values] :
         {std::pair<MemoryModel&, std::vector<float>&>{child, c}, {first, a}, {second, b}}) {
      model.add("w", 0, {32, 128}, values, {}, DType::BF16);
    }
  }
};

TEST(MergeWeights, HoldTheTruthInTheirIntervalsHoweverNearTheParentsAre) {
  constexpr std::uint64_t kSeeds = 60;
  for (const double difference : {1e-3, 3e-4, 1.7e-4}) {
    for (const double noise : {0.0, 3e-5, 1e-4}) {
      std::size_t held = 0;
      for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        const double share = 0.3 + 0.4 * static_cast<double>(seed) / kSeeds;
        const RoundedMerge made(seed, difference, share, noise);
        const Surveyed found("merge-weights", {&made.child, &made.first, &made.second});
        const std::vector<std::string>& row = found.report.tables.at(0).rows.at(0);
        held += std::stod(row.at(2)) <= share && share <= std::stod(row.at(3));
      }
      EXPECT_GE(held, 57u) << "of " << kSeeds << ", difference " << difference << ", noise "
                           << noise;
    }
  }
}

TEST(MergeWeights, FindOneWeightWhereThePublishedFormulaFindsAnother) {
  for (const double difference : {5e-4, 3e-4, 1.7e-4}) {
    const RoundedMerge made(7, difference, 4.0 / 7, 0);
    const Surveyed found("merge-weights", {&made.child, &made.first, &made.second});
    EXPECT_NEAR(found.values("merge-weights").at(0), 4.0 / 7, 0.006) << difference;
    EXPECT_GT(found.value("collinearity"), 0.9);
  }
  const RoundedMerge near(7, 1.7e-4, 4.0 / 7, 0);
  EXPECT_GT(Surveyed("merge-weights", {&near.child, &near.first, &near.second}).value("along"),
            0.62)
      << "rounding pulls the share along the line upwards";
}

TEST(MergeWeights, NeedsMatricesThatAllModelsHave) {
  const MemoryModel a = modelOf("a", {values(1)});
  MemoryModel b("b");
  b.add("other", 0, {kRows, kColumns}, values(2));
  EXPECT_THAT(surveyError("merge-weights", {&a, &b}), HasSubstr("no matrix of 'a'"));
}

}  // namespace
}  // namespace kindred::merge_weights_test
