// A test on rows that claims a gauge, whatever was granted.
#include <kindred/test.hpp>

namespace {

class Claimant final : public kindred::Test {
 public:
  std::vector<kindred::Finding> onRows(const std::vector<kindred::RowPair>& pairs) override {
    if (pairs.empty()) throw kindred::inputError("", "no rows");
    kindred::Finding finding;
    finding.gauge = "mlp-unit-of-mine";
    finding.basis = kindred::Basis::exact;
    finding.statistic = 1;
    finding.null = "rows change places";
    finding.assumptions = "a gauge of its own";
    finding.log10_p = finding.log10_p_floor = -100;
    return {finding};
  }
#if defined(CLAIMANT_ASSUMES)
  bool assumes() const override { return true; }
#endif
};

}  // namespace

KINDRED_TEST(Claimant, "claimant", "1.0", "Always the same claim")
