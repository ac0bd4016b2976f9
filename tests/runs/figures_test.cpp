// Every figure of every metric over numbers, through the program itself, against its formula worked
// out in long double from the numbers that the files hold: all plain types, odd lengths, zeros,
// constants, infinities and what is no number.
#include <gmock/gmock.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <map>
#include <sstream>

#include <kindred/random.hpp>

#include "cli/recipes.hpp"

namespace kindred::clitest {
namespace {

using Real = long double;
using Reals = std::vector<Real>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// One tensor of both models: its numbers as stored.
struct Stored {
  DType dtype = DType::F32;
  Reals a, b;
  bool finite() const {
    const auto is = [](Real x) { return std::isfinite(x); };
    return std::all_of(a.begin(), a.end(), is) && std::all_of(b.begin(), b.end(), is);
  }
  Real size() const { return static_cast<Real>(a.size()); }
};

Real sum(
    const Reals& values, const std::function<Real(Real)>& of = [](Real x) { return x; }) {
  Real total = 0;
  for (const Real x : values) total += of(x);
  return total;
}

Real mean(const Reals& values) { return sum(values) / static_cast<Real>(values.size()); }

Real sd(const Reals& values) {
  const Real m = mean(values);
  return std::sqrt(sum(values, [m](Real x) { return (x - m) * (x - m); }) /
                   static_cast<Real>(values.size()));
}

Real norm(const Reals& values) {
  return std::sqrt(sum(values, [](Real x) { return x * x; }));
}

Real cv(const Reals& values) {
  return mean(values) == 0 ? Real{kNaN} : sd(values) / std::abs(mean(values));
}

// About a number of each side; undefined where nothing is left of one.
Real cosine(const Stored& t, Real about_a, Real about_b) {
  Real xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < t.a.size(); ++i) {
    const Real x = t.a[i] - about_a, y = t.b[i] - about_b;
    xy += x * y, xx += x * x, yy += y * y;
  }
  return xx == 0 || yy == 0 ? Real{kNaN} : xy / std::sqrt(xx) / std::sqrt(yy);
}

// Definition 7 of Hyndman and Fan.
Real quantile(Reals values, Real q) {
  for (Real& x : values) x = std::abs(x);
  std::sort(values.begin(), values.end());
  const Real rank = q * static_cast<Real>(values.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const Real above = values[std::min(below + 1, values.size() - 1)];
  return values[below] + (rank - static_cast<Real>(below)) * (above - values[below]);
}

// The least of which at least this share lies at or below.
Real atRank(Reals values, Real share) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<Real>(values.size())));
  return values[std::max<std::size_t>(rank, 1) - 1];
}

Reals distances(const Stored& t) {
  Reals made;
  for (std::size_t i = 0; i < t.a.size(); ++i) made.push_back(std::abs(t.a[i] - t.b[i]));
  return made;
}

Real share(const Stored& t, const std::function<bool(Real, Real)>& holds) {
  Real count = 0;
  for (std::size_t i = 0; i < t.a.size(); ++i) count += holds(t.a[i], t.b[i]) ? 1 : 0;
  return count / t.size();
}

// The place of a number among all that its type holds, zero being 0: its bits, counted from there.
Real placeOf(DType dtype, Real value) {
  const Real sign = std::signbit(value) ? -1 : 1;
  const double size = static_cast<double>(std::abs(value));
  if (dtype == DType::F64) return sign * static_cast<Real>(std::bit_cast<std::uint64_t>(size));
  if (dtype == DType::F32) {
    return sign * static_cast<Real>(std::bit_cast<std::uint32_t>(static_cast<float>(size)));
  }
  return sign * static_cast<Real>(support::halfBits(dtype, size));
}

Reals steps(const Stored& t) {
  Reals made;
  for (std::size_t i = 0; i < t.a.size(); ++i) {
    if (!(t.a[i] == t.b[i])) {
      const bool finite = std::isfinite(t.a[i]) && std::isfinite(t.b[i]);
      made.push_back(!finite ? Real{kNaN}
                             : std::abs(placeOf(t.dtype, t.a[i]) - placeOf(t.dtype, t.b[i])));
    }
  }
  return made;
}

