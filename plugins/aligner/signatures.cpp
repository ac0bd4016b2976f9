#include "signatures.hpp"

#include <algorithm>

#include "linear/linear.hpp"

namespace kindred::aligner {

arma::fmat signaturesOf(const arma::fmat& gates, arma::uword tail) {
  const arma::uword units = gates.n_cols;
  if (units < 2 * tail + 1) return {};
  const arma::fmat cosines = linear::innerProducts(gates, gates);
  arma::fmat signatures(2 * tail, units);
  std::vector<float> others(units - 1);
  for (arma::uword j = 0; j < units; ++j) {
    const float* column = cosines.colptr(j);
    std::copy(column, column + j, others.begin());
    std::copy(column + j + 1, column + units, others.begin() + static_cast<std::ptrdiff_t>(j));
    const auto low = others.begin() + static_cast<std::ptrdiff_t>(tail);
    const auto high = others.end() - static_cast<std::ptrdiff_t>(tail);
    std::nth_element(others.begin(), low, others.end());
    std::nth_element(low, high, others.end());
    std::sort(others.begin(), low);
    std::sort(high, others.end());
    std::copy(others.begin(), low, signatures.colptr(j));
    std::copy(high, others.end(), signatures.colptr(j) + tail);
  }
  const arma::fcolvec mean = arma::mean(signatures, 1);
  const arma::fcolvec deviation = arma::stddev(signatures, 0, 1);
  signatures.each_col() -= mean;
  for (arma::uword i = 0; i < signatures.n_rows; ++i) {
    if (deviation[i] > 0) signatures.row(i) /= deviation[i];
  }
  return signatures;
}

arma::fmat signatureSimilarity(const arma::fmat& a, const arma::fmat& b) {
  arma::fmat similarity = 2.0f * linear::innerProducts(a, b);
  similarity.each_col() -= arma::sum(arma::square(a), 0).t();
  similarity.each_row() -= arma::sum(arma::square(b), 0);
  return similarity / static_cast<float>(a.n_rows);
}

}  // namespace kindred::aligner
