#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(MergeWeights, NeedsMatricesThatAllModelsHave) {
  const MemoryModel a = modelOf("a", {values(1)});
  MemoryModel b("b");
  b.add("other", 0, {kRows, kColumns}, values(2));
  EXPECT_THAT(surveyError("merge-weights", {&a, &b}), HasSubstr("no matrix of 'a'"));
}

}  // namespace
}  // namespace kindred::merge_weights_test
