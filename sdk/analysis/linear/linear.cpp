#include <kindred/analysis/linear/linear.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <string>
#include <vector>

#include <kindred/random.hpp>

#include <kindred/analysis/room/room.hpp>
#include <kindred/analysis/stop/stop.hpp>

extern "C" void openblas_set_num_threads(int threads);

namespace kindred::linear {
namespace {

// On one thread, and with room for its buffer.
void readyForProduct() {
  static const bool done = (openblas_set_num_threads(1), true);
  static_cast<void>(done);
  if (!roomForProduct()) throw std::bad_alloc();
}

// Sums over lanes, which compilers turn into vectors.
constexpr arma::uword kLanes = 16;

template <class T>
double total(T (&lanes)[kLanes]) {
  for (arma::uword half = kLanes / 2; half > 0; half /= 2) {
    for (arma::uword k = 0; k < half; ++k) lanes[k] += lanes[k + half];
  }
  return double{lanes[0]};
}

// x * y, and x * x.
template <class T>
std::pair<double, double> products(const T* x, const T* y, arma::uword count) {
  T along[kLanes] = {}, square[kLanes] = {};
  arma::uword i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (arma::uword k = 0; k < kLanes; ++k) {
      along[k] += x[i + k] * y[i + k];
      square[k] += x[i + k] * x[i + k];
    }
  }
  for (; i < count; ++i) {
    along[0] += x[i] * y[i];
    square[0] += x[i] * x[i];
  }
  return {total(along), total(square)};
}

// Of each row, under signs of the columns, and of its squares.
template <class T>
struct RowSums {
  arma::Col<T> signed_sum, square;
};

template <class T>
RowSums<T> rowSums(const arma::Mat<T>& matrix, const std::vector<T>& signs) {
  // Columns are taken four at a time and rows by as many as the nearest cache holds, so that sums
  // seldom pass through memory.
  constexpr arma::uword kTogether = 4, kBlock = 1024;
  RowSums<T> sums{arma::Col<T>(matrix.n_rows), arma::Col<T>(matrix.n_rows)};
  for (arma::uword first = 0; first < matrix.n_rows; first += kBlock) {
    const arma::uword count = std::min(kBlock, matrix.n_rows - first);
    T *sum = sums.signed_sum.memptr() + first, *square = sums.square.memptr() + first;
    arma::uword j = 0;
    for (; j + kTogether <= matrix.n_cols; j += kTogether) {
      const T *a = matrix.colptr(j) + first, *b = matrix.colptr(j + 1) + first;
      const T *c = matrix.colptr(j + 2) + first, *d = matrix.colptr(j + 3) + first;
      const T of_a = signs[j], of_b = signs[j + 1], of_c = signs[j + 2], of_d = signs[j + 3];
      for (arma::uword i = 0; i < count; ++i) {
        sum[i] += (of_a * a[i] + of_b * b[i]) + (of_c * c[i] + of_d * d[i]);
        square[i] += (a[i] * a[i] + b[i] * b[i]) + (c[i] * c[i] + d[i] * d[i]);
      }
    }
    for (; j < matrix.n_cols; ++j) {
      const T* column = matrix.colptr(j) + first;
      for (arma::uword i = 0; i < count; ++i) {
        sum[i] += signs[j] * column[i];
        square[i] += column[i] * column[i];
      }
    }
  }
  return sums;
}

// Freivalds, "Probabilistic machines can use less running time", IFIP 1977: for a random vector s
// of signs, product * s must equal left' * (right * s). Rounding grows with the root of the length,
// and stays far below the tolerance in single precision too.
template <class T>
bool holds(const arma::Mat<T>& left, const arma::Mat<T>& right, const arma::Mat<T>& product) {
  Random random(product.n_elem);
  std::vector<T> signs(right.n_cols);
  for (T& sign : signs) sign = random() >> 63 ? T{1} : T{-1};
  const arma::Col<T> right_sum = rowSums(right, signs).signed_sum;
  const RowSums<T> of_product = rowSums(product, signs);
  const double length = arma::norm(right_sum);
  for (arma::uword i = 0; i < product.n_rows; ++i) {
    const auto [expected, square] = products(left.colptr(i), right_sum.memptr(), left.n_rows);
    const double scale = std::sqrt(double{of_product.square[i]}) + std::sqrt(square) * length;
    // What overflows in single precision does not hold: the caller asks again.
    if (!(std::abs(expected - of_product.signed_sum[i]) <= 1e-3 * scale + 1e-30) ||
        !std::isfinite(scale)) {
      return false;
    }
  }
  return true;
}

bool holdsInDouble(const arma::fmat& left, const arma::fmat& right, const arma::fmat& product) {
  return holds(arma::conv_to<arma::mat>::from(left), arma::conv_to<arma::mat>::from(right),
               arma::conv_to<arma::mat>::from(product));
}
bool holdsInDouble(const arma::mat&, const arma::mat&, const arma::mat&) { return false; }

// Between two looks whether to go on: some tenths of a second.
constexpr double kMostProducts = 2e10;
// Columns are taken by as many as all kernels take at once, so that sums are made in one order.
constexpr arma::uword kColumnsTogether = 192;

// left' * right, in strips of columns where it takes long.
template <class T>
arma::Mat<T> productInStrips(const arma::Mat<T>& left, const arma::Mat<T>& right) {
  const double each = static_cast<double>(left.n_rows) * static_cast<double>(left.n_cols);
  const auto most = static_cast<arma::uword>(kMostProducts / std::max(each, 1.0));
  const arma::uword strip = std::max(most / kColumnsTogether, arma::uword{1}) * kColumnsTogether;
  if (right.n_cols <= 2 * strip) return left.t() * right;
  arma::Mat<T> product(left.n_cols, right.n_cols, arma::fill::none);
  for (arma::uword first = 0; first < right.n_cols; first += strip) {
    stopWhereAsked();
    const arma::uword count = std::min(strip, right.n_cols - first);
    const arma::Mat<T> from(const_cast<T*>(right.colptr(first)), right.n_rows, count, false, true);
    arma::Mat<T> into(product.colptr(first), product.n_rows, count, false, true);
    into = left.t() * from;
  }
  return product;
}

template <class T>
arma::Mat<T> checkedProduct(const arma::Mat<T>& left, const arma::Mat<T>& right) {
  readyForProduct();
  stopWhereAsked();
  arma::Mat<T> product = productInStrips(left, right);
  if (!holds(left, right, product) && !holdsInDouble(left, right, product)) {
    throw Error(Category::internal, "",
                "the BLAS library computed a wrong product of " + std::to_string(left.n_cols) +
                    " by " + std::to_string(left.n_rows) + " by " + std::to_string(right.n_cols),
                "set OPENBLAS_CORETYPE to an older processor, or install another OpenBLAS");
  }
  return product;
}

}  // namespace

