#include "support/loaded_plugin.hpp"

#include <kindred/conformance.hpp>

namespace kindred::support {

std::string complaints(const std::string& name, conformance::Settings settings,
                       const conformance::Expected& expected) {
  const conformance::Subject subject = plugin(name, std::move(settings));
  const conformance::Report report = conformance::check(subject.file, subject.settings, expected);
  const bool clean = report.count(conformance::Grade::error) == 0 &&
                     report.count(conformance::Grade::warning) == 0;
  return clean ? "" : report.text();
}

}  // namespace kindred::support
