#include "evidence/found.hpp"

#include <algorithm>
#include <utility>

#include "evidence/adjust.hpp"
#include "evidence/levels.hpp"
#include "evidence/verdict.hpp"

namespace kindred::evidence {

Found::Found(std::vector<StepFinding> findings, std::size_t stages)
    : findings_(std::move(findings)) {
  adjust(findings_, stages);
}

template <class Holds>
bool Found::any(const std::string& a, const std::string& b, Holds&& holds) const {
  return std::any_of(findings_.begin(), findings_.end(), [&](const StepFinding& row) {
    const bool of_both =
        (row.model_a == a && row.model_b == b) || (row.model_a == b && row.model_b == a);
    return of_both && holds(row);
  });
}

bool Found::related(const std::string& a, const std::string& b) const {
  return any(a, b,
             [](const StepFinding& row) { return rejects(row.finding, row.log10_p_adjusted); });
}

bool Found::settled(const std::string& a, const std::string& b) const {
  return any(a, b, [](const StepFinding& row) {
    return row.finding.basis == Basis::exact && !isOfTheStream(row.finding) &&
           row.log10_p_adjusted <= kLog10Settled;
  });
}

}  // namespace kindred::evidence
