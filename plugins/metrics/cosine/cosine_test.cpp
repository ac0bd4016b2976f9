#include <gtest/gtest.h>

#include <cmath>
#include <kindred/metric.hpp>
#include <kindred/random.hpp>
#include <limits>

#include "support/loaded_plugin.hpp"
#include "support/pair_metric.hpp"

namespace kindred::cosine_test {
namespace {

using support::Cut;
using support::measure;
using support::Numbers;

constexpr double kBound = 1e-13;  // stated in moments.hpp, where 3.9e-14 is proved

std::unique_ptr<PairMetric> cosine() { return support::load<PairMetric>("cosine"); }
std::unique_ptr<PairMetric> pearson() {
  return support::load<PairMetric>("cosine", {{"centred", true}});
}

double normal(Random& random) {
  return std::sqrt(-2 * std::log(1 - random.unit())) * std::cos(6.283185307179586 * random.unit());
}

// The reference: two passes in long double, each sum compensated (Kahan and Neumaier).
class Sum {
 public:
  void add(long double term) {
    const long double sum = sum_ + term;
    rest_ += std::fabs(sum_) >= std::fabs(term) ? (sum_ - sum) + term : (term - sum) + sum_;
    sum_ = sum;
  }
  long double value() const { return sum_ + rest_; }

