// A test whose answer is always the same; with FAULTY_PROBABILITY an impossible one.
#include <kindred/test.hpp>

namespace {

class Shuffle final : public kindred::Test {
 public:
  std::vector<kindred::Finding> onTable(const kindred::Table& table) override {
    if (table.rows.empty()) throw kindred::inputError("", "the table is empty");
    kindred::Finding finding;
    finding.null = "rows of the table change places";
    finding.assumptions = "nothing";
    finding.statistic = table.rows.front().value;
    finding.log10_p_floor = -2;
#if defined(FAULTY_PROBABILITY)
    finding.log10_p = -3;
#else
    finding.log10_p = -1;
#endif
    return {finding};
  }
};

}  // namespace

KINDRED_TEST(Shuffle, "shuffle", "1.0", "Always the same answer")
