#include "fingerprint/along.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kindred::fingerprint {
namespace {

constexpr float kLargestTame = 1e12f;  // beyond which products of two are not to be trusted
constexpr double kDeviations = 16;     // whole numbers in a standard deviation

// Rounded to nearest, halves away from zero: odd, so that a sign turns every number.
std::int8_t whole(double value) {
  return static_cast<std::int8_t>(std::lround(std::clamp(value, -127.0, 127.0)));
}

bool isTame(const Matrix& matrix) {
  return std::all_of(matrix.values.begin(), matrix.values.end(),
                     [](float x) { return std::abs(x) < kLargestTame; });  // no NaN is
}

double innerProduct(const float* a, const float* b, std::size_t width) {
  double sum = 0;
  for (std::size_t c = 0; c < width; ++c) sum += double{a[c]} * b[c];
  return sum;
}

}  // namespace

StreamMaps::StreamMaps(const ModelWeights& weights, std::uint32_t coordinates)
    : weights_(weights), chosen_(coordinates) {
  const std::uint64_t hidden = weights.shape().hidden;
  for (std::uint32_t c = 0; c < coordinates; ++c) {
    chosen_[c] = static_cast<std::uint32_t>(c * hidden / coordinates);
  }
}

bool StreamMaps::add(const Matrix& writes, const Matrix& reads, std::span<const std::uint64_t> rows,
                     std::vector<float>& map) const {
  const std::size_t width = chosen_.size();
  if (writes.rows != width || reads.columns != weights_.shape().hidden ||
      writes.columns != rows.size() || !isTame(writes) || !isTame(reads)) {
    return false;
  }
  map.resize(width * width);
  std::vector<float> read(width);
  for (std::size_t u = 0; u < rows.size(); ++u) {
    const float* from = reads.values.data() + rows[u] * reads.columns;
    for (std::size_t j = 0; j < width; ++j) read[j] = from[chosen_[j]];
    for (std::size_t i = 0; i < width; ++i) {
      const float by = writes.values[i * writes.columns + u];
      float* into = map.data() + i * width;
      for (std::size_t j = 0; j < width; ++j) into[j] += by * read[j];
    }
  }
  return true;
}

std::vector<float> StreamMaps::ofMlps(std::int64_t layer) const {
  std::vector<float> map;
  for (const Place& place : weights_.mlps()) {
    if (place.layer != layer) continue;
    if (!weights_.whole(role::kDown, place) || !weights_.whole(role::kUp, place)) return {};
    const Matrix up = weights_.matrix(role::kUp, place);
    std::vector<std::uint64_t> rows(up.rows);
    std::iota(rows.begin(), rows.end(), 0U);
    if (!add(weights_.matrix(role::kDown, place, chosen_), up, rows, map)) return {};
  }
  return map;
}

std::vector<float> StreamMaps::ofAttention(std::int64_t layer) const {
  const Place place{layer, -1, false};
  const ModelShape& shape = weights_.shape();
  if (weights_.rows(role::kAttentionOutput, place) == 0 ||
      !weights_.whole(role::kAttentionOutput, place) || !weights_.whole(role::kValue, place) ||
      shape.kv_heads == 0 || shape.heads % std::max<std::uint64_t>(shape.kv_heads, 1) != 0) {
    return {};
  }
  const Matrix values = weights_.matrix(role::kValue, place);
  const std::uint64_t dim = values.rows / shape.kv_heads;
  std::vector<std::uint64_t> rows;  // that each column of the output reads
  for (std::uint64_t head = 0; head < shape.heads; ++head) {
    for (std::uint64_t d = 0; d < dim; ++d) {
      rows.push_back(head / (shape.heads / shape.kv_heads) * dim + d);
    }
  }
  std::vector<float> map;
  if (!add(weights_.matrix(role::kAttentionOutput, place, chosen_), values, rows, map)) return {};
  return map;
}