arma::fmat innerProducts(const arma::fmat& left, const arma::fmat& right) {
  return checkedProduct(left, right);
}

arma::mat innerProducts(const arma::mat& left, const arma::mat& right) {
  return checkedProduct(left, right);
}

arma::mat wideUnitColumns(const Matrix& matrix) {
  arma::mat columns =
      arma::conv_to<arma::mat>::from(arma::fmat(matrix.values.data(), matrix.columns, matrix.rows));
  for (arma::uword j = 0; j < columns.n_cols; ++j) {
    double square = 0;
    for (const double x : columns.col(j)) square += x * x;
    if (std::isfinite(square) && square > 0) {
      columns.col(j) /= std::sqrt(square);
    } else {
      columns.col(j).zeros();
    }
  }
  return columns;
}

arma::fmat unitColumns(const Matrix& matrix) {
  return unitLength(arma::fmat(matrix.values.data(), matrix.columns, matrix.rows));
}

arma::fmat unitLength(arma::fmat columns) {
  for (arma::uword j = 0; j < columns.n_cols; ++j) {
    float* column = columns.colptr(j);
    const double square = dot(column, column, columns.n_rows);
    const double scale = std::isfinite(square) && square > 0 ? 1 / std::sqrt(square) : 0;
    for (arma::uword i = 0; i < columns.n_rows; ++i) {
      column[i] = scale > 0 ? static_cast<float>(column[i] * scale) : 0.0f;
    }
  }
  return columns;
}

