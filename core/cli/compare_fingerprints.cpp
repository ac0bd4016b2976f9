#include "cli/compare_fingerprints.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <ostream>
#include <vector>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "cli/execute.hpp"
#include "cli/fingerprint_report.hpp"
#include "cli/identified.hpp"
#include "cli/lineup.hpp"
#include "cli/out_folder.hpp"
#include "cli/output.hpp"
#include "fingerprint/make.hpp"
#include "outcome/report_of.hpp"
#include "report/saved_run.hpp"
#include "report/terminal.hpp"
#include "results/files.hpp"
#include "results/json.hpp"
#include "run/memory.hpp"
#include "run/progress.hpp"
#include "words/names.hpp"

namespace kindred::cli {
namespace {

using fingerprint::Candidate;
using results::Json;

constexpr const char* kPairFile = "compare.json";
constexpr const char* kPairFiles[] = {kPairFile,          "manifest.json", "report.json",
                                      "observations.csv", "findings.csv",  "report.html",
                                      "report.md"};

std::string pairJson(const std::string& a, const Candidate& b) {
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
  const Json document{{"a", a},
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
  const auto began = std::chrono::steady_clock::now();
  const std::filesystem::path out = outFolder(invocation, "out/compare", kPairFiles);
  const std::set<evidence::Class> fail_on = failOn(invocation);
  if (invocation.positional.size() != 2) throw inputError("", "kindred compare takes two models");
  std::vector<ModelArgument> models;
  for (const std::string& text : invocation.positional) models.push_back(modelArgument(text));
  Lineup lineup(invocation, std::move(models));
  const Making making{fingerprint::kLargest, invocation.bytes("max-bytes", 0)};
  run::Progress progress(watched(invocation));
  std::vector<fingerprint::Fingerprint> prints;
  for (std::size_t i : {0, 1}) {
    progress.stage("Reading " + words::escaped(lineup.models()[i].key));
    prints.push_back(lineup.of(i, making));
  }
  const Candidate judged = compareTwo(prints[0], prints[1]);
  progress.rest();
  results::Report made = reportOf(prints[0], prints[1], judged);
  made.manifest.command_line = invocation.argv;
  made.cost.date = outcome::today();
  made.cost.bytes_read = lineup.cost(0) + lineup.cost(1);
  made.cost.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  made.cost.peak_memory_bytes = run::privateMemory();
  results::prepareFolder(out);
  const std::string json = pairJson(prints[0].model, judged);
  results::writeAtomically(out / kPairFile, json);
  report::writeAll(out, made);
  if (invocation.has("json")) {
    output() << json;
  } else {
    output() << report::terminalSummary(made, terminalView(invocation));
    sayWhere(out);
  }
  const ExitCode code = exitCode(made, fail_on);
  const bool testable = judged.verdict.klass != evidence::Class::untestable;
  return testable || code != kDone ? code : kBadInput;
}

}  // namespace kindred::cli