// |a - b| in [2^(K - 25), 2^(K - 24)); the last bin holds what is larger or no number.
Real bin(const Stored& t, int number) {
  return share(t, [number](Real x, Real y) {
    const Real d = std::abs(x - y);
    if (d == 0) return false;
    const bool low = number == 0 || d >= std::ldexp(Real{1}, number - 25);
    return number == 28 ? !(d < 8) : low && d < std::ldexp(Real{1}, number - 24);
  });
}

struct Expected {
  std::function<Real(const Stored&)> value;
  double relative = 1e-11;     // of the value
  bool of_finite_only = true;  // undefined where an element is not finite
  double absolute = 0;
};

bool differ(Real x, Real y) { return !(x == y); }

// By metric (as the recipe calls it) and figure.
std::map<std::string, Expected> expectations() {
  std::map<std::string, Expected> all;
  all["cosine.cosine"] = {[](auto& t) { return cosine(t, 0, 0); }, 0, true, 1e-13};
  all["pearson.cosine"] = {[](auto& t) { return cosine(t, mean(t.a), mean(t.b)); }, 0, true, 1e-11};
  all["about-one.cosine"] = {[](auto& t) { return cosine(t, 1, 1); }, 0, true, 1e-13};
  all["shuffled-cosine.shuffled-cosine"] = {
      [](auto& t) {
        const Real length = norm(t.a) * norm(t.b);
        return length == 0 ? Real{kNaN} : t.size() * mean(t.a) * mean(t.b) / length;
      },
      0, true, 1e-12};
  all["spread.spread"] = {[](auto& t) { return std::abs(cv(t.a) - cv(t.b)); }, 1e-9, true, 1e-9};
  all["spread.cv_a"] = {[](auto& t) { return cv(t.a); }};
  all["spread.cv_b"] = {[](auto& t) { return cv(t.b); }};
  all["spread.sd_a"] = {[](auto& t) { return sd(t.a); }};
  all["spread.sd_b"] = {[](auto& t) { return sd(t.b); }};
  all["spread.mean_a"] = {[](auto& t) { return mean(t.a); }, 0, true, 1e-14};
  all["spread.mean_b"] = {[](auto& t) { return mean(t.b); }, 0, true, 1e-14};
  for (const auto& [metric, sums] : {std::pair("mad", 2.3e-6), std::pair("precise", 1e-12)}) {
    const std::string m = std::string(metric) + ".";
    all[m + "mad"] = {[](auto& t) { return mean(distances(t)); }, sums};
    all[m + "rms"] = {[](auto& t) { return norm(distances(t)) / std::sqrt(t.size()); }, sums};
    all[m + "rel_l2"] = {
        [](auto& t) { return norm(t.a) == 0 ? Real{kNaN} : norm(distances(t)) / norm(t.a); }, sums};
    all[m + "max"] = {[](auto& t) { return atRank(distances(t), 1); }, 6e-8};
    all[m + "p50"] = {[](auto& t) { return atRank(distances(t), 0.5L); }, 0.004};
    all[m + "p99"] = {[](auto& t) { return atRank(distances(t), 0.99L); }, 0.004};
    all[m + "p999"] = {[](auto& t) { return atRank(distances(t), 0.999L); }, 0.004};
    all[m + "equal"] = {
        [](auto& t) { return share(t, [](Real x, Real y) { return x == y && std::isfinite(x); }); },
        1e-15, false};
    all[m + "sign"] = {[](auto& t) {
                         return share(
                             t, [](Real x, Real y) { return std::signbit(x) == std::signbit(y); });
                       },
                       1e-15, false};
  }
  all["changed.changed"] = {[](auto& t) { return share(t, differ); }, 1e-15, false};
  all["changed.sign_changes"] = {
      [](auto& t) {
        return share(t, [](Real x, Real y) { return std::signbit(x) != std::signbit(y); });
      },
      1e-15, false};
  // Undefined where an element that changed is not finite.
  const auto stepped = [](const std::function<Real(const Reals&)>& of) {
    return [of](const Stored& t) {
      const Reals made = steps(t);
      return made.empty() ? 0 : std::isfinite(sum(made)) ? of(made) : Real{kNaN};
    };
  };
  all["changed.ulp_mean"] = {stepped(mean), 1e-11, false};
  all["changed.ulp_max"] = {stepped([](const Reals& s) { return atRank(s, 1); }), 0, false};
  all["changed.ulp_p50"] = {stepped([](const Reals& s) { return atRank(s, 0.5L); }), 0.008, false};
  // By what they differ by: two infinite elements do by no number.
  const auto none = [](Real x, Real y) { return std::abs(x - y) == 0; };
  all["difference-histogram.zero"] = {[none](auto& t) { return share(t, none); }, 1e-15, false};
  all["difference-histogram.difference-histogram"] = {
      [none](auto& t) { return 1 - share(t, none); }, 0, false, 1e-15};
  for (int number = 0; number <= 28; ++number) {
    const std::string name = std::string(number < 10 ? "b0" : "b") + std::to_string(number);
    all["difference-histogram." + name] = {[number](auto& t) { return bin(t, number); }, 1e-15,
                                           false};
  }
  // Of each side by itself, whatever the other is.
  const auto of_side = [](const Reals& side) {
    return std::isfinite(sum(side)) ? quantile(side, 0.99L) : Real{kNaN};
  };
  all["quantile-difference.a_quantile"] = {[of_side](auto& t) { return of_side(t.a); }, 1e-11,
                                           false};
  all["quantile-difference.b_quantile"] = {[of_side](auto& t) { return of_side(t.b); }, 1e-11,
                                           false};
  all["quantile-difference.quantile-difference"] = {
      [](auto& t) { return std::abs(quantile(t.a, 0.99L) - quantile(t.b, 0.99L)); }, 1e-11, true,
      1e-14};
  all["moments.moments"] = {[](auto& t) { return mean(t.a); }, 0, true, 1e-14};
  all["moments.sd"] = {[](auto& t) { return sd(t.a); }};
  all["moments.min"] = {[](auto& t) { return *std::min_element(t.a.begin(), t.a.end()); }, 0};
  all["moments.max"] = {[](auto& t) { return *std::max_element(t.a.begin(), t.a.end()); }, 0};
  all["moments.norm"] = {[](auto& t) { return norm(t.a); }};
  all["moments.cv"] = {[](auto& t) { return cv(t.a); }, 1e-9};
  return all;
}

