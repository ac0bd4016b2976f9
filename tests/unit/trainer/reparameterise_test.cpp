#include "trainer/reparameterise.hpp"

#include <gtest/gtest.h>

#include "trainer/network.hpp"
#include "unit/trainer/models.hpp"

namespace kindred::trainer {
namespace {

// A model whose gains differ from one, and a text.
class Reparameterisation : public testing::TestWithParam<bool> {
 protected:
  Reparameterisation() {
    const Shape shape = GetParam() ? mixtureShape(Router::sigmoid) : denseShape();
    weights = fresh<double>(shape);
    Random random(4);
    for (const auto& [name, matrix] : matrices(weights)) {
      if (!name.ends_with("norm.weight")) continue;
      for (double& gain : matrix->values) gain += 0.5 * random.unit();
    }
    batch = Corpus(shape.vocabulary, 3).batch(4, 12, random);
    before = loss(weights, batch);
  }

  // The loss is the same; the matrix is not.
  void expectSameFunction(const Matrix<double>& matrix, const std::vector<double>& old) const {
    EXPECT_NEAR(loss(weights, batch), before, 1e-11);
    EXPECT_NE(matrix.values, old);
  }

  Weights<double> weights;
  Batch batch;
  double before = 0;
};

TEST_P(Reparameterisation, OfUnitsKeepsTheFunction) {
  const auto old = mlpsOf(weights.layers[1])[0]->up.values;
  permuteUnits(weights, 1);
  expectSameFunction(mlpsOf(weights.layers[1])[0]->up, old);
  scaleUnits(weights, 4, 1);
  expectSameFunction(mlpsOf(weights.layers[1])[0]->up, old);
}

TEST_P(Reparameterisation, OfHeadsKeepsTheFunction) {
  const auto old = weights.layers[0].q.values;
  permuteHeads(weights, 2);
  expectSameFunction(weights.layers[0].q, old);
}

TEST_P(Reparameterisation, OfValuesKeepsTheFunction) {
  const auto old = weights.layers[0].v.values;
  rotateValues(weights, 1);
  expectSameFunction(weights.layers[0].v, old);
}

TEST_P(Reparameterisation, OfRotaryPairsKeepsTheFunction) {
  const auto old = weights.layers[0].k.values;
  turnRotaryPairs(weights, 1);
  expectSameFunction(weights.layers[0].k, old);
}

TEST_P(Reparameterisation, OfGainsKeepsTheFunction) {
  const auto old = weights.layers[0].attention_norm.values;
  redrawGains(weights, 3, 1);
  expectSameFunction(weights.layers[0].attention_norm, old);
  foldGains(weights);
  expectSameFunction(weights.layers[0].attention_norm, old);
}

TEST_P(Reparameterisation, OfTheResidualStreamKeepsTheFunction) {
  const auto old = weights.embedding.values;
  permuteResidual(weights, 1);
  expectSameFunction(weights.embedding, old);
  rotateResidual(weights, 1);
  expectSameFunction(weights.embedding, old);
}

TEST_P(Reparameterisation, OfExpertsKeepsTheFunction) {
  if (weights.layers[1].experts.empty()) {
    const auto old = weights.layers[1].mlp.up.values;
    permuteExperts(weights, 3);
    EXPECT_EQ(weights.layers[1].mlp.up.values, old);
    return;
  }
  const auto old = weights.layers[1].router.values;
  permuteExperts(weights, 3);
  expectSameFunction(weights.layers[1].router, old);
}

INSTANTIATE_TEST_SUITE_P(OfModels, Reparameterisation, testing::Bool(), [](const auto& which) {
  return which.param ? "MixtureOfExperts" : "Dense";
});

}  // namespace
}  // namespace kindred::trainer
