// The conformance kit: loads a plugin's library and checks that it keeps the promises of the SDK's
// headers. Needs no test framework:
//
//   #include <kindred/conformance.hpp>
//   int main() { return kindred::conformance::run(PLUGIN_FILE, {{"centred", true}}); }
//
// prints one line a check, and below it every message in one of three grades, with cause and cure:
//   note     allowed, but probably not meant
//   warning  works, but gives users trouble
//   error    breaks a promise; run() then returns 1
// Each check runs in a process of its own, so that a crash or an endless loop is a result like any
// other.
#pragma once

#include <cstdio>
#include <exception>
#include <string>

#include <kindred/conformance/declaration.hpp>
#include <kindred/conformance/format.hpp>
#include <kindred/conformance/matrix.hpp>
#include <kindred/conformance/metric.hpp>
#include <kindred/conformance/report.hpp>
#include <kindred/conformance/set.hpp>
#include <kindred/conformance/source.hpp>
#include <kindred/conformance/subject.hpp>
#include <kindred/conformance/survey.hpp>
#include <kindred/conformance/table.hpp>

namespace kindred::conformance {

// All checks that fit the plugin's kind. `settings` are parameters that differ from their defaults.
inline Report check(const std::string& file, const Settings& settings = {},
                    const Expected& expected = {}) {
  Report report(file, expected.seconds);
  const auto kind = checkDeclaration(report, file, settings);
  if (!kind) return report;
  const Subject subject{file, settings};
  switch (*kind) {
    case Kind::pair_metric:
      checkStream<PairStream>(report, subject, expected);
      break;
    case Kind::tensor_metric:
      checkStream<TensorStream>(report, subject, expected);
      break;
    case Kind::set_metric:
      checkSet(report, subject);
      break;
    case Kind::source:
      checkSource(report, subject, expected);
      break;
    case Kind::format:
      checkFormat(report, subject, expected);
      break;
    case Kind::test:
      checkTest(report, subject);
      break;
    case Kind::matrix_test:
      checkMatrixTest(report, subject);
      break;
    case Kind::survey:
      checkSurvey(report, subject);
      break;
    default:
      report.check("kind", "the kit knows the plugin's kind", [](Findings& found) {
        found.add(Grade::note, "the kit checks no more than the declaration of this kind",
                  "its input is a whole model", "run it in a recipe");
      });
  }
  return report;
}

// The same, printed; 0 where no check found an error. For main().
inline int run(const std::string& file, const Settings& settings = {},
               const Expected& expected = {}) {
  try {
    const Report report = check(file, settings, expected);
    std::fputs(report.text().c_str(), stdout);
    return report.count(Grade::error) == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the conformance kit can't work: %s\n", error.what());
    return 1;
  }
}

}  // namespace kindred::conformance
