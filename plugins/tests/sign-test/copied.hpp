// Layers that are copies of each other, number by number.
#pragma once

#include <cstddef>

#include <kindred/analysis/linear/linear.hpp>

namespace kindred::sign_test {

// Whether columns of equal number agree in sign, or disagree, more often than chance lets any of
// `tried` pairs of layers do, at p = 0.01 for all of them. Where the one is longer, its first ones.
bool areCopies(const arma::fmat& x, const arma::fmat& y, std::size_t tried);

}  // namespace kindred::sign_test