 private:
  long double sum_ = 0;
  long double rest_ = 0;
};

template <class T>
double reference(const std::vector<T>& a, const std::vector<T>& b, bool centred) {
  const auto count = static_cast<long double>(a.size());
  long double mean_a = 0, mean_b = 0;
  if (centred) {
    Sum sum_a, sum_b;
    for (std::size_t i = 0; i < a.size(); ++i) {
      sum_a.add(a[i]);
      sum_b.add(b[i]);
    }
    mean_a = sum_a.value() / count;
    mean_b = sum_b.value() / count;
  }
  Sum aa, bb, ab, rest_a, rest_b;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const long double x = a[i] - mean_a;
    const long double y = b[i] - mean_b;
    aa.add(x * x);
    bb.add(y * y);
    ab.add(x * y);
    rest_a.add(x);  // what rounding the means left, taken out again below
    rest_b.add(y);
  }
  if (!centred) rest_a = rest_b = {};
  const long double xa = rest_a.value(), xb = rest_b.value();
  return static_cast<double>((ab.value() - xa * xb / count) /
                             std::sqrt(aa.value() - xa * xa / count) /
                             std::sqrt(bb.value() - xb * xb / count));
}

template <class T>
void expectRight(const std::vector<T>& a, const std::vector<T>& b, const std::string& what) {
  for (const std::size_t segment : {~std::size_t{0}, 4 * kBlock}) {
    const Cut cut{2 * kBlock, segment};
    EXPECT_NEAR(measure(*cosine(), a, b, cut)[0], reference(a, b, false), kBound) << what;
    EXPECT_NEAR(measure(*pearson(), a, b, cut)[0], reference(a, b, true), kBound) << what;
  }
}

template <class T>
struct Two {
  std::vector<T> a, b;
};

// b is `alike` times a plus noise; both around `mean`.
template <class T>
Two<T> related(std::size_t size, double alike, double mean, double spread) {
  Random random(11);
  Two<T> two;
  for (std::size_t i = 0; i < size; ++i) {
    const double common = normal(random);
    two.a.push_back(static_cast<T>(mean + spread * common));
    two.b.push_back(static_cast<T>(mean + spread * (alike * common + normal(random))));
  }
  return two;
}

template <class T>
class CosineOf : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(CosineOf, Types);

TYPED_TEST(CosineOf, GivesTheSameBitsUnderAnyTiling) {
  const auto two = related<TypeParam>(20 * kBlock + 777, 0.5, 3.0, 1.0);
  for (const auto& metric : {cosine(), pearson()}) {
    for (const std::size_t segment : {~std::size_t{0}, 8 * kBlock, kBlock}) {
      const auto expected = measure(*metric, two.a, two.b, {kBlock, segment});
      for (const std::size_t blocks : {1, 2, 3, 5, 8, 1000}) {
        EXPECT_EQ(measure(*metric, two.a, two.b, {blocks * kBlock, segment}), expected)
            << blocks << " blocks a tile, segments of " << segment;
      }
    }
  }
}

TYPED_TEST(CosineOf, IsRightAtEveryShortLength) {
  const auto two = related<TypeParam>(5000, 0.3, 0.1, 1.0);
  const auto first = [](const auto& all, std::size_t count) {
    return std::vector<TypeParam>(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
  };
  for (std::size_t length = 2; length <= 5000; length += length % kBlock < 140 ? 1 : 23) {
    expectRight(first(two.a, length), first(two.b, length), std::to_string(length));
  }
}

TYPED_TEST(CosineOf, IsRightWhateverTheMean) {
  for (const double mean : {0.0, 1.0, -1e3, 1e6}) {
    for (const double alike : {0.0, 1e-3, 1.0, -100.0}) {
      const auto two = related<TypeParam>(10 * kBlock + 5, alike, mean, 1.0);
      expectRight(two.a, two.b, std::to_string(mean) + " " + std::to_string(alike));
    }
  }
}

TYPED_TEST(CosineOf, IsRightForHostileNumbers) {
  constexpr std::size_t kSize = 6 * kBlock + 100;
  auto outlier = related<TypeParam>(kSize, 0.5, 0, 1);
  outlier.a[0] = TypeParam(1e12);
  outlier.b[0] = TypeParam(-3e11);
  expectRight(outlier.a, outlier.b, "one outlier in front");

  auto alternating = related<TypeParam>(kSize, 0.5, 0, 1);
  for (std::size_t i = 0; i < kSize; ++i) {
    const TypeParam scale = i % 2 == 0 ? TypeParam(1e7) : TypeParam(1e-7);
    alternating.a[i] *= scale;
    alternating.b[i] *= i % 3 == 0 ? scale : 1 / scale;
  }
  expectRight(alternating.a, alternating.b, "alternating magnitudes");

  auto steps = related<TypeParam>(kSize, 0.5, 0, 1e-2);
  for (std::size_t i = 0; i < kSize; ++i) {
    steps.a[i] += static_cast<TypeParam>(100 * (i / kBlock));
    steps.b[i] -= static_cast<TypeParam>(7 * (i / kBlock));
  }
  expectRight(steps.a, steps.b, "another mean in every block");

  const auto tiny = related<TypeParam>(kSize, 0.5, 0, 1e-40);  // denormal floats
  expectRight(tiny.a, tiny.b, "denormals");
}

TYPED_TEST(CosineOf, IsExactlyOneForEqualInputsAndMinusOneForOpposites) {
  auto two = related<TypeParam>(5 * kBlock + 77, 0.5, 0.7, 3.0);
  std::vector<TypeParam> opposite = two.a;
  for (TypeParam& x : opposite) x = -x;
  for (const auto& metric : {cosine(), pearson()}) {
    EXPECT_EQ(measure(*metric, two.a, two.a)[0], 1.0);
    EXPECT_EQ(measure(*metric, two.a, opposite)[0], -1.0);
  }
}

TYPED_TEST(CosineOf, IsUndefinedForNothingZerosAndConstants) {
  const std::vector<TypeParam> none, zeros(3000, 0), thirds(3000, TypeParam(0.1));
  const auto two = related<TypeParam>(3000, 0.5, 0.7, 3.0);
  for (const auto& metric : {cosine(), pearson()}) {
    EXPECT_TRUE(std::isnan(measure(*metric, none, none)[0]));
    EXPECT_TRUE(std::isnan(measure(*metric, zeros, two.b)[0]));
    EXPECT_TRUE(std::isnan(measure(*metric, two.a, zeros)[0]));
  }
  for (const std::size_t segment : {~std::size_t{0}, kBlock}) {
    EXPECT_TRUE(std::isnan(measure(*pearson(), two.a, thirds, {kBlock, segment})[0]));
    EXPECT_TRUE(std::isnan(measure(*pearson(), thirds, thirds, {kBlock, segment})[0]));
  }
  EXPECT_EQ(measure(*cosine(), thirds, thirds)[0], 1.0);
}

TYPED_TEST(CosineOf, IsUndefinedWhereAnElementIsNotFinite) {
  for (const TypeParam bad :
       {std::numeric_limits<TypeParam>::quiet_NaN(), std::numeric_limits<TypeParam>::infinity()}) {
    for (const std::size_t place : {0, 2500, 5999}) {
      auto two = related<TypeParam>(6000, 0.5, 0.7, 3.0);
      two.a[place] = bad;
      for (const auto& metric : {cosine(), pearson()}) {
        EXPECT_TRUE(std::isnan(measure(*metric, two.a, two.b, {kBlock, kBlock})[0]));
        EXPECT_TRUE(std::isnan(measure(*metric, two.b, two.a)[0]));
      }
    }
  }
}

TEST(Cosine, KeepsThePromisesOfTheInterface) {
  EXPECT_EQ(support::complaints("cosine"), "");
  EXPECT_EQ(support::complaints("cosine", {{"centred", true}}), "");
}

TEST(Cosine, OfUnrelatedNormsIsNearOneWhereTheirCorrelationIsNot) {
  const auto two = related<float>(4096, 0.0, 1.0, 0.02);
  EXPECT_GT(measure(*cosine(), two.a, two.b)[0], 0.999);
  EXPECT_LT(std::abs(measure(*pearson(), two.a, two.b)[0]), 0.06);
}

}  // namespace
}  // namespace kindred::cosine_test
