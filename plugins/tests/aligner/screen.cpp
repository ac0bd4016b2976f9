#include "screen.hpp"

#include <algorithm>
#include <cmath>

namespace kindred::aligner {
namespace {

constexpr arma::uword kColumns = 384;  // of a group
constexpr std::size_t kSurest = 64;
constexpr double kDeviations = 4;  // of a correlation of independent products
constexpr double kLeast = 0.01;

arma::fmat centred(const arma::fmat& columns, const arma::uvec& chosen) {
  arma::fmat some = columns.cols(chosen);
  some.each_col() -= arma::fvec(arma::mean(some, 1));
  return some;
}

// Of a matrix of products, without those of columns with themselves.
double meanOfPairs(const arma::fmat& gram) {
  double sum = 0;
  for (arma::uword j = 1; j < gram.n_cols; ++j) {
    for (arma::uword i = 0; i < j; ++i) sum += gram.at(i, j);
  }
  const auto count = static_cast<double>(gram.n_cols);
  return sum / (0.5 * count * (count - 1));
}

GramAgreement agreementOf(const arma::fmat& a, const arma::fmat& b, const linear::Pairs& pairs) {
  arma::uvec of_a(pairs.size()), of_b(pairs.size());
  for (std::size_t k = 0; k < pairs.size(); ++k) std::tie(of_a[k], of_b[k]) = pairs[k];
  GramAgreement agreement;
  agreement.add(a.cols(of_a), b.cols(of_b));
  return agreement;
}

}  // namespace

void GramAgreement::add(const arma::fmat& a, const arma::fmat& b) {
  const arma::uword all = std::min(a.n_cols, b.n_cols), count = std::min(kColumns, all);
  if (count < 2) return;
  const arma::uvec chosen = linear::spread(all, count);
  const arma::fmat of_a = centred(a, chosen), of_b = centred(b, chosen);
  const arma::fmat gram_a = linear::innerProducts(of_a, of_a);
  const arma::fmat gram_b = linear::innerProducts(of_b, of_b);
  const double pairs = 0.5 * static_cast<double>(count) * static_cast<double>(count - 1);
  // Columns without their mean have products that are a little negative, in any model.
  const double of_all_a = meanOfPairs(gram_a), of_all_b = meanOfPairs(gram_b);
  for (arma::uword j = 1; j < count; ++j) {
    for (arma::uword i = 0; i < j; ++i) {
      const double x = gram_a.at(i, j) - of_all_a, y = gram_b.at(i, j) - of_all_b;
      a_square_ += x * x;
      b_square_ += y * y;
      product_ += x * y;
    }
  }
  pairs_ += pairs;
}

double GramAgreement::correlation() const {
  const double sizes = std::sqrt(a_square_ * b_square_);
  return sizes > 0 ? product_ / sizes : 0;
}

bool GramAgreement::beyondChance() const {
  return pairs_ > 0 && correlation() > std::max(kLeast, kDeviations / std::sqrt(pairs_));
}

bool worthFitting(const arma::fmat& a, const arma::fmat& b, const linear::Pairs& pairs,
                  const arma::fmat& similarity) {
  if (agreementOf(a, b, pairs).beyondChance()) return true;
  linear::Pairs surest = pairs;
  const auto more = [&](const auto& x, const auto& y) {
    return similarity(x.first, x.second) > similarity(y.first, y.second);
  };
  if (surest.size() > kSurest) {
    std::nth_element(surest.begin(), surest.begin() + kSurest, surest.end(), more);
    surest.resize(kSurest);
  }
  return agreementOf(a, b, surest).beyondChance();
}

}  // namespace kindred::aligner
