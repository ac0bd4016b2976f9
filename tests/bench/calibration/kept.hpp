// What a descendant still has of its root, so that a pair without anything in common is not counted
// as one that a test should have found.
#pragma once

#include <string>

namespace kindred::calibration {

// Components whose weights are still the root's, up to training, rounding, order and signs.
struct Kept {
  bool embeddings = true;
  bool norms = true;  // gains that are neither folded nor redrawn
  bool attention = true;
  bool mlps = true;
  bool stream = true;  // the residual stream has the root's coordinates, in its order
};

// Why no test can compare two models made of one root; empty: something can be compared. Attention
// and MLPs are recognised in any residual stream. Embeddings and gains are compared coordinate by
// coordinate: in another stream they can only be aligned by themselves, which proves nothing.
std::string nothingShared(const Kept& x, const Kept& y);

}  // namespace kindred::calibration
