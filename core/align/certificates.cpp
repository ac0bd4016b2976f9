#include "align/certificates.hpp"

namespace kindred::align {

void addAssignment(Finding& finding, bool optimal) {
  finding.details[kAssignments] += 1;
  finding.details[kOptimal] += optimal ? 1 : 0;
}

void addAssignments(Finding& finding, const Alignment& alignment) {
  for (const MlpMatch& match : alignment.mlps) {
    if (!match.certificate.empty())
      addAssignment(finding, match.certificate.starts_with("optimal"));
  }
}

}  // namespace kindred::align
