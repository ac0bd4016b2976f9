#include "cli/fingerprint_report.hpp"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "models/component.hpp"
#include "plugin/fingerprint.hpp"
#include "results/families.hpp"
#include "results/hash.hpp"
#include "words/quantities.hpp"

namespace kindred::cli {
namespace {

using fingerprint::Candidate;
using fingerprint::Fingerprint;

constexpr const char* kStep = "fingerprints";
constexpr std::size_t kMostTold = 1000;  // pairs, from which on those of strangers are not listed

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

void addFindings(const Candidate& tested, results::Report& report) {
  const std::string &a = tested.of, &b = tested.model;
  const auto component = componentOf(tested.component);
  for (const fingerprint::Tested& test : tested.tested.tests) {
    report.findings.push_back({kStep, a, b, test.finding, test.log10_p_adjusted, 1, component});
    // Each pair's rows are paired in a way of its own: no tree can be measured on that.
    if (report.models.size() > 2) report.findings.back().finding.likeness = {};
  }
  for (const evidence::Unfair& unfair : tested.tested.unfair) {
    report.refused.push_back({kStep, a, b, unfair.gauge, unfair.reason, true});
  }
  for (const Candidate& part : tested.components) addFindings(part, report);
}

// How near relatives are: of one pair in a sentence, too.
results::StepTable nearness(const std::vector<const Candidate*>& related, bool single) {
  std::vector<std::vector<std::string>> rows;
  for (const Candidate* pair : related) {
    rows.push_back({pair->of, pair->model, fmt::format("{:.0f} %", 100 * pair->breadth.value_or(0)),
                    fmt::format("{:.3f}", pair->distance->value),
                    fmt::format("{:.3f}", pair->distance->error)});
  }
  const std::string note =
      single
          ? (related.front()->same_bytes ? fingerprint::kSameBytes + std::string(" ") : "") +
                fmt::format(
                    "{} of the tested layers have evidence of their own. Paired rows are {} apart "
                    "(standard error {}): 1 - their mean correlation, which describes and decides "
                    "nothing.",
                    rows[0][2], rows[0][3], rows[0][4])
          : "Distance: 1 - the mean correlation of paired rows, which describes and decides "
            "nothing.";
  results::StepTable table;
  table.step = kStep;
  if (single) table.models = {related.front()->of, related.front()->model};
  table.table = {
      "How near relatives are",
      {"model", "model", "layers with evidence of their own", "distance", "standard error"},
      std::move(rows),
      note};
  table.of_relatives = single;
  return table;
}

results::Pair pairOf(const Candidate& judged, const Fingerprint& a, const Fingerprint& b) {
  results::Pair pair;
  pair.a = judged.of;
  pair.b = judged.model;
  pair.verdict = judged.verdict;
  pair.coverage.bytes_a = a.bytes;
  pair.coverage.bytes_b = b.bytes;
  for (const Candidate& part : judged.components) {
    if (const auto component = componentOf(part.component)) {
      pair.components.push_back({*component, part.verdict});
    }
  }
  return pair;
}

}  // namespace

results::Report reportOf(const std::vector<Fingerprint>& prints, const FingerprintPairs& pairs) {
  const std::vector<Candidate>& judged = pairs.told;
  results::Report report;
  report.kindred = report.manifest.kindred = KINDRED_VERSION;
  report.manifest.toolchain = plugin::hostFingerprint();
  report.manifest.recipe.xxh3_128 = results::xxh3("");
  const bool two = prints.size() == 2;
  report.title = two ? prints[0].model + " and " + prints[1].model
                     : fmt::format("Every pair of {} models", prints.size());
  report.question = fmt::format("{} share weights, as far as their fingerprints tell?",
                                two ? "Do the two models" : "Which of the models");
  results::Step step;
  step.name = kStep;
  step.verb = "fingerprint";
  step.shows = results::Step::Shows::findings;
  const bool all = pairs.unlisted.empty();
  if (!all) {
    step.note =
        "Of so many pairs relatives alone are listed, of each model the nearest, with the test "
        "that tells most; p-values are adjusted by Bonferroni.";
  } else if (judged.size() > kMostTold) {
    step.note = fmt::format(
        "Of more than {} pairs, tests of those that share no weights are counted and not listed.",
        kMostTold);
  }
  std::map<std::string, const Fingerprint*> by_key;
  for (const Fingerprint& print : prints) {
    report.models.push_back(modelOf(print));
    report.manifest.models.push_back({print.model, print.address, print.revision, {}});
    step.models.push_back(print.model);
    by_key.emplace(print.model, &print);
  }
  report.steps.push_back(std::move(step));
  std::vector<const Candidate*> related;
  for (const Candidate& pair : judged) {
    const bool is_related = evidence::isRelated(pair.verdict.klass);
    report.complete &= pair.ran;
    const std::size_t before = report.findings.size() + report.refused.size();
    const bool told = is_related || (all && judged.size() <= kMostTold);
    if (told) addFindings(pair, report);
    if (told && pair.ran && report.findings.size() + report.refused.size() == before) {
      report.refused.push_back(
          {kStep,
           pair.of,
           pair.model,
           {},
           "the two fingerprints hold no rows of one kind that can be tested"});
    }
    report.pairs.push_back(pairOf(pair, *by_key.at(pair.of), *by_key.at(pair.model)));
    if (is_related && pair.distance) related.push_back(&pair);
  }
  report.unlisted = pairs.unlisted;
  for (const results::Unlisted& some : report.unlisted) {
    report.complete &= some.klass != evidence::Class::not_run;
  }
  report.manifest.complete = report.complete;
  report.verdict = results::overall(report);
  report.families = results::familiesOf(report, pairs.relations);
  if (!related.empty()) report.tables.push_back(nearness(related, two));
  return report;
}

}  // namespace kindred::cli
