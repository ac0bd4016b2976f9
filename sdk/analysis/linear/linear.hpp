// The linear algebra of plugins that work on whole matrices. Linked to plugins only: the host
// starts without a BLAS. Matrices hold one unit (row of a weight matrix) a column, so that a
// row-major weight matrix is an Armadillo matrix as it stands.
//
// OpenBLAS runs on one thread: callers share the work out themselves, and its results would depend
// on its threads. Sizes that don't fit are the caller's mistake, and Armadillo's std::logic_error.
#pragma once

#include <armadillo>
#include <cstdint>
#include <utility>
#include <vector>

#include <kindred/alignment.hpp>

namespace kindred::linear {

// left' * right (rows: left's columns, columns: right's; both as long), checked by the method of
// Freivalds, 1979 (a random vector through both sides, 4 % of the time): some OpenBLAS builds are
// wrong on newer processors. A wrong product is an Error.
arma::fmat innerProducts(const arma::fmat& left, const arma::fmat& right);
arma::mat innerProducts(const arma::mat& left, const arma::mat& right);

// The rows of a weight matrix as columns of length 1 (`columns` x `rows`). Rows that are zero, or
// not finite, become zero and so match nothing. unitLength(): of columns as they are.
arma::fmat unitColumns(const Matrix& matrix);
arma::fmat unitLength(arma::fmat columns);

// At most `most` of so many columns, evenly spread, ascending.
arma::uvec spread(arma::uword count, arma::uword most);

// Of each column (sum of squares)^2 / sum of fourth powers: the number of its numbers if they were
// of one size, a third of it if they are normal; 0 for a column of zeros.
std::vector<double> effectiveNumbers(const arma::fmat& columns);
arma::mat wideUnitColumns(const Matrix& matrix);

// The dot product of two columns in double, the same bits everywhere: what decides is not left to a
// BLAS kernel.
double dot(const float* x, const float* y, std::size_t count);

// The orthogonal (for unequal sizes semi-orthogonal) R that maximises trace(R' M), M the sum of
// outer products of A's rows with B's, width of A x width of B like R: Schoenemann, Psychometrika
// 31 (1966). Empty where M has no singular value decomposition (it holds what is not finite).
arma::fmat procrustes(const arma::fmat& moments);

// In falling order; empty where there is no decomposition (what is not finite).
arma::fvec singularValues(const arma::fmat& matrix);

// A's columns (width of A x units) in B's residual stream (width of B x units): rotation' *
// columns. An empty rotation is the identity. matrixOf(): width of A x width of B, empty for the
// identity.
arma::fmat rotated(arma::fmat columns, const arma::fmat& rotation);
arma::fmat matrixOf(const Rotation& rotation);

// Pairs (row a, column b) that are each other's most similar; none of no rows.
using Pairs = std::vector<std::pair<arma::uword, arma::uword>>;
Pairs mutualBest(const arma::fmat& similarity);

}  // namespace kindred::linear
