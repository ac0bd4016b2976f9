#include "support/alignment/whole_toy.hpp"

#include <cmath>
#include <numeric>
#include <span>

#include <kindred/random.hpp>

namespace kindred::test {
namespace {

ToyShape withOutputs(ToyShape shape) {
  shape.bands = shape.hidden;
  return shape;
}

bool writesStream(std::string_view role) {
  return role == role::kDown || role == role::kAttentionOutput;
}

// Turns rows i and j of one matrix, and columns i and j of another, by the same angle.
void turn(Matrix& rows, std::uint64_t i, std::uint64_t j, double angle) {
  const auto c = static_cast<float>(std::cos(angle)), s = static_cast<float>(std::sin(angle));
  for (std::uint64_t k = 0; k < rows.columns; ++k) {
    float &x = rows.values[i * rows.columns + k], &y = rows.values[j * rows.columns + k];
    const float old = x;
    x = c * x - s * y;
    y = s * old + c * y;
  }
}
void turnColumns(Matrix& columns, std::uint64_t i, std::uint64_t j, double angle) {
  const auto c = static_cast<float>(std::cos(angle)), s = static_cast<float>(std::sin(angle));
  for (std::uint64_t r = 0; r < columns.rows; ++r) {
    float &x = columns.values[r * columns.columns + i],
          &y = columns.values[r * columns.columns + j];
    const float old = x;
    x = c * x - s * y;
    y = s * old + c * y;
  }
}

}  // namespace

WholeToy::WholeToy(std::string name, std::uint64_t seed, ToyShape shape)
    : ToyModel(std::move(name), seed, withOutputs(shape)) {}

WholeToy WholeToy::as(std::string name) const {
  WholeToy copy = *this;
  static_cast<ToyModel&>(copy) = ToyModel::as(std::move(name));
  return copy;
}

WholeToy& WholeToy::redrawn(std::uint64_t seed) {
  permuted(seed);
  Random random(seed + 1);
  for (const Place& place : mlps()) {
    Matrix &up = at(role::kUp, place), &down = at(role::kDown, place);
    for (std::uint64_t u = 0; u < up.rows; ++u) {
      const auto factor =
          static_cast<float>((random.unit() < 0.5 ? -1 : 1) * (0.5 + random.unit()));
      for (std::uint64_t c = 0; c < up.columns; ++c) up.values[u * up.columns + c] *= factor;
      for (std::uint64_t r = 0; r < down.rows; ++r) down.values[r * down.columns + u] /= factor;
    }
  }
  const ModelShape& sizes = shape();
  for (std::uint64_t l = 0; l < sizes.layers; ++l) {
    const Place place{static_cast<std::int64_t>(l), -1, false};
    Matrix &values = at(role::kValue, place), &output = at(role::kAttentionOutput, place);
    for (std::uint64_t head = 0; head < sizes.kv_heads; ++head) {
      for (std::uint64_t k = 0; k < 4 * sizes.head_dim; ++k) {
        const std::uint64_t i = random.below(sizes.head_dim), j = random.below(sizes.head_dim);
        if (i == j) continue;
        const double angle = 6.28 * random.unit();
        turn(values, head * sizes.head_dim + i, head * sizes.head_dim + j, angle);
        for (std::uint64_t q = 0; q < sizes.heads; ++q) {
          if (q * sizes.kv_heads / sizes.heads != head) continue;
          turnColumns(output, q * sizes.head_dim + i, q * sizes.head_dim + j, angle);
        }
      }
    }
  }
  return *this;
}

template <class Source, class Factor>
void WholeToy::remapCoordinates(Source&& source, Factor&& factor) {
  eachMatrix([&](std::string_view role, Matrix& matrix) {
    const std::vector<float> old = matrix.values;
    for (std::uint64_t r = 0; r < matrix.rows; ++r) {
      for (std::uint64_t c = 0; c < matrix.columns; ++c) {
        const std::uint64_t coordinate = writesStream(role) ? r : c;
        const std::uint64_t from = source(coordinate);
        const std::size_t at =
            writesStream(role) ? from * matrix.columns + c : r * matrix.columns + from;
        const bool gain = role.starts_with("norm.");
        matrix.values[r * matrix.columns + c] =
            old[at] * static_cast<float>(gain ? 1 : factor(coordinate));
      }
    }
  });
}

WholeToy& WholeToy::coordinatesPermuted(std::uint64_t seed) {
  Random random(seed);
  std::vector<std::uint32_t> order(shape().hidden);
  std::iota(order.begin(), order.end(), 0u);
  random.shuffle(std::span(order));
  remapCoordinates([&](std::uint64_t c) { return order[c]; }, [](std::uint64_t) { return 1; });
  return *this;
}

WholeToy& WholeToy::coordinatesNegated(std::uint64_t seed) {
  Random random(seed);
  std::vector<int> signs;
  for (std::uint64_t c = 0; c < shape().hidden; ++c) signs.push_back(random.unit() < 0.5 ? -1 : 1);
  remapCoordinates([](std::uint64_t c) { return c; }, [&](std::uint64_t c) { return signs[c]; });
  return *this;
}

WholeToy& WholeToy::coordinatesCloned(std::uint64_t times) {
  remapCoordinates([&](std::uint64_t c) { return c / times * times; },
                   [](std::uint64_t) { return 1; });
  return *this;
}

WholeToy& WholeToy::leaning() {
  eachMatrix([](std::string_view role, Matrix& matrix) {
    if (writesStream(role) || role.starts_with("norm.")) return;
    for (float& x : matrix.values) x += 2;
  });
  return *this;
}

}  // namespace kindred::test
