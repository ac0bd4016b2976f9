// The seven metrics of the dispute's rebuttal, against the same formulas written with Armadillo.
#include <gtest/gtest.h>

#include <armadillo>
#include <bit>
#include <cmath>
#include <cstdint>

#include <kindred/metric.hpp>
#include <kindred/random.hpp>

#include "support/loaded_plugin.hpp"
#include "support/pair_metric.hpp"
#include "support/refusal.hpp"

namespace kindred {
namespace {

constexpr double kRelative = 1e-9;

struct Vectors {
  std::vector<float> a, b;
  arma::vec first() const { return arma::conv_to<arma::vec>::from(a); }
  arma::vec second() const { return arma::conv_to<arma::vec>::from(b); }
};

float bf16(double x) {
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(static_cast<float>(x)) & 0xffff0000u);
}

// Norm-like (nearly constant) or matrix-like (around zero), stored in BF16, with a little in
// common.
Vectors vectors(double mean, double spread, std::size_t size) {
  Random random(11);
  const auto bell = [&] { return random.unit() + random.unit() + random.unit() - 1.5; };
  Vectors made;
  for (std::size_t i = 0; i < size; ++i) {
    const double common = bell();
    made.a.push_back(bf16(mean + spread * (bell() + 0.3 * common)));
    made.b.push_back(bf16(1.3 * mean + 2 * spread * (bell() + 0.3 * common)));
  }
  return made;
}

std::vector<double> figures(const std::string& metric, const Vectors& v,
                            conformance::Settings settings = {}) {
  return support::measure(*support::load<PairMetric>(metric, std::move(settings)), v.a, v.b,
                          {2 * kBlock, 8 * kBlock});
}

double quantile(const arma::vec& values, double q) {
  const arma::vec sorted = arma::sort(values);
  const double rank = q * static_cast<double>(sorted.n_elem - 1);
  const auto below = static_cast<arma::uword>(rank);
  const double part = rank - static_cast<double>(below);
  return sorted(below) * (1 - part) + sorted(std::min(below + 1, sorted.n_elem - 1)) * part;
}

class SevenMetrics : public testing::TestWithParam<std::pair<double, double>> {
 protected:
  const Vectors v = vectors(GetParam().first, GetParam().second, 20 * kBlock + 77);
  const arma::vec a = v.first(), b = v.second();

  static void expectClose(double got, double right, const char* what) {
    EXPECT_NEAR(got, right, kRelative * std::abs(right)) << what;
  }
};

TEST_P(SevenMetrics, AgreeWithArmadillo) {
  const arma::vec ca = a - arma::mean(a), cb = b - arma::mean(b);
  expectClose(figures("cosine", v)[0], arma::norm_dot(a, b), "cosine");
  expectClose(figures("cosine", v, {{"centred", true}})[0], arma::as_scalar(arma::cor(a, b)),
              "Pearson");
  expectClose(figures("cosine", v, {{"centred", true}})[0], arma::norm_dot(ca, cb),
              "cosine of what is left of the means");
  const auto distances = figures("mad", v, {{"precise", true}});
  expectClose(distances[0], arma::mean(arma::abs(a - b)), "mean absolute difference");
  expectClose(distances[3], arma::norm(a - b) / arma::norm(a), "relative L2");
  expectClose(figures("quantile-difference", v)[0],
              std::abs(quantile(arma::abs(a), 0.99) - quantile(arma::abs(b), 0.99)),
              "difference of 99th percentiles");
  expectClose(figures("spread", v)[0],
              std::abs(arma::stddev(a, 1) / std::abs(arma::mean(a)) -
                       arma::stddev(b, 1) / std::abs(arma::mean(b))),
              "difference of coefficients of variation");
}

TEST_P(SevenMetrics, AndTheCosineAboutANumberToo) {
  const arma::vec x = a - 1.0, y = b - 1.0;
  expectClose(figures("cosine", v, {{"about", 1.0}})[0], arma::norm_dot(x, y), "about 1");
}

INSTANTIATE_TEST_SUITE_P(OfNormsAndMatrices, SevenMetrics,
                         testing::Values(std::pair{1.0, 0.05}, std::pair{0.016, 0.041},
                                         std::pair{0.002, 0.02}));

TEST(CosineAboutANumber, IsNotBesideCentred) {
  const Error refusal = support::refusalOf([] {
    support::load<PairMetric>("cosine", {{"centred", true}, {"about", 1.0}});
  });
  EXPECT_EQ(refusal.message(), "'centred' subtracts each tensor's own mean, 'about' a number");
  EXPECT_EQ(refusal.remedy(), "give one of them");
}

}  // namespace
}  // namespace kindred
