// Models small enough for a test.
#pragma once

#include "trainer/corpus.hpp"
#include "trainer/weights.hpp"

namespace kindred::trainer {

inline Shape denseShape() {
  Shape shape;
  shape.hidden = 24;
  shape.layers = 2;
  shape.heads = 4;
  shape.kv_heads = 2;
  shape.head_dim = 8;
  shape.rotary_dim = 8;
  shape.intermediate = 40;
  shape.vocabulary = 32;
  return shape;
}

// A dense layer, then a layer of experts; half of each head is rotary.
inline Shape mixtureShape(Router router) {
  Shape shape = denseShape();
  shape.rotary_dim = 4;
  shape.experts = 4;
  shape.experts_per_token = 2;
  shape.expert_intermediate = 16;
  shape.shared_experts = 1;
  shape.first_dense = 1;
  shape.router = router;
  return shape;
}

template <class T>
Weights<T> fresh(const Shape& shape, std::uint64_t seed = 1) {
  return initialise<T>(shape, words(shape.vocabulary, 1), seed);
}

}  // namespace kindred::trainer
