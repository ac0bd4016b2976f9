#include <kindred/analysis/cosine/moments.hpp>

#include <algorithm>
#include <limits>

namespace kindred::cosine {

void ShiftedSums::add(const BlockSums& block, std::size_t size) {
  count += static_cast<double>(size);
  accumulate(a, block.a);
  accumulate(b, block.b);
  accumulate(aa, block.aa);
  accumulate(bb, block.bb);
  accumulate(ab, block.ab);
}

Moments::Moments(const ShiftedSums& sums) : count(sums.count) {
  if (count == 0) return;
  const auto normal = [](Double2 sum) { return exactSum(sum.high, sum.low); };
  const Double2 a = normal(sums.a);
  const Double2 b = normal(sums.b);
  mean_a = a / count + sums.shift_a;
  mean_b = b / count + sums.shift_b;
  aa = normal(sums.aa) - a * a / count;
  bb = normal(sums.bb) - b * b / count;
  ab = normal(sums.ab) - a * b / count;
}

void Moments::merge(const Moments& next) {
  if (next.count == 0) return;
  if (count == 0) {
    *this = next;
    return;
  }
  const double total = count + next.count;
  const Double2 delta_a = next.mean_a - mean_a;
  const Double2 delta_b = next.mean_b - mean_b;
  const Double2 share = Double2(next.count) / total;
  const Double2 weight = share * count;
  mean_a = mean_a + delta_a * share;
  mean_b = mean_b + delta_b * share;
  aa = aa + next.aa + delta_a * delta_a * weight;
  bb = bb + next.bb + delta_b * delta_b * weight;
  ab = ab + next.ab + delta_a * delta_b * weight;
  count = total;
}

double ratio(Double2 aa, Double2 bb, Double2 ab) {
  const bool defined = aa.high > 0 && bb.high > 0 && std::isfinite(aa.high) &&
                       std::isfinite(bb.high) && std::isfinite(ab.high);
  if (!defined) return std::numeric_limits<double>::quiet_NaN();
  // Scaled by even powers of two so that the product neither overflows nor underflows. The root of
  // a rounded square is exact, so equal inputs give exactly 1.
  const auto scale = [](double square) { return std::ilogb(square) & ~1; };
  const int scale_a = scale(aa.high);
  const int scale_b = scale(bb.high);
  const double root = std::sqrt(std::ldexp(aa.high, -scale_a) * std::ldexp(bb.high, -scale_b));
  const double value = std::ldexp(ab.high, -(scale_a + scale_b) / 2) / root;
  return std::clamp(value, -1.0, 1.0);
}

}  // namespace kindred::cosine
