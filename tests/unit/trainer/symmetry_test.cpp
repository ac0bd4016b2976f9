// What the sign tests rest on: training commutes with the signs of every gauge, to the last bit.
// Negation commutes with rounding to nearest, and sums keep their order.
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <string>

#include "trainer/network.hpp"
#include "trainer/signs.hpp"
#include "trainer/training.hpp"
#include "unit/trainer/models.hpp"

namespace kindred::trainer {
namespace {

template <class T>
using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

// Elements of which the bits differ, and how many elements there are.
template <class T>
std::pair<std::size_t, std::size_t> differences(Weights<T>& a, Weights<T>& b) {
  const auto left = matrices(a), right = matrices(b);
  std::size_t differing = 0, elements = 0;
  for (std::size_t m = 0; m < left.size(); ++m) {
    elements += left[m].matrix->values.size();
    for (std::size_t i = 0; i < left[m].matrix->values.size(); ++i) {
      differing += std::bit_cast<Bits<T>>(left[m].matrix->values[i]) !=
                   std::bit_cast<Bits<T>>(right[m].matrix->values[i]);
    }
  }
  return {differing, elements};
}

template <class T>
void expectSymmetry(const Shape& shape, Optimizer optimizer, SignGauge gauge = SignGauge::all) {
  const Corpus corpus(shape.vocabulary, 3);
  Training training;
  training.steps = 60;
  training.sequences = 4;
  training.length = 16;
  training.optimizer = optimizer;
  training.rate = optimizer == Optimizer::sgd ? 0.2 : 4e-3;

  Weights<T> plain = fresh<T>(shape);
  Weights<T> flipped = plain;
  const Signs<T> signs = drawSigns(flipped, 9, gauge);
  applySigns(flipped, signs);
  ASSERT_GT(differences(plain, flipped).first, differences(plain, flipped).second / 32);

  const std::vector<double> losses = train(plain, corpus, training);
  EXPECT_EQ(train(flipped, corpus, training), losses);  // the same function, all along
  applySigns(flipped, signs);
  EXPECT_EQ(differences(plain, flipped).first, 0u);
}

TEST(SignSymmetry, AdamWKeepsItToTheLastBitInADenseModel) {
  expectSymmetry<float>(denseShape(), Optimizer::adamw);
  expectSymmetry<double>(denseShape(), Optimizer::adamw);
}

TEST(SignSymmetry, AdamWKeepsItToTheLastBitInMixturesOfExperts) {
  expectSymmetry<float>(mixtureShape(Router::softmax), Optimizer::adamw);
  expectSymmetry<float>(mixtureShape(Router::sigmoid), Optimizer::adamw);
}

TEST(SignSymmetry, GradientDescentKeepsItToTheLastBit) {
  expectSymmetry<float>(denseShape(), Optimizer::sgd);
  expectSymmetry<float>(mixtureShape(Router::sigmoid), Optimizer::sgd);
}

TEST(SignSymmetry, HoldsForEveryGaugeByItself) {
  for (const SignGauge gauge :
       {SignGauge::units, SignGauge::values, SignGauge::keys, SignGauge::residual}) {
    SCOPED_TRACE(static_cast<unsigned>(gauge));
    expectSymmetry<float>(mixtureShape(Router::sigmoid), Optimizer::adamw, gauge);
  }
}

// The gate's activation is not odd: negating a gate row changes the function.
TEST(SignSymmetry, DoesNotHoldForGateRows) {
  const Shape shape = denseShape();
  Weights<double> weights = fresh<double>(shape);
  Random random(1);
  const Batch batch = Corpus(shape.vocabulary, 3).batch(4, 16, random);
  const double before = loss(weights, batch);
  for (std::size_t c = 0; c < shape.hidden; ++c) weights.layers[0].mlp.gate(0, c) *= -1;
  for (std::size_t c = 0; c < shape.hidden; ++c) weights.layers[0].mlp.down(c, 0) *= -1;
  EXPECT_NE(loss(weights, batch), before);
}

// A rotary pair turns as one: signs of its halves must agree.
TEST(SignSymmetry, DoesNotHoldForHalfARotaryPair) {
  const Shape shape = denseShape();
  Weights<double> weights = fresh<double>(shape);
  Random random(1);
  const Batch batch = Corpus(shape.vocabulary, 3).batch(4, 16, random);
  const double before = loss(weights, batch);
  const std::size_t group_rows = shape.heads / shape.kv_heads * shape.head_dim;
  for (std::size_t c = 0; c < shape.hidden; ++c) {
    weights.layers[0].k(0, c) *= -1;
    for (std::size_t row = 0; row < group_rows; row += shape.head_dim) {
      weights.layers[0].q(row, c) *= -1;
    }
  }
  EXPECT_NE(loss(weights, batch), before);
}

}  // namespace
}  // namespace kindred::trainer
