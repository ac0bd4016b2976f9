#include "replay/arithmetic.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace kindred::replay {
namespace {

constexpr double kNearlyParallel = 0.9995;  // cosines beyond which slerp is linear
constexpr double kNoDivisor = 1e-8;         // smaller sums of task arithmetic divide nothing

// Of weights as the arithmetic holds them.
template <class T>
T sumOf(const std::vector<double>& weights) {
  T sum = 0;
  for (const double weight : weights) sum += static_cast<T>(weight);
  return sum;
}

using Parents = std::span<const std::vector<float>>;

// Of type T (float or double), rounded where its caller says.
template <class T>
T weightedSum(const Formula& f, Parents parents, std::size_t i) {
  T sum = 0;
  for (std::size_t p = 0; p < parents.size(); ++p) {
    sum += static_cast<T>(f.weights[p]) * static_cast<T>(parents[p][i]);
  }
  return f.normalize ? sum / sumOf<T>(f.weights) : sum;
}

float ofShares(const Formula& f, Parents parents, std::size_t i) {
  const double whole = sumOf<double>(f.weights);
  float sum = 0;
  for (std::size_t p = 0; p < parents.size(); ++p) {
    sum += static_cast<float>(f.weights[p] / whole) * parents[p][i];
  }
  return sum;
}

float fromTheFirst(const Formula& f, Parents parents, std::size_t i) {
  const double whole = f.normalize ? sumOf<double>(f.weights) : 1;
  float sum = parents[0][i];
  for (std::size_t p = 1; p < parents.size(); ++p) {
    sum += static_cast<float>(f.weights[p] / whole) * (parents[p][i] - parents[0][i]);
  }
  return sum;
}

// Products are rounded, sums are held in float32 and rounded, and so is the quotient.
float inSteps(const Formula& f, Parents parents, std::size_t i) {
  const auto round = [&](float x) { return rounded(f.arithmetic, x); };
  float sum = 0, whole = 0;
  for (std::size_t p = 0; p < parents.size(); ++p) {
    const float weight = round(static_cast<float>(f.weights[p]));
    sum += round(weight * round(parents[p][i]));
    whole += weight;
  }
  return f.normalize ? round(round(sum) / round(whole)) : round(sum);
}

template <class T>
T taskVectors(const Formula& f, Parents parents, std::size_t i) {
  const T base = static_cast<T>(parents[f.base][i]);
  T sum = 0, whole = 0;
  for (std::size_t p = 0; p < parents.size(); ++p) {
    if (p == f.base) continue;
    sum += static_cast<T>(f.weights[p]) * (static_cast<T>(parents[p][i]) - base);
    whole += static_cast<T>(f.weights[p]);
  }
  if (f.normalize && std::abs(whole) >= kNoDivisor) sum /= whole;
  if (f.lambda != 1) sum *= static_cast<T>(f.lambda);
  return base + sum;
}

float taskVectorsInSteps(const Formula& f, Parents parents, std::size_t i) {
  const auto round = [&](float x) { return rounded(f.arithmetic, x); };
  const float base = round(parents[f.base][i]);
  float sum = 0, whole = 0;
  for (std::size_t p = 0; p < parents.size(); ++p) {
    if (p == f.base) continue;
    const float weight = round(static_cast<float>(f.weights[p]));
    sum += round(weight * round(round(parents[p][i]) - base));
    whole += weight;
  }
  sum = round(sum);
  if (f.normalize && std::abs(whole) >= kNoDivisor) sum = round(sum / round(whole));
  if (f.lambda != 1) sum = round(sum * static_cast<float>(f.lambda));
  return round(base + sum);
}

struct Spherical {
  double first, second;  // factors
};

Spherical spherical(const Formula& f) {
  if (std::abs(f.cosine) > kNearlyParallel) return {1 - f.t, f.t};
  const double angle = std::acos(f.cosine), sine = std::sin(angle);
  return {std::sin(angle - angle * f.t) / sine, std::sin(angle * f.t) / sine};
}

template <class Value>
void fill(DType stored, std::vector<float>& result, Value&& value) {
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = rounded(stored, static_cast<float>(value(i)));
  }
}

void computeSlerp(const Formula& f, Arithmetic arithmetic, DType stored, Parents parents,
                  std::vector<float>& result) {
  const Spherical by = spherical(f);
  const auto& first = parents[f.base];
  const auto& second = parents[1 - f.base];
  const auto a = static_cast<float>(by.first), b = static_cast<float>(by.second);
  const auto round = [&](float x) { return rounded(f.arithmetic, x); };
  switch (arithmetic) {
    case Arithmetic::exact:
      return fill(stored, result, [&](std::size_t i) {
        return by.first * double{first[i]} + by.second * double{second[i]};
      });
    case Arithmetic::steps: {  // mergekit's are computed in float32 of numbers that were rounded
      const auto read = [&](float x) { return f.stated ? round(x) : x; };
      return fill(stored, result,
                  [&](std::size_t i) { return round(a * read(first[i]) + b * read(second[i])); });
    }
    default:
      return fill(stored, result, [&](std::size_t i) { return a * first[i] + b * second[i]; });
  }
}

