#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "trainer/network.hpp"
#include "unit/trainer/models.hpp"

namespace kindred::trainer {
namespace {

// Compares the gradient with central differences at some elements of every matrix.
void expectGradientIsRight(const Shape& shape) {
  Weights<double> weights = fresh<double>(shape);
  Random random(5);
  // Gains of one would hide a missing factor.
  for (const auto& [name, matrix] : matrices(weights)) {
    if (matrix->rows != 1) continue;
    for (double& gain : matrix->values) gain += 0.5 * random.unit();
  }
  const Batch batch = Corpus(shape.vocabulary, 1).batch(2, 7, random);
  Weights<double> gradient = zerosLike(weights);
  lossAndGradient(weights, batch, gradient);
  const auto gradients = matrices(gradient);
  const auto all = matrices(weights);
  for (std::size_t m = 0; m < all.size(); ++m) {
    for (int probe = 0; probe < 12; ++probe) {
      const std::size_t at = random.below(all[m].matrix->values.size());
      double& weight = all[m].matrix->values[at];
      const double kept = weight, step = 1e-5;
      weight = kept + step;
      const double above = loss(weights, batch);
      weight = kept - step;
      const double below = loss(weights, batch);
      weight = kept;
      EXPECT_NEAR(gradients[m].matrix->values[at], (above - below) / (2 * step), 1e-7)
          << all[m].name << " element " << at;
    }
  }
}

TEST(Gradient, AgreesWithFiniteDifferencesInADenseModel) { expectGradientIsRight(denseShape()); }

TEST(Gradient, AgreesWithFiniteDifferencesUnderASoftmaxRouter) {
  expectGradientIsRight(mixtureShape(Router::softmax));
}

TEST(Gradient, AgreesWithFiniteDifferencesUnderASigmoidRouter) {
  expectGradientIsRight(mixtureShape(Router::sigmoid));
}

TEST(Gradient, AgreesWithFiniteDifferencesUnderLayerNormAndWithoutAGate) {
  Shape shape = denseShape();
  shape.plain = true;
  expectGradientIsRight(shape);
}

TEST(Gradient, AgreesWithFiniteDifferencesOfBiases) {
  Shape shape = denseShape();
  shape.biases = true;
  expectGradientIsRight(shape);
}

TEST(Loss, OfAnUntrainedModelIsThatOfGuessing) {
  const Shape shape = denseShape();
  Weights<float> weights = fresh<float>(shape);
  std::fill(weights.output.values.begin(), weights.output.values.end(), 0.f);
  Random random(1);
  const Batch batch = Corpus(shape.vocabulary, 1).batch(2, 8, random);
  EXPECT_NEAR(loss(weights, batch), std::log(32.0), 1e-6);
}

// What another target at position 3 changes is the prediction at position 3 alone, which must not
// depend on the inputs behind it, but on those before it.
TEST(Loss, SeesEarlierTokensAndNoLaterOnes) {
  const Shape shape = denseShape();
  const Weights<double> weights = fresh<double>(shape);
  Random random(1);
  const Batch batch = Corpus(shape.vocabulary, 1).batch(1, 8, random);
  const auto predictionAt3 = [&](std::size_t changed_input) {
    Batch one = batch;
    one.inputs[changed_input] = (one.inputs[changed_input] + 1) % 32;
    Batch other = one;
    other.targets[3] = (other.targets[3] + 1) % 32;
    return loss(weights, one) - loss(weights, other);
  };
  EXPECT_NEAR(predictionAt3(4), predictionAt3(7), 1e-13);
  EXPECT_GT(std::abs(predictionAt3(4) - predictionAt3(0)), 1e-6);
  EXPECT_GT(std::abs(predictionAt3(4) - predictionAt3(3)), 1e-6);
}

}  // namespace
}  // namespace kindred::trainer
