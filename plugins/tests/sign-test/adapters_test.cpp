// The signs of adapters' components, on adapters that are trained here: with one base, one set of
// data and one recipe, from seeds of their own.
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <kindred/matrix_test.hpp>
#include <kindred/random.hpp>

#include "support/loaded_plugin.hpp"

namespace kindred::adapters_test {
namespace {

constexpr std::uint64_t kInputs = 20, kOutputs = 16, kRank = 4, kModules = 8, kBatch = 8;

// One factor with what Adam remembers of it.
struct Factor {
  std::vector<double> values, first, second;

  explicit Factor(std::size_t size) : values(size), first(size), second(size) {}
  void step(const std::vector<double>& gradient, int t) {
    constexpr double kRate = 0.02;
    for (std::size_t i = 0; i < values.size(); ++i) {
      first[i] = 0.9 * first[i] + 0.1 * gradient[i];
      second[i] = 0.99 * second[i] + 0.01 * gradient[i] * gradient[i];
      const double size = std::sqrt(second[i] / (1 - std::pow(0.99, t))) + 1e-8;
      values[i] -= kRate * first[i] / (1 - std::pow(0.9, t)) / size;
    }
  }
};

struct Module {
  Factor a{kRank * kInputs}, b{kOutputs * kRank};
};
using Lora = std::array<Module, kModules>;

double normal(Random& random) {
  double sum = 0;
  for (int i = 0; i < 12; ++i) sum += random.unit();
  return sum - 6;
}

// A as PyTorch draws it, B zero.
Lora start(std::uint64_t seed) {
  Random random(seed);
  Lora lora;
  for (Module& module : lora) {
    for (double& x : module.a.values) x = (2 * random.unit() - 1) * std::sqrt(3.0 / kInputs);
  }
  return lora;
}

// Towards a change that all want, on inputs of which a few coordinates are far larger.
void train(Lora& lora, int steps, std::uint64_t data) {
  Random wanted(1), random(data);
  for (Module& module : lora) {
    std::vector<double> target(kOutputs * kInputs);
    for (double& x : target) x = 0.4 * normal(wanted);
    for (int t = 1; t <= steps; ++t) {
      std::vector<double> of_a(module.a.values.size()), of_b(module.b.values.size());
      for (std::uint64_t n = 0; n < kBatch; ++n) {
        std::array<double, kInputs> x;
        std::array<double, kRank> inner{};
        for (std::uint64_t i = 0; i < kInputs; ++i) x[i] = (i < 3 ? 4 : 1) * normal(random);
        for (std::uint64_t k = 0; k < kRank; ++k) {
          for (std::uint64_t i = 0; i < kInputs; ++i)
            inner[k] += module.a.values[k * kInputs + i] * x[i];
        }
        for (std::uint64_t o = 0; o < kOutputs; ++o) {
          double error = 0;
          for (std::uint64_t i = 0; i < kInputs; ++i) error -= target[o * kInputs + i] * x[i];
          for (std::uint64_t k = 0; k < kRank; ++k)
            error += module.b.values[o * kRank + k] * inner[k];
          for (std::uint64_t k = 0; k < kRank; ++k) {
            of_b[o * kRank + k] += error * inner[k];
            const double back = error * module.b.values[o * kRank + k];
            for (std::uint64_t i = 0; i < kInputs; ++i) of_a[k * kInputs + i] += back * x[i];
          }
        }
      }
      module.a.step(of_a, t);
      module.b.step(of_b, t);
    }
  }
}

void setLength(float* first, std::uint64_t count) {
  double sum = 0;
  for (std::uint64_t i = 0; i < count; ++i) sum += double{first[i]} * first[i];
  if (sum == 0) return;
  for (std::uint64_t i = 0; i < count; ++i) {
    first[i] = static_cast<float>(first[i] / std::sqrt(sum));
  }
}

class AdapterComponents : public testing::Test {
 protected:
  AdapterComponents() {
    info_.model = "a";
    info_.shape = {kRank, kInputs, kOutputs};
  }

