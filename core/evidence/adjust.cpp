#include "evidence/adjust.hpp"

#include <algorithm>
#include <cmath>

#include <kindred/analysis/stats/multiplicity.hpp>

namespace kindred::evidence {

void adjust(std::vector<StepFinding>& findings, std::size_t stages, std::size_t left) {
  const double share = std::log10(static_cast<double>(stages));
  for (std::size_t stage = 1; stage <= stages; ++stage) {
    std::vector<double> p;
    std::vector<StepFinding*> rows;
    for (StepFinding& row : findings) {
      if (row.finding.basis == Basis::calibrated || row.stage != stage) continue;
      row.log10_p_adjusted = row.finding.log10_p;
      if (row.finding.basis == Basis::describes) continue;
      p.push_back(row.finding.log10_p);
      rows.push_back(&row);
    }
    if (stage == 1) p.resize(p.size() + left, 0.0);
    const std::vector<double> adjusted = stats::holm(p);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i]->log10_p_adjusted = std::min(0.0, adjusted[i] + share);
    }
  }
}

}  // namespace kindred::evidence