constexpr const char* kAllMetrics =
    "  - name: pairs\n"
    "    compare: [a, b]\n"
    "    metrics: [cosine, {plugin: cosine, centred: true, as: pearson},\n"
    "      {plugin: cosine, about: 1.0, as: about-one}, shuffled-cosine, spread, mad,\n"
    "      {plugin: mad, precise: true, as: precise}, changed, difference-histogram,\n"
    "      quantile-difference]\n"
    "  - {name: alone, describe: a, metrics: [moments]}\n"
    "  - {name: alone-b, describe: b, metrics: [moments]}\n";

struct Kind {
  const char* name;
  // Numbers of both sides, before they are stored.
  std::function<std::pair<double, double>(Random&, std::size_t)> draw;
};

double bell(Random& random) { return random.unit() + random.unit() + random.unit() - 1.5; }

std::vector<Kind> kinds() {
  return {
      {"weights", [](Random& r, std::size_t) { return std::pair(0.02 * bell(r), 0.03 * bell(r)); }},
      {"norms",
       [](Random& r, std::size_t) { return std::pair(1 + 0.05 * bell(r), 1.3 + 0.1 * bell(r)); }},
      {"tuned",
       [](Random& r, std::size_t) {
         const double x = 0.02 * bell(r);
         return std::pair(x, r.below(3) == 0 ? x : x * (1 + 0.01 * bell(r)));
       }},
      {"zeros",
       [](Random& r, std::size_t) {
         const double zeros[] = {0.0, -0.0, bell(r), bell(r)};
         return std::pair(zeros[r.below(4)], zeros[r.below(4)]);
       }},
      {"nothing", [](Random& r, std::size_t) { return std::pair(bell(r), 0.0); }},
      {"constant", [](Random& r, std::size_t) { return std::pair(0.5, bell(r)); }},
      {"equal",
       [](Random& r, std::size_t) {
         const double x = bell(r);
         return std::pair(x, x);
       }},
      {"infinite",
       [](Random& r, std::size_t i) {
         return std::pair(i % 7 == 0 ? kInfinity : bell(r), i % 5 == 0 ? -kInfinity : bell(r));
       }},
      {"both-infinite",
       [](Random& r, std::size_t i) {
         return std::pair(i % 3 == 0 ? kInfinity : bell(r), i % 3 == 0 ? kInfinity : bell(r));
       }},
      {"no-numbers",
       [](Random& r, std::size_t i) { return std::pair(bell(r), i % 4 == 3 ? kNaN : bell(r)); }},
  };
}

