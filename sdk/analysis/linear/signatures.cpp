#include <kindred/analysis/linear/signatures.hpp>

#include <algorithm>

#include <kindred/analysis/linear/linear.hpp>

namespace kindred::linear {

arma::fmat signaturesOf(const arma::fmat& columns, const Tails& tails) {
  const arma::uword units = columns.n_cols, kept = tails.smallest + tails.largest;
  if (units < kept + 1) return {};
  arma::fmat cosines = innerProducts(columns, columns);
  if (tails.of_magnitudes) cosines = arma::abs(cosines);
  arma::fmat signatures(kept, units);
  std::vector<float> others(units - 1);
  for (arma::uword j = 0; j < units; ++j) {
    const float* column = cosines.colptr(j);
    std::copy(column, column + j, others.begin());
    std::copy(column + j + 1, column + units, others.begin() + static_cast<std::ptrdiff_t>(j));
    const auto low = others.begin() + static_cast<std::ptrdiff_t>(tails.smallest);
    const auto high = others.end() - static_cast<std::ptrdiff_t>(tails.largest);
    std::nth_element(others.begin(), low, others.end());
    std::nth_element(low, high, others.end());
    std::sort(others.begin(), low);
    std::sort(high, others.end());
    std::copy(others.begin(), low, signatures.colptr(j));
    std::copy(high, others.end(), signatures.colptr(j) + tails.smallest);
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
  arma::fmat similarity = 2.0f * innerProducts(a, b);
  similarity.each_col() -= arma::sum(arma::square(a), 0).t();
  similarity.each_row() -= arma::sum(arma::square(b), 0);
  return similarity / static_cast<float>(a.n_rows);
}

}  // namespace kindred::linear
