#include "trainer/perturb.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <kindred/random.hpp>

#include "trainer/linear.hpp"

namespace kindred::trainer {
namespace {

template <class F>
void eachMatrix(Weights<float>& weights, F f) {
  for (const Named<float>& named : matrices(weights)) {
    if (!named.name.ends_with("norm.weight")) f(*named.matrix);
  }
}

template <class F>
void eachPair(Weights<float>& weights, Weights<float>& other, F f) {
  const auto mine = matrices(weights), theirs = matrices(other);
  for (std::size_t i = 0; i < mine.size(); ++i) f(*mine[i].matrix, *theirs[i].matrix);
}

float largest(const float* values, std::size_t count) {
  float result = 0;
  for (std::size_t i = 0; i < count; ++i) result = std::max(result, std::fabs(values[i]));
  return result;
}

// Nearest number of that format, |value| at most the largest it has: 2^(2^(e-1)) (2 - 2^-m) / 2.
double nearestFloat(double value, int exponent_bits, int mantissa_bits) {
  if (value == 0) return 0;
  const int lowest = 2 - (1 << (exponent_bits - 1));
  const int step = std::max(std::ilogb(value), lowest) - mantissa_bits;
  return std::ldexp(std::nearbyint(std::ldexp(value, -step)), step);
}

double dot(const Matrix<float>& a, const Matrix<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    sum += static_cast<double>(a.values[i]) * b.values[i];
  }
  return sum;
}

void mix(Matrix<float>& a, const Matrix<float>& b, double of_a, double of_b) {
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    a.values[i] = static_cast<float>(of_a * a.values[i] + of_b * b.values[i]);
  }
}

}  // namespace

void addNoise(Weights<float>& weights, double relative, std::uint64_t seed) {
  eachMatrix(weights, [&](Matrix<float>& matrix) {
    const double size = std::sqrt(dot(matrix, matrix) / static_cast<double>(matrix.values.size()));
    mix(matrix, normalMatrix<float>(matrix.rows, matrix.columns, relative * size, ++seed), 1, 1);
  });
}

void roundToIntegers(Weights<float>& weights, unsigned bits) {
  const float levels = static_cast<float>((1u << (bits - 1)) - 1);
  eachMatrix(weights, [&](Matrix<float>& matrix) {
    for (std::size_t i = 0; i < matrix.rows; ++i) {
      const float scale = largest(matrix.row(i), matrix.columns) / levels;
      if (scale == 0) continue;
      for (std::size_t j = 0; j < matrix.columns; ++j) {
        matrix(i, j) = scale * std::nearbyint(matrix(i, j) / scale);
      }
    }
  });
}

void roundToGroups(Weights<float>& weights, unsigned bits, std::size_t group) {
  const float levels = static_cast<float>((1u << bits) - 1);
  eachMatrix(weights, [&](Matrix<float>& matrix) {
    for (std::size_t begin = 0; begin < matrix.values.size(); begin += group) {
      float* values = matrix.values.data() + begin;
      const std::size_t count = std::min(group, matrix.values.size() - begin);
      const auto [low, high] = std::minmax_element(values, values + count);
      const float zero = *low, scale = (*high - *low) / levels;
      if (scale == 0) continue;
      for (std::size_t i = 0; i < count; ++i) {
        values[i] = zero + scale * std::nearbyint((values[i] - zero) / scale);
      }
    }
  });
}

void roundToFloats(Weights<float>& weights, int exponent_bits, int mantissa_bits) {
  const double top = std::ldexp(2 - std::ldexp(1, -mantissa_bits), (1 << (exponent_bits - 1)) - 1);
  eachMatrix(weights, [&](Matrix<float>& matrix) {
    for (std::size_t i = 0; i < matrix.rows; ++i) {
      const double scale = largest(matrix.row(i), matrix.columns) / top;
      if (scale == 0) continue;
      for (std::size_t j = 0; j < matrix.columns; ++j) {
        const double rounded = nearestFloat(matrix(i, j) / scale, exponent_bits, mantissa_bits);
        matrix(i, j) = static_cast<float>(scale * rounded);
      }
    }
  });
}

void pruneSmallest(Weights<float>& weights, double share) {
  eachMatrix(weights, [&](Matrix<float>& matrix) {
    std::vector<float> sizes;
    for (const float value : matrix.values) sizes.push_back(std::fabs(value));
    const auto rank = static_cast<std::ptrdiff_t>(share * static_cast<double>(sizes.size()));
    std::nth_element(sizes.begin(), sizes.begin() + rank, sizes.end());
    const float bound = sizes[static_cast<std::size_t>(rank)];
    for (float& value : matrix.values) {
      if (std::fabs(value) < bound) value = 0;
    }
  });
}

void pruneRandom(Weights<float>& weights, double share, std::uint64_t seed) {
  Random random(seed);
  eachMatrix(weights, [&](Matrix<float>& matrix) {
    for (float& value : matrix.values) {
      if (random.unit() < share) value = 0;
    }
  });
}

void mergeLinearly(Weights<float>& weights, Weights<float> other, double share) {
  eachPair(weights, other, [&](Matrix<float>& mine, const Matrix<float>& theirs) {
    mix(mine, theirs, 1 - share, share);
  });
}

void mergeSpherically(Weights<float>& weights, Weights<float> other, double share) {
  eachPair(weights, other, [&](Matrix<float>& mine, const Matrix<float>& theirs) {
    const double a = std::sqrt(dot(mine, mine)), b = std::sqrt(dot(theirs, theirs));
    const double angle = std::acos(std::clamp(dot(mine, theirs) / (a * b), -1.0, 1.0));
    const double size = std::pow(a, 1 - share) * std::pow(b, share);
    if (angle < 1e-4) return mix(mine, theirs, 1 - share, share);
    mix(mine, theirs, size / a * std::sin((1 - share) * angle) / std::sin(angle),
        size / b * std::sin(share * angle) / std::sin(angle));
  });
}

void mergeLowRank(Weights<float>& weights, Weights<float> tuned, std::size_t rank) {
  eachPair(weights, tuned, [&](Matrix<float>& mine, const Matrix<float>& theirs) {
    if (mine.rows == 1) return;
    arma::fmat target = view(mine);
    arma::fmat u, v;
    arma::fvec s;
    arma::svd_econ(u, s, v, arma::fmat(view(theirs) - target));
    const arma::uword last = std::min<arma::uword>(rank, s.n_elem) - 1;
    target += u.cols(0, last) * arma::diagmat(s.subvec(0, last)) * v.cols(0, last).t();
  });
}

}  // namespace kindred::trainer
