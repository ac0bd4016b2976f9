#include <kindred/analysis/survey/moments.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

namespace kindred::survey {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

template <class T>
Moments moments(std::span<const T> values) {
  Moments all;
  all.add(values);
  if (values.empty()) all.mean = kNaN;
  return all;
}

template <class T>
double cosineOf(std::span<const T> x, std::span<const T> y, double mean_x, double mean_y) {
  if (x.size() != y.size()) return kNaN;
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double a = x[i] - mean_x, b = y[i] - mean_y;
    xy += a * b;
    xx += a * a;
    yy += b * b;
  }
  const double scale = std::sqrt(xx) * std::sqrt(yy);
  return scale > 0 ? xy / scale : kNaN;
}

}  // namespace

Moments momentsOf(std::span<const float> values) { return moments(values); }
Moments momentsOf(std::span<const double> values) { return moments(values); }

double cosine(std::span<const float> x, std::span<const float> y) { return cosineOf(x, y, 0, 0); }
double cosine(std::span<const double> x, std::span<const double> y) { return cosineOf(x, y, 0, 0); }

double pearson(std::span<const double> x, std::span<const double> y) {
  const Moments of_x = momentsOf(x), of_y = momentsOf(y);
  // What rounding leaves of a constant is no spread.
  const auto constant = [](const Moments& m) { return m.sd() <= 1e-14 * std::abs(m.mean); };
  if (constant(of_x) || constant(of_y)) return kNaN;
  return cosineOf(x, y, of_x.mean, of_y.mean);
}

std::vector<double> wide(std::span<const float> values) { return {values.begin(), values.end()}; }

std::string cell(double value, int decimals) {
  if (std::isnan(value)) return "-";
  std::array<char, 512> text;  // the largest double has 309 digits before its point
  std::snprintf(text.data(), text.size(), "%.*f", std::clamp(decimals, 0, 100), value);
  return text.data();
}

std::string cell(std::int64_t value) { return std::to_string(value); }

}  // namespace kindred::survey
