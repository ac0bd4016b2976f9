// What rows come to that somebody turned to fit.
#pragma once

#include <kindred/analysis/align/likeness.hpp>
#include <kindred/analysis/linear/linear.hpp>

namespace kindred::sign_test {

// Adds to `sizes.turned` the mean cosine of rows that are turned into each other to fit best: of
// the products' singular values (Schoenemann, Psychometrika 31, 1966). A few blocks tell it.
void addTurned(const arma::fmat& products, align::Sizes& sizes);

}  // namespace kindred::sign_test
