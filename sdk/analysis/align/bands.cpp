#include <kindred/analysis/align/bands.hpp>

#include <algorithm>
#include <cmath>

#include <kindred/analysis/stats/power.hpp>
#include <kindred/analysis/stats/row_products.hpp>

namespace kindred::align {
namespace {

// The standard normal quantile by bisection of its distribution: called once a finding.
double normalQuantile(double p) {
  double low = -10, high = 10;
  for (int i = 0; i < 80; ++i) {
    const double middle = (low + high) / 2;
    (0.5 * std::erfc(-middle / std::sqrt(2.0)) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

std::vector<float> unitVectors(std::span<const float> vectors, std::size_t width) {
  std::vector<float> units(vectors.begin(), vectors.end());
  for (std::size_t at = 0; at + width <= units.size(); at += width) {
    double square = 0;
    for (std::size_t c = 0; c < width; ++c) square += double{units[at + c]} * units[at + c];
    const auto scale =
        static_cast<float>(std::isfinite(square) && square > 0 ? 1 / std::sqrt(square) : 0.0);
    for (std::size_t c = 0; c < width; ++c) units[at + c] = scale == 0 ? 0 : units[at + c] * scale;
  }
  return units;
}

}  // namespace

double largestCosine(double count, std::uint64_t width) {
  if (width < 2 || count <= 1) return width < 2 ? 1 : 0;
  return std::sqrt(1 - std::pow(count, -2 / (static_cast<double>(width) - 1)));
}

std::optional<double> detectableInBands(std::uint64_t coins, std::uint64_t others,
                                        std::uint64_t width, double log10_alpha) {
  if (width < 4 || coins == 0) return std::nullopt;
  // A share s of partners that are found, all of whose coins fall alike, is seen where a
  // correlation with 1/2 + s/2 heads is.
  const auto seen = stats::detectableCorrelation(coins, 1, log10_alpha);
  if (!seen) return std::nullopt;
  const double share = 2 * stats::headProbability(*seen, 1) - 1;
  if (share >= 1) return std::nullopt;
  // Fisher's transformation: atanh of a cosine is normal with variance 1 / (width - 3).
  const double chance =
      largestCosine(static_cast<double>(std::max<std::uint64_t>(others, 2)), width);
  return std::tanh(std::atanh(chance) +
                   normalQuantile(share) / std::sqrt(static_cast<double>(width) - 3));
}

std::uint32_t coinOfColumn(const HeadShape& heads, std::string_view role, std::uint64_t column) {
  const std::uint64_t dim = heads.value_dim;
  if (role != role::kAttentionOutput || dim == 0 || heads.kv_heads == 0) {
    return static_cast<std::uint32_t>(column);
  }
  const std::uint64_t readers = std::max<std::uint64_t>(heads.heads / heads.kv_heads, 1);
  return static_cast<std::uint32_t>(column / dim / readers * dim + column % dim);
}

void joinAlike(std::span<const float> vectors, std::size_t width, Origins& origins) {
  if (width == 0) return;
  const std::size_t count = vectors.size() / width;
  const double pairs = 0.5 * static_cast<double>(count) * static_cast<double>(count);
  const auto most = static_cast<float>(std::min(0.999, largestCosine(pairs, width)));
  const std::vector<float> units = unitVectors(vectors, width);
  std::vector<float> cosines(count);
  for (std::size_t i = 1; i < count; ++i) {
    stats::rowProducts(units.data() + i * width, units.data(), i, width, cosines.data());
    for (std::size_t j = 0; j < i; ++j) {
      if (std::abs(cosines[j]) > most) {
        origins.join(static_cast<std::uint32_t>(j), static_cast<std::uint32_t>(i));
      }
    }
  }
}

}  // namespace kindred::align
