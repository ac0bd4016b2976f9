#include <kindred/analysis/stats/tails.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <vector>

#include <kindred/analysis/stats/log_space.hpp>

namespace kindred::stats {

namespace {

constexpr double kLn2Pi = 1.837877066409345484;

// ln n! - (n ln n - n + ln(2 pi n) / 2): what Stirling's formula leaves out (C. Loader, "Fast and
// accurate computation of binomial probabilities", 2000). The series has error below 1e-16 from 16.
double stirlingError(double n) {
  if (n < 16) {
    double factorial = 1;
    for (double i = 2; i <= n; ++i) factorial *= i;
    return std::log(factorial) - (n * std::log(n) - n + 0.5 * (kLn2Pi + std::log(n)));
  }
  const double r = 1 / (n * n);
  return (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r / 1188)))) / n;
}

// x ln(x / m) + m - x, without cancellation near x = m (Loader's deviance).
double deviance(double x, double m) {
  const double d = (x - m) / m;
  if (std::abs(d) > 0.1) return x * std::log(x / m) + m - x;
  // m ((1 + d) ln(1 + d) - d) = m sum_{j >= 2} (-d)^j / (j (j - 1)).
  double sum = 0;
  double power = d * d;
  for (int j = 2; j < 20; ++j, power *= -d) sum += power / (j * (j - 1));
  return m * sum;
}

// ln P(Bin(n, q) = k) for 0 < q < 1.
double logMass(double n, double k, double q) {
  if (k == 0) return n * std::log1p(-q);
  if (k == n) return n * std::log(q);
  const double rest = n - k;
  return stirlingError(n) - stirlingError(k) - stirlingError(rest) - deviance(k, n * q) -
         deviance(rest, n * (1 - q)) + 0.5 * (std::log(n / k) - std::log(rest) - kLn2Pi);
}

// ln P(Bin(n, q) >= k) for k beyond the mean: the mass at k times 1 + r_k + r_k r_{k+1} + ..., the
// ratios of neighbours, which fall.
double logUpperTail(double n, double k, double q) {
  const double odds = q / (1 - q);
  double sum = 1;
  double term = 1;
  for (double j = k; j < n; ++j) {
    term *= (n - j) / (j + 1) * odds;
    sum += term;
    if (term < sum * 1e-18) break;
  }
  return logMass(n, k, q) + std::log(sum);
}

// D_l / l! = sum_{i <= l} (-1)^i / i!: the share of permutations of l without a fixed point.
std::vector<double> derangementShares(std::uint64_t largest) {
  // Beyond 20 the sum no longer moves: it is 1/e.
  std::vector<double> shares(std::min<std::uint64_t>(largest, 20) + 1);
  double term = 1;
  double sum = 0;
  for (std::size_t l = 0; l < shares.size(); ++l) {
    if (l > 0) term /= -static_cast<double>(l);
    sum += term;
    shares[l] = l == 1 ? 0 : sum;
  }
  return shares;
}

double shareAt(const std::vector<double>& shares, std::uint64_t l) {
  return shares[std::min<std::uint64_t>(l, shares.size() - 1)];
}

// log10 of P(F = j) tilt^j for j = 0..m, F the fixed points of a random permutation of m:
// P(F = j) = D_{m-j} / ((m-j)! j!).
std::vector<double> tiltedMasses(std::uint64_t m, double log10_tilt) {
  const std::vector<double> shares = derangementShares(m);
  std::vector<double> logs(m + 1);
  double log10_factorial = 0;
  for (std::uint64_t j = 0; j <= m; ++j) {
    if (j > 0) log10_factorial += std::log10(static_cast<double>(j));
    logs[j] =
        std::log10(shareAt(shares, m - j)) - log10_factorial + static_cast<double>(j) * log10_tilt;
  }
  return logs;
}

// The log10 of the tilt under which the fixed points of all layers have mean k (or nearly their
// largest possible number, where k is that).
double tiltToMean(std::span<const std::uint64_t> sizes, double k) {
  std::map<std::uint64_t, double> layers_of_size;
  for (const std::uint64_t m : sizes) ++layers_of_size[m];
  const auto mean = [&](double log10_tilt) {
    double sum = 0;
    for (const auto& [m, layers] : layers_of_size) {
      const std::vector<double> logs = tiltedMasses(m, log10_tilt);
      const double scale = log10Sum(logs);
      for (std::uint64_t j = 1; j <= m; ++j) {
        sum += layers * static_cast<double>(j) * std::pow(10.0, logs[j] - scale);
      }
    }
    return sum;
  };
  double low = 0;
  double high = 12;
  for (int i = 0; i < 30; ++i) {
    const double middle = 0.5 * (low + high);
    (mean(middle) < k ? low : high) = middle;
  }
  return high;
}

}  // namespace

double binomialTail(std::uint64_t n, std::uint64_t k) { return binomialTail(n, k, 0.5); }

double binomialTail(std::uint64_t n, std::uint64_t k, double q) {
  assert(k <= n && q >= 0 && q <= 1);
  if (k == 0 || q == 1) return 0;
  if (q == 0) return -std::numeric_limits<double>::infinity();
  const auto trials = static_cast<double>(n);
  const auto heads = static_cast<double>(k);
  if (heads > trials * q) return std::min(0.0, logUpperTail(trials, heads, q) / kLn10);
  // At or below the mean: one less the lower tail, which is an upper tail of the tails counted.
  return log10Complement(logUpperTail(trials, trials - heads + 1, 1 - q) / kLn10);
}