void computeTasks(const Formula& f, Arithmetic arithmetic, DType stored, Parents parents,
                  std::vector<float>& result) {
  switch (arithmetic) {
    case Arithmetic::exact:
      return fill(stored, result,
                  [&](std::size_t i) { return taskVectors<double>(f, parents, i); });
    case Arithmetic::steps:
      return fill(stored, result, [&](std::size_t i) { return taskVectorsInSteps(f, parents, i); });
    default:
      return fill(stored, result, [&](std::size_t i) { return taskVectors<float>(f, parents, i); });
  }
}

void computeLinear(const Formula& f, Arithmetic arithmetic, DType stored, Parents parents,
                   std::vector<float>& result) {
  switch (arithmetic) {
    case Arithmetic::exact:
      return fill(stored, result,
                  [&](std::size_t i) { return weightedSum<double>(f, parents, i); });
    case Arithmetic::shares:
      return fill(stored, result, [&](std::size_t i) { return ofShares(f, parents, i); });
    case Arithmetic::interpolated:
      return fill(stored, result, [&](std::size_t i) { return fromTheFirst(f, parents, i); });
    case Arithmetic::steps:
      return fill(stored, result, [&](std::size_t i) { return inSteps(f, parents, i); });
    case Arithmetic::single:
      return fill(stored, result, [&](std::size_t i) { return weightedSum<float>(f, parents, i); });
  }
}

// The factor is no tensor, so it is not rounded.
void computeScaled(const Formula& f, DType stored, Parents parents, std::vector<float>& result) {
  const auto factor = static_cast<float>(f.weights.front());
  fill(stored, result, [&](std::size_t i) {
    return rounded(f.arithmetic, factor * rounded(f.arithmetic, parents.front()[i]));
  });
}

}  // namespace

std::string_view name(Arithmetic arithmetic) {
  switch (arithmetic) {
    case Arithmetic::single:
      return "single";
    case Arithmetic::shares:
      return "shares";
    case Arithmetic::interpolated:
      return "interpolated";
    case Arithmetic::exact:
      return "exact";
    case Arithmetic::steps:
      return "steps";
  }
  return "";
}

std::string_view describe(Arithmetic arithmetic) {
  switch (arithmetic) {
    case Arithmetic::single:
      return "float32, rounded once";
    case Arithmetic::shares:
      return "float32, weights divided by their sum first";
    case Arithmetic::interpolated:
      return "float32, the first model plus shares of differences";
    case Arithmetic::exact:
      return "float64, rounded by way of float32";
    case Arithmetic::steps:
      return "each step rounded to the stored type";
  }
  return "";
}

float stepAt(DType dtype, float value) {
  const int digits = dtype == DType::BF16 ? 7 : dtype == DType::F16 ? 10 : 23;
  const int least = dtype == DType::F16 ? -14 : -126;
  if (!std::isfinite(value)) return 0;
  const int exponent = value == 0 ? least : std::max(least, std::ilogb(value));
  return std::ldexp(1.0f, exponent - digits);
}

bool applies(Arithmetic arithmetic, const Formula& formula, DType stored) {
  const bool copies = formula.method == Method::passthrough && formula.weights.front() == 1;
  switch (arithmetic) {
    case Arithmetic::single:
      return true;
    case Arithmetic::exact:
      return !copies;
    case Arithmetic::steps:
      return !copies && (formula.arithmetic != DType::F32 || stored != DType::F32);
    case Arithmetic::shares:
      return formula.method == Method::linear && formula.normalize;
    case Arithmetic::interpolated:
      return formula.method == Method::linear &&
             (formula.normalize || std::abs(sumOf<double>(formula.weights) - 1) < 1e-9);
  }
  return false;
}

void compute(const Formula& formula, Arithmetic arithmetic, DType stored, Parents parents,
             std::vector<float>& result) {
  result.resize(parents.front().size());
  switch (formula.method) {
    case Method::slerp:
      return computeSlerp(formula, arithmetic, stored, parents, result);
    case Method::task_arithmetic:
      return computeTasks(formula, arithmetic, stored, parents, result);
    case Method::passthrough:  // one parent, its factor as a weight
      if (arithmetic == Arithmetic::steps) return computeScaled(formula, stored, parents, result);
      [[fallthrough]];
    case Method::linear:
      return computeLinear(formula, arithmetic, stored, parents, result);
  }
}

}  // namespace kindred::replay
