#include "fingerprint/candidates.hpp"

#include <algorithm>
#include <cmath>

#include <kindred/analysis/align/origins.hpp>

namespace kindred::fingerprint {
namespace {

std::vector<double> lengthsOfColumns(const Matrix& matrix) {
  std::vector<double> squares(matrix.columns);
  for (std::uint64_t r = 0; r < matrix.rows; ++r) {
    const float* row = matrix.values.data() + r * matrix.columns;
    for (std::uint64_t c = 0; c < matrix.columns; ++c) squares[c] += double{row[c]} * row[c];
  }
  for (double& x : squares) x = std::sqrt(x);
  return squares;
}

std::int32_t partOf(const Place& place) {
  return place.shared ? -2 : static_cast<std::int32_t>(place.expert);
}

}  // namespace

std::vector<double> lengthsOfRows(const Matrix& matrix) {
  std::vector<double> lengths(matrix.rows);
  for (std::uint64_t r = 0; r < matrix.rows; ++r) {
    const float* row = matrix.values.data() + r * matrix.columns;
    double square = 0;
    for (std::uint64_t c = 0; c < matrix.columns; ++c) square += double{row[c]} * row[c];
    const bool tells =
        align::isTelling(row, matrix.columns) && !align::isOneSided(row, matrix.columns);
    lengths[r] = tells ? std::sqrt(square) : 0;
  }
  return lengths;
}

void addUnits(const ModelWeights& weights, const Place& place, std::vector<Sized>& candidates) {
  const Matrix up = weights.matrix(role::kUp, place);
  if (up.rows == 0 || up.columns != weights.shape().hidden) return;
  std::vector<double> sizes = lengthsOfRows(up);
  const std::vector<double> gates = lengthsOfRows(weights.matrix(role::kGate, place));
  for (std::size_t i = 0; i < sizes.size(); ++i) sizes[i] *= i < gates.size() ? gates[i] : 0;
  if (weights.whole(role::kDown, place)) {
    const std::vector<double> downs = lengthsOfColumns(weights.matrix(role::kDown, place));
    for (std::size_t i = 0; i < sizes.size() && i < downs.size(); ++i) sizes[i] *= downs[i];
  }
  for (std::uint32_t i = 0; i < sizes.size(); ++i) {
    candidates.push_back(
        {place, partOf(place), static_cast<std::int32_t>(i), i, static_cast<float>(sizes[i])});
  }
}

void addValues(const ModelWeights& weights, const Place& place, std::vector<Sized>& candidates) {
  const Matrix rows = weights.matrix(role::kValue, place);
  if (rows.rows == 0 || rows.columns != weights.shape().hidden) return;
  std::vector<double> sizes = lengthsOfRows(rows);
  const HeadShape heads = weights.shape().headsOf(place.layer);
  if (heads.value_dim == 0 || heads.kv_heads == 0) return;
  const std::uint64_t readers = std::max<std::uint64_t>(heads.heads / heads.kv_heads, 1);
  std::vector<double> outputs;
  if (weights.whole(role::kAttentionOutput, place)) {
    outputs = lengthsOfColumns(weights.matrix(role::kAttentionOutput, place));
  }
  for (std::uint32_t i = 0; i < sizes.size(); ++i) {
    const std::uint64_t head = i / heads.value_dim, dim = i % heads.value_dim;
    double square = 0;
    for (std::uint64_t q = head * readers; q < (head + 1) * readers; ++q) {
      const std::uint64_t column = q * heads.value_dim + dim;
      if (column < outputs.size()) square += outputs[column] * outputs[column];
    }
    const double size = sizes[i] * (outputs.empty() ? 1 : std::sqrt(square));
    candidates.push_back({place, static_cast<std::int32_t>(head), static_cast<std::int32_t>(dim), i,
                          static_cast<float>(size)});
  }
}

void addColumns(const Matrix& rows, const Place& place, std::vector<Sized>& candidates) {
  const std::vector<double> sizes = lengthsOfColumns(rows);
  for (std::uint32_t i = 0; i < sizes.size(); ++i) {
    candidates.push_back(
        {place, partOf(place), static_cast<std::int32_t>(i), i, static_cast<float>(sizes[i])});
  }
}

void keepLargest(std::vector<Sized>& candidates, std::size_t most) {
  std::erase_if(candidates, [](const Sized& c) { return !std::isfinite(c.size) || c.size <= 0; });
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Sized& x, const Sized& y) { return x.size > y.size; });
  if (candidates.size() > most) candidates.resize(most);
}

}  // namespace kindred::fingerprint