arma::uvec spread(arma::uword count, arma::uword most) {
  arma::uvec chosen(std::min(count, most));
  for (arma::uword i = 0; i < chosen.n_elem; ++i) chosen[i] = i * count / chosen.n_elem;
  return chosen;
}

std::vector<double> effectiveNumbers(const arma::fmat& columns) {
  std::vector<double> numbers;
  for (arma::uword j = 0; j < columns.n_cols; ++j) {
    double squares = 0, fourth = 0;
    for (arma::uword i = 0; i < columns.n_rows; ++i) {
      const double square = double{columns(i, j)} * columns(i, j);
      squares += square;
      fourth += square * square;
    }
    numbers.push_back(fourth > 0 ? squares * squares / fourth : 0);
  }
  return numbers;
}

double dot(const float* x, const float* y, std::size_t count) {
  double sums[4] = {};
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (std::size_t k = 0; k < 4; ++k) sums[k] += double{x[i + k]} * y[i + k];
  }
  for (; i < count; ++i) sums[0] += double{x[i]} * y[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

namespace {

arma::uword firstOfLargest(const float* values, arma::uword count) {
  float lanes[kLanes];  // side by side, so that compilers take them at once
  std::fill(std::begin(lanes), std::end(lanes), values[0]);
  arma::uword i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (arma::uword k = 0; k < kLanes; ++k) {
      lanes[k] = values[i + k] > lanes[k] ? values[i + k] : lanes[k];
    }
  }
  for (; i < count; ++i) lanes[0] = std::max(lanes[0], values[i]);
  const float most = *std::max_element(std::begin(lanes), std::end(lanes));
  const float* found = std::find(values, values + count, most);
  return found == values + count ? 0 : static_cast<arma::uword>(found - values);
}

}  // namespace

arma::fmat procrustes(const arma::fmat& moments) {
  readyForProduct();
  arma::fmat left, right;
  arma::fvec singular;
  if (!moments.is_finite() || !arma::svd_econ(left, singular, right, moments)) return {};
  return left * right.t();
}

arma::fvec singularValues(const arma::fmat& matrix) {
  readyForProduct();
  arma::fvec values;
  if (!matrix.is_finite() || !arma::svd(values, matrix)) return {};
  return values;
}

arma::fmat rotated(arma::fmat columns, const arma::fmat& rotation) {
  return rotation.is_empty() ? std::move(columns) : innerProducts(rotation, columns);
}

arma::fmat matrixOf(const Rotation& rotation) {
  if (rotation.values.empty()) return {};
  return arma::fmat(rotation.values.data(), rotation.columns, rotation.rows).t();
}

Pairs mutualBest(const arma::fmat& similarity) {
  Pairs pairs;
  if (similarity.is_empty()) return pairs;
  std::vector<arma::uword> best_a;
  std::vector<float> most(similarity.n_rows, -std::numeric_limits<float>::infinity());
  std::vector<std::uint32_t> best_b(similarity.n_rows, 0);
  for (arma::uword b = 0; b < similarity.n_cols; ++b) {
    const float* column = similarity.colptr(b);
    best_a.push_back(firstOfLargest(column, similarity.n_rows));
    const auto number = static_cast<std::uint32_t>(b);
    for (arma::uword a = 0; a < similarity.n_rows; ++a) {
      const bool more = column[a] > most[a];
      best_b[a] = more ? number : best_b[a];
      most[a] = more ? column[a] : most[a];
    }
  }
  for (arma::uword b = 0; b < similarity.n_cols; ++b) {
    if (best_b[best_a[b]] == b) pairs.emplace_back(best_a[b], b);
  }
  return pairs;
}

}  // namespace kindred::linear
