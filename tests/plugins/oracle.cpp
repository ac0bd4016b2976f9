// A matrix test that answers whatever it is compiled to answer: what a host must not believe.
#include <cmath>
#include <limits>

#include <kindred/matrix_test.hpp>

namespace {

class Oracle final : public kindred::MatrixTest {
 public:
  std::vector<kindred::GaugeUse> uses() const override {
    return {{kindred::Gauge::mlp_unit, kindred::GaugeUse::Of::signs,
             std::string(kindred::role::kUp), 0}};
  }

#if defined(ORACLE_CALIBRATED)
  bool calibrated() const override { return true; }
#endif

  std::vector<kindred::Finding> run(const kindred::MatrixTask&) const override {
    kindred::Finding finding;
    finding.statistic = 1;
    finding.units = 10;
    finding.null = "the oracle is wrong";
    finding.assumptions = "nothing";
    finding.log10_p = -2;
    finding.log10_p_floor = -3;
    [[maybe_unused]] const double infinity = std::numeric_limits<double>::infinity();
#if defined(ORACLE_ZERO_P)
    finding.log10_p = -infinity;
    finding.log10_p_floor = -infinity;
#elif defined(ORACLE_UNDEFINED_P)
    finding.log10_p = std::nan("");
#elif defined(ORACLE_P_ABOVE_ONE)
    finding.log10_p = 0.5;
#elif defined(ORACLE_P_BELOW_FLOOR)
    finding.log10_p = -4;
#elif defined(ORACLE_UNDEFINED_FLOOR)
    finding.log10_p_floor = std::nan("");
#elif defined(ORACLE_NO_NULL)
    finding.null = "";
#elif defined(ORACLE_INFINITE_STATISTIC)
    finding.statistic = infinity;
#elif defined(ORACLE_INFINITE_DETAIL)
    finding.details["z"] = infinity;
#elif defined(ORACLE_IMPOSSIBLE_POWER)
    finding.detectable_rho = -1;
#elif defined(ORACLE_REJECTS)
    finding.log10_p = -20;
    finding.log10_p_floor = -300;
#elif defined(ORACLE_BOASTS)
    finding.basis = kindred::Basis::calibrated;
    finding.controls = kindred::Controls{100, 5000, 0, 0, 0, true};
#endif
    return {finding};
  }
};

}  // namespace

KINDRED_MATRIX_TEST(Oracle, "oracle", "1.0", "Always the same answer")
