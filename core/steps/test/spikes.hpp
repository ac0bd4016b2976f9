// Elements that stand far above all others of a matrix.
#pragma once

#include <span>

namespace kindred::steps {

// Sets to zero what is more than eight times the median size of the elements that are not zero; of
// normal numbers that is one in ten millions. A matrix that began as an identity, a Dirac kernel or
// any other pattern of few ones keeps that pattern through training, and strangers that began so
// share it: where its ones stand is design and no evidence.
void setSpikesAside(std::span<float> values);

}  // namespace kindred::steps
