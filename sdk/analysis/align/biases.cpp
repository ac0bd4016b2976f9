#include <kindred/analysis/align/biases.hpp>

namespace kindred::align {
namespace {

// Empty: rows of this role have none that a sign test knows of.
std::string_view biasOf(std::string_view role) {
  if (role == role::kValue) return "attention.v_bias";
  if (role == role::kKey) return "attention.k_bias";
  return {};
}

}  // namespace

bool hasBiases(const ModelWeights& weights, std::string_view role) {
  const std::string_view bias = biasOf(role);
  if (bias.empty()) return false;
  for (std::uint64_t l = 0; l < weights.shape().layers; ++l) {
    if (weights.rows(bias, {static_cast<std::int64_t>(l), -1, false}) > 0) return true;
  }
  return false;
}

Matrix withBiases(const ModelWeights& weights, std::string_view role, const Place& place,
                  Matrix rows) {
  const std::string_view bias = biasOf(role);
  Matrix biases;
  if (!bias.empty() && weights.rows(bias, place) > 0) biases = weights.matrix(bias, place);
  const bool fit = biases.values.size() == rows.rows;
  Matrix both{rows.tensor, rows.rows, rows.columns + 1, {}};
  both.values.reserve(both.rows * both.columns);
  for (std::uint64_t r = 0; r < rows.rows; ++r) {
    const auto first = rows.values.begin() + static_cast<std::ptrdiff_t>(r * rows.columns);
    both.values.insert(both.values.end(), first, first + static_cast<std::ptrdiff_t>(rows.columns));
    both.values.push_back(fit ? biases.values[r] : 0.0f);
  }
  return both;
}

}  // namespace kindred::align
