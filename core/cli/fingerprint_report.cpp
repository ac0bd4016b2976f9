#include "cli/fingerprint_report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <kindred/analysis/stats/multiplicity.hpp>

#include "models/component.hpp"
#include "plugin/fingerprint.hpp"
#include "results/hash.hpp"
#include "words/quantities.hpp"

namespace kindred::cli {
namespace {

using fingerprint::Candidate;
using fingerprint::Fingerprint;

constexpr const char* kStep = "fingerprints";

std::optional<models::Component> componentOf(const std::string& name) {
  for (const models::Component component : models::kComponents) {
    if (models::name(component) == name) return component;
  }
  return {};
}

results::Model modelOf(const Fingerprint& print) {
  results::Model model;
  model.key = print.model;
  model.address = print.address;
  model.revision = print.revision;
  model.architecture = print.family;
  model.parameters = print.parameters;
  model.notes.push_back(fmt::format("held by a fingerprint, made of {} of its weights ({} in all)",
                                    print.whole ? "all rows" : "a part",
                                    words::byteCount(print.bytes)));
  return model;
}

// The tests in the order in which judged() adjusted them.
void addFindings(const Candidate& tested, results::Report& report) {
  const std::string &a = report.models[0].key, &b = report.models[1].key;
  const auto component = componentOf(tested.component);
  for (const fingerprint::Tested& test : tested.tested.tests) {
    report.findings.push_back({kStep, a, b, test.finding, 0, 1, component});
  }
  for (const evidence::Unfair& unfair : tested.tested.unfair) {
    report.refused.push_back({kStep, a, b, unfair.gauge, unfair.reason, true});
  }
  for (const Candidate& part : tested.components) addFindings(part, report);
}

void adjust(std::vector<evidence::StepFinding>& findings) {
  std::vector<double> all;
  for (const evidence::StepFinding& row : findings) all.push_back(row.finding.log10_p);
  const std::vector<double> adjusted = stats::holm(all);
  for (std::size_t i = 0; i < findings.size(); ++i) findings[i].log10_p_adjusted = adjusted[i];
}

// How near two relatives are.
results::StepTable nearness(const Candidate& judged, const results::Report& report) {
  const fingerprint::Distance& distance = *judged.distance;
  const std::string share = fmt::format("{:.0f} %", 100 * judged.breadth.value_or(0));
  const std::string value = fmt::format("{:.3f}", distance.value);
  const std::string error = fmt::format("{:.3f}", distance.error);
  const std::string note = fmt::format(
      "{} of the tested layers have evidence of their own. Paired rows are {} apart (standard "
      "error {}): 1 - their mean correlation, which describes and decides nothing.",
      share, value, error);
  return {kStep,
          {report.models[0].key, report.models[1].key},
          {"How near the two are",
           {"figure", "value", "standard error"},
           {{"layers with evidence of their own", share, ""},
            {"distance of paired rows", value, error}},
           note},
          true};
}

}  // namespace

results::Report reportOf(const Fingerprint& a, const Fingerprint& b, const Candidate& judged) {
  results::Report report;
  report.kindred = report.manifest.kindred = KINDRED_VERSION;
  report.manifest.toolchain = plugin::hostFingerprint();
  report.manifest.recipe.xxh3_128 = results::xxh3("");
  report.title = a.model + " and " + b.model;
  report.question = "Do the two models share weights, as far as their fingerprints tell?";
  for (const Fingerprint* print : {&a, &b}) {
    report.models.push_back(modelOf(*print));
    report.manifest.models.push_back({print->model, print->address, print->revision, {}});
  }
  results::Step step;
  step.name = kStep;
  step.verb = "fingerprint";
  step.models = {a.model, b.model};
  step.shows = results::Step::Shows::findings;
  report.steps.push_back(std::move(step));
  addFindings(judged, report);
  adjust(report.findings);
  if (report.findings.empty() && report.refused.empty()) {
    report.refused.push_back({kStep,
                              a.model,
                              b.model,
                              {},
                              "the two fingerprints hold no rows of one kind that can be tested"});
  }
  results::Pair pair;
  pair.a = a.model;
  pair.b = b.model;
  pair.verdict = judged.verdict;
  pair.coverage.bytes_a = a.bytes;
  pair.coverage.bytes_b = b.bytes;
  for (const Candidate& part : judged.components) {
    if (const auto component = componentOf(part.component)) {
      pair.components.push_back({*component, part.verdict});
    }
  }
  report.verdict = pair.verdict;
  report.pairs.push_back(std::move(pair));
  if (evidence::isRelated(judged.verdict.klass) && judged.distance) {
    report.tables.push_back(nearness(judged, report));
  }
  return report;
}

}  // namespace kindred::cli
