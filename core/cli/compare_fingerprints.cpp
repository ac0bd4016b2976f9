#include "cli/compare_fingerprints.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <ostream>
#include <vector>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "cli/execute.hpp"
#include "cli/identified.hpp"
#include "cli/lineup.hpp"
#include "cli/out_folder.hpp"
#include "cli/output.hpp"
#include "fingerprint/make.hpp"
#include "report/text.hpp"
#include "report/wording.hpp"
#include "results/files.hpp"
#include "results/json.hpp"
#include "words/quantities.hpp"

namespace kindred::cli {
namespace {

using fingerprint::Candidate;
using results::Json;

std::string pairJson(const Identified& made, const Candidate& b) {
  Json tests = Json::array();
  for (const fingerprint::Tested* tested : fingerprint::testsBehind(b)) {
    const Finding& finding = tested->finding;
    tests.push_back({{"gauge", finding.gauge.name()},
                     {"paired_by", finding.alignment},
                     {"reference", finding.reference},
                     {"coins", finding.units},
                     {"heads", finding.statistic},
                     {"log10_p", finding.log10_p},
                     {"null", finding.null},
                     {"assumptions", finding.assumptions}});
  }
  const Json document{{"a", made.model},
                      {"b", b.model},
                      {"verdict",
                       {{"class", evidence::name(b.verdict.klass)},
                        {"log10_p", b.verdict.log10_p},
                        {"sentence", b.verdict.sentence},
                        {"power", b.verdict.power}}},
                      {"breadth", b.breadth ? Json(*b.breadth) : Json(nullptr)},
                      {"distance", b.distance ? Json(b.distance->value) : Json(nullptr)},
                      {"distance_error", b.distance ? Json(b.distance->error) : Json(nullptr)},
                      {"tests", std::move(tests)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string pairText(const Identified& made, const Candidate& b, std::size_t width) {
  const std::string found = fmt::format(
      "p <= {}, adjusted for {}; {:.0f} % of the tested layers have evidence of their own{}",
      report::text(report::pValue(b.verdict.log10_p)),
      words::counted(fingerprint::testsBehind(b).size(), "test"), 100 * b.breadth.value_or(0),
      b.distance ? fmt::format("; distance {:.3f} (standard error {:.3f})", b.distance->value,
                               b.distance->error)
                 : "");
  width = std::min(width, report::kWidestProse);
  return report::wrapped(fmt::format("{} and {}, by their fingerprints: {}", made.model, b.model,
                                     report::verdictName(b.verdict)),
                         0, width) +
         report::wrapped(found, 2, width) + report::wrapped(b.verdict.sentence, 0, width) +
         report::wrapped("Power: " + b.verdict.power, 0, width);
}

void refuseOptions(const Invocation& invocation) {
  for (const char* option : {"all", "control", "deep", "resume"}) {
    if (!invocation.has(option)) continue;
    throw inputError(std::string("--") + option, "does not go with a fingerprint",
                     "kindred identify compares one with many");
  }
}

}  // namespace

bool comparesFingerprints(const Invocation& invocation) {
  return std::any_of(invocation.positional.begin(), invocation.positional.end(), namesFingerprint);
}

int compareFingerprints(const Invocation& invocation) {
  refuseOptions(invocation);
  constexpr const char* kFile = "compare.json";
  const std::filesystem::path out =
      invocation.has("out") ? outFolder(invocation, {}, std::array{kFile}) : "";
  const std::set<evidence::Class> fail_on = failOn(invocation);
  if (invocation.positional.size() != 2) throw inputError("", "kindred compare takes two models");
  std::vector<ModelArgument> models;
  for (const std::string& text : invocation.positional) models.push_back(modelArgument(text));
  Lineup lineup(invocation, std::move(models));
  const Identified made =
      identify(lineup, {fingerprint::kLargest, invocation.bytes("max-bytes", 0)}, {});
  if (made.candidates.empty()) throw inputError("", made.failed.front().error);
  const Candidate& b = made.candidates.front();
  const std::string json = pairJson(made, b);
  if (!out.empty()) {
    results::prepareFolder(out);
    results::writeAtomically(out / kFile, json);
  }
  output() << (invocation.has("json") ? json : pairText(made, b, terminalView(invocation).width));
  if (fail_on.contains(b.verdict.klass)) {
    sayFailed(made.model, b.model, b.verdict.klass);
    return kUnmet;
  }
  return made.testable() ? kDone : kBadInput;
}

}  // namespace kindred::cli
