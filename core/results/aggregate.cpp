#include "results/aggregate.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

namespace kindred::results {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double quantile(std::vector<double> sorted, double q) {
  std::sort(sorted.begin(), sorted.end());
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

double mean(const std::vector<double>& values) {
  long double sum = 0;
  for (const double v : values) sum += v;
  return static_cast<double>(sum / static_cast<long double>(values.size()));
}

double deviation(const std::vector<double>& values) {
  const double centre = mean(values);
  long double sum = 0;
  for (const double v : values) sum += (v - centre) * (v - centre);
  return static_cast<double>(std::sqrt(sum / static_cast<long double>(values.size())));
}

}  // namespace

double aggregate(std::span<const double> values, const std::string& how) {
  std::vector<double> defined;
  std::copy_if(values.begin(), values.end(), std::back_inserter(defined),
               [](double v) { return !std::isnan(v); });
  if (how == "count") return static_cast<double>(defined.size());
  if (defined.empty()) return kNaN;
  if (how == "mean") return mean(defined);
  if (how == "sd") return deviation(defined);
  if (how == "min") return *std::min_element(defined.begin(), defined.end());
  if (how == "max") return *std::max_element(defined.begin(), defined.end());
  if (how == "median") return quantile(defined, 0.5);
  if (how.size() >= 2 && how[0] == 'p')
    return quantile(defined, std::strtod(how.c_str() + 1, nullptr) / 100);
  return kNaN;
}

}  // namespace kindred::results
