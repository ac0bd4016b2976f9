#include <kindred/analysis/align/likeness.hpp>

#include <algorithm>
#include <cmath>

namespace kindred::align {
namespace {

constexpr double kDeviations = 4;  // by which a share of signs may be off
constexpr double kMargin = 0.75;   // rows of one model vary in how they are distributed
constexpr double kMost = 3.75;     // times chance that one row counts at most
constexpr double kMostChosen = 2;  // the same, where chance is that of large cosines
constexpr double kClear = 5;       // times chance
constexpr double kSurely = 0.9;    // however large chance is
constexpr double kEqual = 0.999;   // no turning makes this of rows that are not the same
constexpr double kRise = 0.3;      // of absolute cosines, times the square of the excess of signs

double meanSize(const std::vector<double>& cosines) {
  double sum = 0;
  for (const double x : cosines) sum += std::abs(x);
  return sum / static_cast<double>(cosines.size());
}

double quantile(std::vector<double> values, double share) {
  for (double& x : values) x = std::abs(x);
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(at);
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

std::uint64_t clearOf(const Sizes& sizes, double chance) {
  const double least = sizes.turned.empty() ? clearFrom(chance) : kEqual;
  return static_cast<std::uint64_t>(std::count_if(sizes.matched.begin(), sizes.matched.end(),
                                                  [&](double x) { return std::abs(x) >= least; }));
}

Likeness::Agreement agreementOf(const Sizes& sizes, double chance) {
  const auto n = static_cast<double>(sizes.matched.size());
  const auto heads = static_cast<double>(
      std::count_if(sizes.matched.begin(), sizes.matched.end(), [](double x) { return x > 0; }));
  const double turned = 2 * heads < n ? -1 : 1;  // a copy with all signs turned is a copy
  const double most = chance * (sizes.chosen ? kMostChosen : kMost);
  double sum = 0, squares = 0;
  for (const double x : sizes.matched) {
    const double capped = std::min(sizes.chosen ? std::abs(x) : turned * x, most);
    sum += capped;
    squares += capped * capped;
  }
  Likeness::Agreement agreement;
  agreement.mean = sum / n;
  agreement.error = std::sqrt(std::max(0.0, squares / n - agreement.mean * agreement.mean) / n);
  const double excess = std::abs(2 * heads / n - 1);
  const double surely = excess - kDeviations * std::sqrt(std::max(0.0, 1 - excess * excess) / n) -
                        2 * kDeviations / n;
  if (surely <= 0) return agreement;
  agreement.least = sizes.chosen ? chance * (1 + kRise * surely * surely)
                                 : kMargin * quantile(sizes.others, surely);
  return agreement;
}

}  // namespace

double clearFrom(double chance) { return std::min(kClear * chance, kSurely); }

std::optional<Likeness> likenessOf(const Sizes& sizes) {
  if (sizes.matched.empty() || sizes.others.empty() || sizes.width == 0) return std::nullopt;
  const double scale = std::sqrt(static_cast<double>(sizes.width));
  const double chance = meanSize(sizes.others);
  Likeness likeness{sizes.matched.size(), sizes.width, scale * meanSize(sizes.matched),
                    scale * chance};
  likeness.median = scale * quantile(sizes.matched, 0.5);
  likeness.clear = clearOf(sizes, chance);
  if (!sizes.turned.empty()) likeness.turned = scale * meanSize(sizes.turned);
  Likeness::Agreement agreement = agreementOf(sizes, chance);
  for (double* part : {&agreement.mean, &agreement.error, &agreement.least}) *part *= scale;
  likeness.agreement = agreement;
  return likeness;
}

}  // namespace kindred::align
