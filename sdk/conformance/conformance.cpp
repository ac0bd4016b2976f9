#include <cstdio>
#include <exception>

#include <kindred/conformance.hpp>
#include <kindred/conformance/declaration.hpp>
#include <kindred/conformance/format.hpp>
#include <kindred/conformance/matrix.hpp>
#include <kindred/conformance/metric.hpp>
#include <kindred/conformance/set.hpp>
#include <kindred/conformance/source.hpp>
#include <kindred/conformance/survey.hpp>
#include <kindred/conformance/table.hpp>

namespace kindred::conformance {

Report check(const std::string& file, const Settings& settings, const Expected& expected) {
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

int run(const std::string& file, const Settings& settings, const Expected& expected) {
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