std::uint64_t binomialCritical(std::uint64_t n, double log10_alpha) {
  std::uint64_t low = 0;  // invariant: everything below `low` fails, `high` passes
  std::uint64_t high = n + 1;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (binomialTail(n, middle) <= log10_alpha) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

double fixedPointsTail(std::uint64_t m, std::uint64_t k) {
  assert(k <= m);
  if (k == 0) return 0;
  // P(F = j) = (D_{m-j} / (m-j)!) / j!, summed from k on with 1/k! taken out.
  const std::vector<double> shares = derangementShares(m);
  double sum = 0;
  double term = 1;  // k! / j!
  for (std::uint64_t j = k; j <= m && term > 1e-18; ++j) {
    sum += term * shareAt(shares, m - j);
    term /= static_cast<double>(j + 1);
  }
  return std::min(0.0, std::log10(sum) - log10Factorial(k));
}

double injectionTailBound(std::uint64_t m, std::uint64_t n, std::uint64_t k) {
  assert(k <= m && m <= n);
  double log10_bound = 0;
  for (std::uint64_t i = 0; i < k; ++i) {
    log10_bound += std::log10(static_cast<double>(m - i) / static_cast<double>(n - i)) -
                   std::log10(static_cast<double>(i + 1));
  }
  return std::min(0.0, log10_bound);
}

double layersTailBound(std::uint64_t layers, std::uint64_t k) {
  assert(layers > 0 || k == 0);
  if (k == 0) return 0;
  return std::min(
      0.0, static_cast<double>(k) * std::log10(static_cast<double>(layers)) - log10Factorial(k));
}

Tail layersTail(std::span<const std::uint64_t> sizes, std::uint64_t k) {
  constexpr double kAffordable = 3e8;  // multiplications
  const auto total = std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0});
  assert(k <= total);
  if (k == 0) return {0, true};
  double work = 0;
  double reach = 0;
  for (const std::uint64_t m : sizes) {
    work += reach * static_cast<double>(m);
    reach += static_cast<double>(m);
  }
  if (work > kAffordable) return {layersTailBound(sizes.size(), k), false};

  // Every mass is multiplied by tilt^j and scaled to sum to 1, with the tilt that moves the mean to
  // k: what matters then lies near the mean, and nothing that matters underflows.
  const double log10_tilt = tiltToMean(sizes, static_cast<double>(k));
  double log10_scale = 0;
  std::vector<double> sum{1};
  for (const std::uint64_t m : sizes) {
    const std::vector<double> logs = tiltedMasses(m, log10_tilt);
    const double scale = log10Sum(logs);
    log10_scale += scale;
    std::vector<double> next(sum.size() + m, 0.0);
    for (std::uint64_t j = 0; j <= m; ++j) {
      const double mass = std::pow(10.0, logs[j] - scale);
      if (mass == 0) continue;
      for (std::size_t i = 0; i < sum.size(); ++i) next[i + j] += mass * sum[i];
    }
    sum = std::move(next);
  }
  std::vector<double> logs;
  for (std::uint64_t j = k; j <= total; ++j) {
    logs.push_back(std::log10(sum[j]) - static_cast<double>(j) * log10_tilt);
  }
  return {std::min(0.0, log10Sum(logs) + log10_scale), true};
}

double hoeffdingBound(std::span<const double> weights, double t) {
  double squares = 0;
  for (const double w : weights) squares += w * w;
  if (t <= 0 || squares == 0) return 0;
  return -t * t / (2 * squares) / kLn10;
}

double chernoffBound(std::span<const double> weights, double t) {
  double largest = 0;
  double reach = 0;
  for (const double w : weights) {
    largest = std::max(largest, std::abs(w));
    reach += std::abs(w);
  }
  if (t <= 0 || reach == 0) return 0;
  const double n = static_cast<double>(
      std::count_if(weights.begin(), weights.end(), [](double w) { return w != 0; }));
  if (t >= reach) return -n * kLog10Of2;

  // With h in units of 1 / largest: f(h) = sum ln cosh(h w) - h t is convex; its slope
  // sum w tanh(h w) - t changes sign once. Any h gives a valid bound, so bisection may stop early.
  const auto slope = [&](double h) {
    double sum = -t;
    for (const double w : weights) sum += w * std::tanh(h * w / largest);
    return sum;
  };
  double low = 0;
  double high = 1;
  while (slope(high) < 0 && high < 1e6) high *= 2;
  for (int i = 0; i < 40; ++i) {
    const double middle = 0.5 * (low + high);
    (slope(middle) < 0 ? low : high) = middle;
  }
  double exponent = -high * t / largest;
  for (const double w : weights) {
    // ln cosh x = |x| + ln(1 + e^(-2|x|)) - ln 2.
    const double x = std::abs(high * w / largest);
    exponent += x + std::log1p(std::exp(-2 * x)) - kLog10Of2 * kLn10;
  }
  return std::min(0.0, exponent / kLn10);
}

}  // namespace kindred::stats
