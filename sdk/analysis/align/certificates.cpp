#include <kindred/analysis/align/certificates.hpp>

namespace kindred::align {

void addAssignment(Finding& finding, bool optimal) {
  ++finding.assignments.solved;
  finding.assignments.optimal += optimal ? 1 : 0;
}

void addAssignments(Finding& finding, const Alignment& alignment) {
  for (const MlpMatch& match : alignment.mlps) {
    if (!match.certificate.empty())
      addAssignment(finding, match.certificate.starts_with("optimal"));
  }
}

}  // namespace kindred::align
