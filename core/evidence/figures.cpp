#include "evidence/figures.hpp"

namespace kindred::evidence {

std::map<std::string, double> figuresOf(const Finding& finding) {
  std::map<std::string, double> figures = finding.details;
  if (finding.detectable_rho) figures["detectable_rho"] = *finding.detectable_rho;
  if (finding.beyond_strangers) figures["beyond_strangers"] = *finding.beyond_strangers;
  if (finding.basis == Basis::unverified) figures["unverified"] = 1;
  if (finding.assignments.solved > 0) {
    figures["assignments"] = static_cast<double>(finding.assignments.solved);
    figures["assignments_optimal"] = static_cast<double>(finding.assignments.optimal);
  }
  if (const auto& controls = finding.controls) {
    figures["controls"] = static_cast<double>(controls->models);
    figures["control_pairs"] = static_cast<double>(controls->pairs);
    figures["control_min"] = controls->least;
    figures["control_median"] = controls->median;
    figures["control_max"] = controls->largest;
    figures["clear"] = controls->clear ? 1 : 0;
    figures["large"] = controls->large ? 1 : 0;
  }
  return figures;
}

}  // namespace kindred::evidence
