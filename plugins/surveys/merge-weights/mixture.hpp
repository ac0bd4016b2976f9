// Least squares of a model's values on its parents', sums over tensors: weights with intervals that
// hold rounding to the stored type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <kindred/analysis/linear/linear.hpp>
#include <kindred/dtype.hpp>

namespace kindred::merge {

// The child's values, then those of each parent; all of one length.
using Values = std::vector<std::vector<float>>;

// Inner products that least squares needs; sums over tensors. Behind the parents stands one more
// regressor, the rounding that the fitted mixture suffers in the child's type.
struct Products {
  arma::mat gram;
  arma::vec child;
  double square = 0;  // of the child
  std::uint64_t elements = 0;

  explicit Products(std::size_t parents);
  std::size_t parents() const { return child.n_elem - 1; }
  Products& operator+=(const Products& other);
};

// Of one or more tensors: over all sampled elements, and by blocks of rows over those at which the
// parents differ most.
struct Sums {
  Products all;
  std::vector<Products> telling;
  // Of each parent with the rounding of mixtures near the fitted one.
  std::vector<arma::vec> nearby;

  explicit Sums(std::size_t parents);
  Sums& operator+=(const Sums& other);
};

Sums sumsOf(const Values& values, DType stored);

struct Mixture {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  std::vector<double> weights;  // NaN: parents cannot be told apart
  std::vector<double> errors;   // standard ones, by the jackknife over blocks of rows
  // By how much rounding to the stored type can have moved each weight: the most of what it does to
  // the fitted mixture and to those up to 0.1 away.
  std::vector<double> rounding;
  double unexplained = kNone;  // share of the child's square
  double alone = kNone;        // the same with the best parent alone
  double condition = kNone;    // of the parents' correlations: 1 at a right angle
  // Of two parents, over all elements, d being their difference and c that of child and second
  // parent: <c, d> / <d, d>, and their cosine.
  double along = kNone, collinearity = kNone;

  // Half of the interval that holds a weight with 95 %.
  double half(std::size_t parent) const;
};

Mixture mixtureOf(const Sums& sums);

}  // namespace kindred::merge
