#include "evidence/class.hpp"

namespace kindred::evidence {

const char* name(Class klass) {
  switch (klass) {
    case Class::identical:
      return "identical";
    case Class::shared_weights:
      return "shared-weights";
    case Class::shared_weights_calibrated:
      return "shared-weights-calibrated";
    case Class::partial:
      return "partial";
    case Class::arranged:
      return "arranged";
    case Class::inconclusive:
      return "inconclusive";
    case Class::no_evidence:
      return "no-evidence";
    case Class::untestable:
      return "untestable";
    case Class::not_run:
      return "not-run";
    case Class::several:
      return "several";
  }
  return "";
}

const char* name(Basis basis) {
  switch (basis) {
    case Basis::exact:
      return "exact";
    case Basis::calibrated:
      return "calibrated";
    case Basis::unverified:
      return "unverified";
    case Basis::describes:
      return "describes";
  }
  return "";
}

bool isRelated(Class klass) {
  switch (klass) {
    case Class::identical:
    case Class::shared_weights:
    case Class::shared_weights_calibrated:
    case Class::partial:
      return true;
    case Class::arranged:
    case Class::inconclusive:
    case Class::no_evidence:
    case Class::untestable:
    case Class::not_run:
    case Class::several:
      return false;
  }
  return false;
}

}  // namespace kindred::evidence
