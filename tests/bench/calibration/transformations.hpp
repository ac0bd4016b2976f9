// What is done to models between publication and dispute: each at three strengths, most followed by
// further training.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "kept.hpp"
#include "trainer/corpus.hpp"
#include "trainer/weights.hpp"

namespace kindred::calibration {

using Model = trainer::Weights<float>;

// What a descendant is made from.
struct Materials {
  Model root;             // a trained model
  Model sibling;          // fine-tuned from the root
  Model stranger;         // of the root's shape and corpus, trained from another start
  trainer::Corpus own;    // the root's corpus
  trainer::Corpus other;  // of the same vocabulary
};

struct Transformation {
  enum class To { all, dense, mixtures };

  std::string name;
  std::array<std::string, 3> strengths;  // in words
  To to = To::all;
  std::function<Model(const Materials&, std::size_t strength, std::uint64_t seed)> make;
  Kept keeps = {};

  bool appliesTo(const Model& root) const {
    return to == To::all || (to == To::mixtures) == root.shape.mixture();
  }
};

std::vector<Transformation> transformations();

// Training that follows; at a low rate unless said otherwise.
struct Further {
  std::size_t steps = 0;
  double rate = 3e-3;  // roots have 1e-2
  std::function<bool(std::string_view)> frozen = {};
};
void trainOn(Model& model, const trainer::Corpus& corpus, const Further& further,
             std::uint64_t seed);

}  // namespace kindred::calibration
