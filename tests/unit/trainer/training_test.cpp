#include <gtest/gtest.h>

#include <cstring>

#include "trainer/training.hpp"
#include "unit/trainer/models.hpp"

namespace kindred::trainer {
namespace {

Training course(std::size_t steps) {
  Training training;
  training.steps = steps;
  training.sequences = 4;
  training.length = 16;
  return training;
}

template <class T>
bool sameBits(Weights<T>& a, Weights<T>& b) {
  const auto left = matrices(a), right = matrices(b);
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto& x = left[i].matrix->values;
    const auto& y = right[i].matrix->values;
    if (x.size() != y.size() || std::memcmp(x.data(), y.data(), x.size() * sizeof(T)) != 0) {
      return false;
    }
  }
  return left.size() == right.size();
}

double mean(const std::vector<double>& values, std::size_t from, std::size_t count) {
  double sum = 0;
  for (std::size_t i = from; i < from + count; ++i) sum += values[i];
  return sum / static_cast<double>(count);
}

TEST(Training, LowersTheLossOfDenseModelsAndMixtures) {
  for (const Shape& shape : {denseShape(), mixtureShape(Router::sigmoid)}) {
    Weights<float> weights = fresh<float>(shape);
    const std::vector<double> losses = train(weights, Corpus(shape.vocabulary, 3), course(150));
    EXPECT_LT(mean(losses, 140, 10), 0.8 * mean(losses, 0, 10));
  }
}

TEST(Training, LowersTheLossByGradientDescentToo) {
  const Shape shape = denseShape();
  Weights<float> weights = fresh<float>(shape);
  Training training = course(150);
  training.optimizer = Optimizer::sgd;
  training.rate = 0.2;
  const std::vector<double> losses = train(weights, Corpus(shape.vocabulary, 3), training);
  EXPECT_LT(mean(losses, 140, 10), 0.9 * mean(losses, 0, 10));
}

TEST(Training, GivesTheSameBitsForTheSameSeed) {
  const Shape shape = mixtureShape(Router::softmax);
  Weights<float> first = fresh<float>(shape), second = fresh<float>(shape);
  train(first, Corpus(shape.vocabulary, 3), course(20));
  train(second, Corpus(shape.vocabulary, 3), course(20));
  EXPECT_TRUE(sameBits(first, second));
  Weights<float> other = fresh<float>(shape, 2);
  train(other, Corpus(shape.vocabulary, 3), course(20));
  EXPECT_FALSE(sameBits(first, other));
}

TEST(Training, LeavesFrozenWeightsAlone) {
  const Shape shape = denseShape();
  Weights<float> weights = fresh<float>(shape);
  const Weights<float> before = weights;
  Training training = course(5);
  training.frozen = [](std::string_view name) { return name.ends_with("norm.weight"); };
  train(weights, Corpus(shape.vocabulary, 3), training);
  EXPECT_EQ(weights.final_norm.values, before.final_norm.values);
  EXPECT_EQ(weights.layers[1].mlp_norm.values, before.layers[1].mlp_norm.values);
  EXPECT_NE(weights.layers[1].mlp.up.values, before.layers[1].mlp.up.values);
}

}  // namespace
}  // namespace kindred::trainer
