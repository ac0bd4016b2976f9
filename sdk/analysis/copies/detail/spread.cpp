#include <kindred/analysis/copies/detail/spread.hpp>

#include <algorithm>
#include <cmath>

#include <kindred/random.hpp>

namespace kindred::copies {
namespace {

constexpr arma::uword kSample = 512;  // columns

// Of chi-square with one degree of freedom.
constexpr double kMedian = 0.4549364;
// A sample may consist of copies, whose median is no measure; so the directions that the columns
// favour are also taken from the sizes of their elements, and the former bounded by this multiple
// of the latter.
constexpr double kMostAboveElements = 2;

arma::fmat sampled(const arma::fmat& columns) {
  if (columns.n_cols <= kSample) return columns;
  Random random(columns.n_cols);
  arma::uvec chosen(kSample);
  for (arma::uword& c : chosen) c = random() % columns.n_cols;
  return columns.cols(chosen);
}

double medianSquare(const arma::fmat& columns) {
  const arma::fmat cosines = linear::innerProducts(columns, columns);
  std::vector<float> squares;
  for (arma::uword j = 0; j < cosines.n_cols; ++j) {
    for (arma::uword i = 0; i < j; ++i) {
      // The same column drawn twice, and what is zero, say nothing.
      if (cosines(i, j) != 0) squares.push_back(cosines(i, j) * cosines(i, j));
    }
  }
  if (squares.empty()) return 0;
  const auto middle = squares.begin() + static_cast<std::ptrdiff_t>(squares.size() / 2);
  std::nth_element(squares.begin(), middle, squares.end());
  return *middle / kMedian;
}

// The mean squared cosine of columns of such elements under signs of their own.
double elementSquare(const arma::fmat& columns) {
  const arma::fvec energy = arma::sum(arma::square(columns), 1);
  const double sum = arma::accu(energy);
  return sum > 0 ? arma::accu(arma::square(energy)) / (sum * sum) : 0;
}

}  // namespace

std::vector<float> scales(const Roles& roles, Usual usual) {
  std::vector<float> scales;
  for (const arma::fmat* role : roles) {
    const arma::fmat sample = sampled(*role);
    const double least = 1 / static_cast<double>(role->n_rows);
    const double most =
        usual == Usual::median ? 1 : std::max(least, kMostAboveElements * elementSquare(sample));
    scales.push_back(static_cast<float>(1 / std::clamp(medianSquare(sample), least, most)));
  }
  return scales;
}

arma::fmat likeness(const std::vector<arma::fmat>& a, const std::vector<arma::fmat>& b,
                    const std::vector<float>& scales) {
  arma::fmat sum;
  for (std::size_t r = 0; r < a.size(); ++r) {
    arma::fmat cosines = linear::innerProducts(a[r], b[r]);
    cosines = scales[r] * arma::square(cosines);
    if (r == 0) {
      sum = std::move(cosines);
    } else {
      sum += cosines;
    }
  }
  return sum;
}

}  // namespace kindred::copies