std::vector<float> StreamMaps::ofTokens(std::span<const float> rows) const {
  const std::size_t hidden = weights_.shape().hidden, width = chosen_.size();
  const std::size_t tokens = rows.size() / hidden;
  std::vector<double> mean(width, 0);
  for (std::size_t t = 0; t < tokens; ++t) {
    for (std::size_t j = 0; j < width; ++j) mean[j] += rows[t * hidden + chosen_[j]];
  }
  for (double& x : mean) x /= static_cast<double>(tokens);
  std::vector<float> map(width * width), centred(width);
  for (std::size_t t = 0; t < tokens; ++t) {
    for (std::size_t j = 0; j < width; ++j) {
      centred[j] = static_cast<float>(rows[t * hidden + chosen_[j]] - mean[j]);
    }
    for (std::size_t i = 0; i < width; ++i) {
      for (std::size_t j = 0; j < width; ++j) map[i * width + j] += centred[i] * centred[j];
    }
  }
  return map;
}

std::vector<std::int64_t> spreadLayers(std::uint64_t layers) {
  std::vector<std::int64_t> order(layers);
  std::iota(order.begin(), order.end(), 0);
  const auto turn = [](std::int64_t layer) {  // the largest power of two in it
    return layer == 0 ? std::int64_t{1} << 40 : layer & -layer;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t x, std::int64_t y) { return turn(x) > turn(y); });
  return order;
}

bool addMap(std::vector<float> map, Streams& maps) {
  const std::size_t width = maps.coordinates;
  if (map.size() != width * width) return false;
  double square = 0;
  for (std::size_t i = 0; i < width; ++i) map[i * width + i] = 0;
  for (const float x : map) square += double{x} * x;
  if (!std::isfinite(square) || square == 0) return false;
  const double scale = kDeviations / std::sqrt(square / static_cast<double>(width * (width - 1)));
  for (const float x : map) maps.values.push_back(whole(x * scale));
  return true;
}

bool addGains(std::span<const float> gains, Streams& norms) {
  const std::size_t width = norms.coordinates;
  const auto count = static_cast<double>(width);
  std::vector<double> chosen(width);
  double sum = 0, square = 0;
  for (std::size_t c = 0; c < width; ++c) {
    chosen[c] = gains[c * gains.size() / width];
    sum += chosen[c];
  }
  for (const double x : chosen) square += (x - sum / count) * (x - sum / count);
  const double deviation = std::sqrt(square / count);
  if (!std::isfinite(deviation) || deviation <= 1e-9 * std::abs(sum / count)) return false;
  for (const double x : chosen) {
    norms.values.push_back(whole((x - sum / count) / deviation * kDeviations));
  }
  return true;
}

void addLayer(std::span<const float> gates, std::span<const float> ups, std::size_t hidden,
              std::size_t units, Grams& grams) {
  const double scale = kGramScale * std::sqrt(static_cast<double>(hidden));
  const std::size_t all = gates.size() / hidden, ends = grams.width / 2;
  std::vector<double> cosines(all);
  for (std::size_t i = 0; i < units; ++i) {
    for (std::size_t j = 0; j < all; ++j) {
      cosines[j] = innerProduct(gates.data() + i * hidden, gates.data() + j * hidden, hidden);
    }
    for (std::size_t j = 0; j < units; ++j) {
      grams.gates.push_back(whole(cosines[j] * scale));
      grams.ups.push_back(
          whole(innerProduct(ups.data() + i * hidden, gates.data() + j * hidden, hidden) * scale));
    }
    cosines[i] = cosines.back();  // its own says nothing
    std::vector<double> others(cosines.begin(), cosines.end() - 1);
    std::sort(others.begin(), others.end());
    // Of few units the ends overlap.
    for (std::size_t e = 0; e < ends; ++e) {
      grams.extremes.push_back(whole(others[std::min(e, others.size() - 1)] * scale));
    }
    for (std::size_t e = 0; e < ends; ++e) {
      const std::size_t from_end = std::min(others.size(), ends - e);
      grams.extremes.push_back(whole(others[others.size() - from_end] * scale));
    }
    cosines.resize(all);
  }
}

}  // namespace kindred::fingerprint
