// Whether a rotation is worth fitting. Rows that correspond keep their inner products under any
// rotation of the residual stream, so that strangers are told from relatives by products of a few
// rows, before anything is decomposed. A screen reads of the models what the fit would have read,
// and nothing that a candidate is judged by.
#pragma once

#include <armadillo>

#include <kindred/analysis/linear/linear.hpp>

namespace kindred::aligner {

// Sums over pairs of rows of one model and the corresponding pairs of the other.
class GramAgreement {
 public:
  // Columns that correspond, of either model; at most some hundred of them, evenly spread, without
  // what they have in common (all rows of a model may lean one way). Several groups of rows are
  // compared each for itself.
  void add(const arma::fmat& a, const arma::fmat& b);

  // Of the inner products of two rows of A with those of the corresponding rows of B.
  double correlation() const;
  // Whether it is more than strangers reach, of which few directions may carry most: a model whose
  // rows correspond in part passes.
  bool beyondChance() const;

 private:
  double a_square_ = 0, b_square_ = 0, product_ = 0;
  double pairs_ = 0;
};

// Of columns that are paired by a guess, that are right for some: all, and those that are surest.
// `similarity` (rows: A, columns: B) is what paired them.
bool worthFitting(const arma::fmat& a, const arma::fmat& b, const linear::Pairs& pairs,
                  const arma::fmat& similarity);

}  // namespace kindred::aligner
