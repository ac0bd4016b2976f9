#include "results/report.hpp"

#include <algorithm>

namespace kindred::results {

const char* name(Role role) {
  switch (role) {
    case Role::subject:
      return "subject";
    case Role::control:
      return "control";
  }
  return "";
}

const char* name(Made made) {
  switch (made) {
    case Made::unknown:
      return "unknown";
    case Made::coded:
      return "coded";
    case Made::adapted:
      return "adapted";
  }
  return "";
}

bool isControl(const Report& report, const std::string& model) {
  return std::any_of(report.models.begin(), report.models.end(),
                     [&](const Model& m) { return m.key == model && m.role == Role::control; });
}

bool hasControl(const Report& report, const Pair& pair) {
  return isControl(report, pair.a) || isControl(report, pair.b);
}

}  // namespace kindred::results