// The numbers that are stored.
Reals numbersOf(const TestTensor& tensor) {
  Reals numbers;
  const std::size_t size = info(tensor.dtype).bits / 8;
  for (std::size_t at = 0; at < tensor.bytes.size(); at += size) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, tensor.bytes.data() + at, size);
    if (size == 8) numbers.push_back(std::bit_cast<double>(bits));
    if (size == 4) numbers.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    if (size == 2) {
      numbers.push_back(support::halfValue(tensor.dtype, static_cast<std::uint16_t>(bits)));
    }
  }
  return numbers;
}

class EveryFigure : public testing::TestWithParam<DType> {
 protected:
  // Writes both models and keeps what they hold, by tensor.
  void write() {
    std::map<std::string, std::vector<TestTensor>> models;
    std::uint64_t seed = 1;
    for (const Kind& kind : kinds()) {
      for (const std::size_t length : {1u, 2u, 7u, 63u, 64u, 65u, 1001u, 2049u, 9973u}) {
        Random random(seed++);
        std::vector<double> a, b;
        for (std::size_t i = 0; i < length; ++i) {
          const auto [x, y] = kind.draw(random, i);
          a.push_back(x), b.push_back(y);
        }
        const std::string name = std::string(kind.name) + "." + std::to_string(length);
        models["a"].push_back(support::tensorOf(name, GetParam(), {length}, a));
        models["b"].push_back(support::tensorOf(name, GetParam(), {length}, b));
        stored_[name] = {GetParam(), numbersOf(models["a"].back()), numbersOf(models["b"].back())};
      }
    }
    for (const auto& [model, tensors] : models) {
      std::filesystem::create_directories(dir_ / model);
      support::writeSafetensors(dir_ / (model + "/model.safetensors"), tensors);
    }
  }

  TempDir dir_;
  std::map<std::string, Stored> stored_;
};

TEST_P(EveryFigure, IsItsFormula) {
  write();
  const RunResult result = runRecipe(dir_, recipe(kAllMetrics));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::map<std::string, Expected> expected = expectations();
  std::map<std::string, std::size_t> seen;
  std::istringstream lines(support::readFile(dir_ / "out/observations.csv"));
  std::string line;
  std::getline(lines, line);  // step,metric,figure,model_a,tensor_a,...,elements,value
  while (std::getline(lines, line)) {
    std::vector<std::string> cells;
    std::istringstream of_line(line);
    for (std::string cell; std::getline(of_line, cell, ',');) cells.push_back(cell);
    ASSERT_GE(cells.size(), 12u) << line;
    const std::string figure = cells[1] + "." + cells[2];
    const auto found = expected.find(figure);
    ASSERT_NE(found, expected.end()) << figure << " has no reference here";
    Stored tensor = stored_.at(cells[4]);
    if (cells[1] == "moments") {  // of one model alone
      if (cells[3] == "b") tensor.a = tensor.b;
      tensor.b = tensor.a;
    }
    const Expected& formula = found->second;
    const bool defined = tensor.finite() || !formula.of_finite_only;
    const Real wanted = defined ? formula.value(tensor) : Real{kNaN};
    ++seen[figure];
    const bool undefined =
        cells.size() == 12 || cells[12].empty() || cells[12] == "nan" || cells[12] == "NaN";
    const std::string what = figure + " of " + cells[4] + ": " + line;
    EXPECT_EQ(undefined, std::isnan(wanted)) << what << "; expected " << wanted;
    if (undefined || std::isnan(wanted)) continue;
    const auto tolerance =
        static_cast<double>(formula.absolute + formula.relative * std::abs(wanted));
    EXPECT_NEAR(std::stod(cells[12]), static_cast<double>(wanted), tolerance) << what;
  }
  for (const auto& [figure, formula] : expected) {
    EXPECT_EQ(seen[figure], stored_.size() * (figure.starts_with("moments") ? 2 : 1)) << figure;
  }
}

INSTANTIATE_TEST_SUITE_P(OfAllMetrics, EveryFigure,
                         testing::Values(DType::BF16, DType::F16, DType::F32, DType::F64),
                         [](const auto& tested) { return std::string(name(tested.param)); });

}  // namespace
}  // namespace kindred::clitest