  Matrix rows(const Module& module) const {
    Matrix matrix{&info_, kRank, kInputs + kOutputs, {}};
    for (std::uint64_t k = 0; k < kRank; ++k) {
      for (std::uint64_t i = 0; i < kInputs; ++i) {
        matrix.values.push_back(static_cast<float>(module.a.values[k * kInputs + i]));
      }
      for (std::uint64_t o = 0; o < kOutputs; ++o) {
        matrix.values.push_back(static_cast<float>(module.b.values[o * kRank + k]));
      }
      setLength(matrix.values.data() + k * matrix.columns, kInputs);
      setLength(matrix.values.data() + k * matrix.columns + kInputs, kOutputs);
    }
    return matrix;
  }

  // The number of heads first, then the ranks; empty: nothing to test.
  std::vector<Finding> test(const Lora& a, const Lora& b) const {
    std::vector<RowPair> pairs;
    for (std::size_t m = 0; m < kModules; ++m) {
      pairs.push_back({rows(a[m]), rows(b[m]), Gauge::adapter_rank});
    }
    return test_->runOnAdapters(pairs);
  }

  TensorInfo info_;
  std::unique_ptr<MatrixTest> test_ = support::load<MatrixTest>("sign-test");
};

TEST_F(AdapterComponents, OfStrangersTossFairCoins) {
  constexpr int kAdapters = 24;  // 276 pairs
  std::vector<Lora> adapters;
  for (int i = 0; i < kAdapters; ++i) {
    adapters.push_back(start(100 + static_cast<std::uint64_t>(i)));
    train(adapters.back(), 40, 7);
  }
  double sum = 0, squares = 0, pairs = 0;
  std::array<double, 2> rejected{};
  for (int i = 0; i < kAdapters; ++i) {
    for (int j = 0; j < i; ++j) {
      const auto findings = test(adapters[i], adapters[j]);
      ASSERT_EQ(findings.size(), 2u);
      const auto coins = static_cast<double>(findings[0].units);
      EXPECT_EQ(coins, kModules * kRank);
      const double z = (2 * findings[0].statistic - coins) / std::sqrt(coins);
      sum += z;
      squares += z * z;
      ++pairs;
      for (std::size_t f = 0; f < 2; ++f) rejected[f] += findings[f].log10_p <= std::log10(0.05);
      EXPECT_GT(findings[0].log10_p, -4);
      EXPECT_GT(findings[1].log10_p, -4);
    }
  }
  EXPECT_NEAR(sum / pairs, 0, 0.25);
  EXPECT_NEAR(std::sqrt(squares / pairs), 1, 0.15);
  for (const double count : rejected) EXPECT_LT(count / pairs, 0.09);
}

TEST_F(AdapterComponents, OfOneTrainedOnAllFallHeads) {
  Lora a = start(1);
  train(a, 40, 7);
  Lora b = a;
  train(b, 10, 8);
  const auto findings = test(a, b);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_LT(findings[0].log10_p, -7);
  EXPECT_GE(findings[0].log10_p, findings[0].log10_p_floor);
  ASSERT_TRUE(findings[0].likeness);
  EXPECT_GT(findings[0].likeness->matched, 1.5 * findings[0].likeness->chance);
}

TEST_F(AdapterComponents, KeepTheirSignsAsOneWhereModulesWereDrawnFromOneSeed) {
  Lora a = start(1);
  for (Module& module : a) module.a = a[0].a;
  train(a, 2, 7);
  Lora b = start(2);
  train(b, 10, 7);
  const auto findings = test(a, b);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_LT(findings[0].units, kModules * kRank);
  EXPECT_EQ(findings[0].copies, kModules * kRank - findings[0].units);
}

TEST_F(AdapterComponents, TossNoneWhereTheyWereNotDrawn) {
  Lora doubled = start(1), constant = start(1);
  for (Module& module : doubled) {
    std::copy_n(module.a.values.begin(), kInputs, module.a.values.begin() + kInputs);
  }
  for (Module& module : constant) {
    std::fill(module.a.values.begin(), module.a.values.end(), 0.3);
  }
  EXPECT_TRUE(test(doubled, start(2)).empty());
  EXPECT_TRUE(test(constant, start(2)).empty());
}

}  // namespace
}  // namespace kindred::adapters_test
