#include <cmath>
#include <functional>
#include <memory>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <kindred/random.hpp>
#include <kindred/test.hpp>

#include "support/loaded_plugin.hpp"
#include "trainer/training.hpp"

namespace kindred::order_matching_test {
namespace {

// Twelve uniform numbers sum up to nearly normal ones.
double normal(Random& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += random.unit();
  return sum;
}

struct Tensor {
  TensorInfo info;
  std::vector<float> values;

  Tensor(std::string model, std::vector<std::uint64_t> shape,
         const std::function<double(std::uint64_t)>& value) {
    info.model = std::move(model);
    info.name = "x";
    info.shape = std::move(shape);
    info.elements = std::accumulate(info.shape.begin(), info.shape.end(), std::uint64_t{1},
                                    std::multiplies<>());
    for (std::uint64_t i = 0; i < info.elements; ++i) {
      values.push_back(static_cast<float>(value(i)));
    }
  }
  Matrix matrix() const { return {&info, info.shape[0], info.elements / info.shape[0], values}; }
};

std::vector<Finding> findings(const Tensor& a, const Tensor& b) {
  return support::load<Test>("order-matching")->onRows({{a.matrix(), b.matrix(), std::nullopt}});
}

double log10P(const Tensor& a, const Tensor& b) { return findings(a, b).at(0).log10_p; }

Tensor noise(std::uint64_t seed, std::vector<std::uint64_t> shape) {
  auto random = std::make_shared<Random>(seed);
  return {"m", std::move(shape), [random](std::uint64_t) { return normal(*random); }};
}

TEST(OrderMatching, KeepsThePromisesOfTheInterface) {
  EXPECT_EQ(support::complaints("order-matching"), "");
}

TEST(OrderMatching, FindsWhatKeptItsOrder) {
  for (const std::vector<std::uint64_t>& shape :
       {std::vector<std::uint64_t>{64, 96}, {48, 32, 3}, {128, 32}, {64, 1, 64}}) {
    const Tensor a = noise(1, shape), more = noise(2, shape);
    Tensor b = a;
    for (std::size_t i = 0; i < b.values.size(); ++i) b.values[i] += more.values[i];
    EXPECT_LT(log10P(a, b), -12);
    for (float& x : b.values) x = -x;
    EXPECT_LT(log10P(a, b), -12);
  }
}

TEST(OrderMatching, SaysThatItsAssumptionIsUnverifiedAndWhatItWouldSee) {
  const Finding finding = findings(noise(1, {128, 128}), noise(2, {128, 128})).at(0);
  EXPECT_TRUE(support::load<kindred::Test>("order-matching")->assumes());
  EXPECT_THAT(finding.assumptions, testing::HasSubstr("unknown families"));
  EXPECT_EQ(finding.gauge, "row-order");
  EXPECT_LT(finding.log10_p_floor, -200);
  // What it says that it would have seen, it sees.
  const double rho = finding.detectable_rho.value();
  int seen = 0;
  for (std::uint64_t seed = 10; seed < 30; ++seed) {
    const Tensor a = noise(seed, {128, 128}), other = noise(seed + 100, {128, 128});
    Tensor b = a;
    for (std::size_t i = 0; i < b.values.size(); ++i) {
      b.values[i] =
          static_cast<float>(rho * a.values[i] + std::sqrt(1 - rho * rho) * other.values[i]);
    }
    seen += log10P(a, b) < -6;
  }
  EXPECT_EQ(seen, 20);
}

TEST(OrderMatching, AbstainsOnConstants) {
  const Tensor ones("m", {32, 32}, [](std::uint64_t) { return 1.0; });
  EXPECT_TRUE(findings(ones, ones).empty());
}

// Columns that mean the same in any model (frequencies), rows in an order of their own.
TEST(OrderMatching, OneOrderedAxisAccusesNobody) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto filters = [](std::uint64_t number, bool turned) {
      auto random = std::make_shared<Random>(number);
      std::vector<double> centre(64);
      for (double& c : centre) c = 64 * random->unit();
      return Tensor("m", {64, 64}, [=](std::uint64_t i) {
        const std::uint64_t row = turned ? i % 64 : i / 64, column = turned ? i / 64 : i % 64;
        const double distance = (static_cast<double>(column) - centre[row]) / 4;
        return std::exp(-distance * distance) * std::cos(distance) + 0.1 * normal(*random);
      });
    };
    for (const bool turned : {false, true}) {
      EXPECT_GT(log10P(filters(2 * seed, turned), filters(2 * seed + 1, turned)), -4);
    }
  }
}

// Gates of one layer stacked, each with strong self-connections: both models have them in place.
TEST(OrderMatching, DiagonalsThatAnyRecurrentLayerHasAccuseNobody) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto recurrent = [](std::uint64_t number) {
      auto random = std::make_shared<Random>(number);
      return Tensor("m", {256, 64}, [=](std::uint64_t i) {
        const std::uint64_t row = i / 64, column = i % 64;
        return normal(*random) + (row % 64 == column ? 8.0 : 0.0);
      });
    };
    EXPECT_GT(log10P(recurrent(2 * seed), recurrent(2 * seed + 1)), -4);
  }
}

// What all rows or all columns have in common: inputs above zero, a filter's profile.
TEST(OrderMatching, CommonProfilesAccuseNobody) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const auto kernel = [](std::uint64_t number) {
      auto random = std::make_shared<Random>(number);
      return Tensor("m", {64, 64, 3}, [=](std::uint64_t i) {
        const auto row = static_cast<double>(i / 192), column = static_cast<double>(i / 3 % 64);
        return (i % 3 == 1 ? 2.0 : 0.5) * (1 + 0.05 * row + 0.05 * column) + 0.5 * normal(*random);
      });
    };
    EXPECT_GT(log10P(kernel(2 * seed), kernel(2 * seed + 1)), -4);
  }
}

// Every matrix of models that one recipe and one text made from different seeds.
TEST(OrderMatching, ModelsTrainedFromOtherSeedsAreNotAccused) {
  trainer::Shape shape;
  shape.hidden = 32;
  shape.layers = 2;
  shape.head_dim = 8;
  shape.rotary_dim = 8;
  shape.intermediate = 64;
  shape.vocabulary = 64;
  trainer::Training training;
  training.steps = 60;
  const trainer::Corpus corpus(shape.vocabulary, 1);
  std::vector<std::vector<Tensor>> models;
  for (std::uint64_t seed = 1; seed <= 16; ++seed) {
    auto weights = trainer::initialise<float>(shape, trainer::words(shape.vocabulary, 1), seed);
    training.seed = seed;
    trainer::train(weights, corpus, training);
    std::vector<Tensor> tensors;
    for (const auto& [name, matrix] : trainer::matrices(weights)) {
      if (matrix->rows < 16) continue;
      tensors.emplace_back("m", std::vector<std::uint64_t>{matrix->rows, matrix->columns},
                           [values = matrix->values](std::uint64_t i) { return values[i]; });
    }
    models.push_back(std::move(tensors));
  }
  int tests = 0, below = 0;
  for (std::size_t a = 0; a < models.size(); ++a) {
    for (std::size_t b = a + 1; b < models.size(); ++b) {
      for (std::size_t t = 0; t < models[a].size(); ++t) {
        const double p = log10P(models[a][t], models[b][t]);
        ++tests;
        below += p < std::log10(0.05);
        EXPECT_GT(p, -5) << "tensor " << t << " of models " << a << " and " << b;
      }
    }
  }
  EXPECT_GT(tests, 1500);
  EXPECT_LT(below, tests / 20);
}

}  // namespace
}  // namespace kindred::order_matching_test
