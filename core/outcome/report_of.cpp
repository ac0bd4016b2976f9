#include "outcome/report_of.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "evidence/adapters.hpp"
#include "evidence/components.hpp"
#include "models/adapter.hpp"
#include "models/told_by_names.hpp"
#include "outcome/coverage.hpp"
#include "outcome/wider.hpp"
#include "plugin/fingerprint.hpp"
#include "results/families.hpp"
#include "results/hash.hpp"
#include "results/summary.hpp"
#include "run/architecture_files.hpp"

namespace kindred::outcome {
namespace {

void addCatalogue(const plan::Model& model, results::Model& facts) {
  if (model.architecture != nullptr) {
    facts.architecture = model.architecture->name();
    facts.architecture_files = run::foreignFiles(*model.architecture);
    facts.naming = model.architecture->naming();
    facts.told = models::whyToldByNames(model.checkpoint);
  }
  for (const models::Tensor& tensor : model.checkpoint.tensors()) {
    ++facts.tensors;
    if (tensor.encoding != models::Encoding::part) facts.parameters += tensor.elements;
  }
  facts.notes = model.checkpoint.notes();
  if (const models::Adapter* adapter = model.checkpoint.adapter()) {
    facts.notes.push_back("an adapter, and no model: " + models::describe(*adapter));
  }
}

// Codes of 8 bits or fewer, their scales included where these stand among them.
bool isCoded(const models::Tensor& tensor) {
  return tensor.numbers != nullptr && 8 * tensor.bytes <= 9 * tensor.elements;
}

// Numbers are coded after they were trained: what the codes were made of came before.
results::Made madeOf(const plan::Model& model) {
  if (model.adapter != nullptr) return results::Made::adapted;
  std::uint64_t coded = 0, all = 0;
  for (const models::Tensor& tensor : model.checkpoint.tensors()) {
    if (tensor.encoding == models::Encoding::part) continue;
    all += tensor.elements;
    if (isCoded(tensor)) coded += tensor.elements;
  }
  return 2 * coded > all ? results::Made::coded : results::Made::unknown;
}

results::Role roleOf(recipe::ModelRole role) {
  return role == recipe::ModelRole::control ? results::Role::control : results::Role::subject;
}

// `model` null: its headers were not read.
results::Model factsOf(const plan::Repository& repository, const plan::Model* model) {
  results::Model facts;
  facts.key = repository.key;
  facts.address = repository.address;
  facts.role = roleOf(repository.role);
  facts.date = repository.date;
  facts.revision = repository.location->revision();
  if (model != nullptr) {
    addCatalogue(*model, facts);
    facts.made = madeOf(*model);
  }
  return facts;
}

// Of a model that could not be opened.
results::Model missingFacts(const recipe::ModelSpec& spec, const std::string& why) {
  results::Model facts;
  facts.key = spec.key;
  facts.address = spec.source + ":" + spec.address;
  facts.role = roleOf(spec.role);
  facts.date = spec.date;
  facts.notes.push_back("could not be opened and was not read: " + why);
  return facts;
}

// Shards, then what steps read or listed beside them.
results::ModelFiles filesOf(const results::Model& facts, const plan::Model* model,
                            const std::vector<results::FileSeen>& seen) {
  results::ModelFiles list{facts.key, facts.address, facts.revision, {}};
  std::set<std::string> known;
  const auto add = [&](results::ModelFile file) {
    if (known.insert(file.name).second) list.files.push_back(std::move(file));
  };
  if (model != nullptr) {
    for (const models::Shard& shard : model->checkpoint.shards()) {
      add({shard.name, shard.file->size(), shard.file->identity(), shard.file->publishedSha256()});
    }
  }
  for (const results::FileSeen& file : seen) {
    if (file.model == facts.key) add({file.name, file.bytes, file.identity, file.published_sha256});
  }
  return list;
}

const char* kindText(Kind kind) {
  switch (kind) {
    case Kind::source:
      return "source";
    case Kind::format:
      return "format";
    case Kind::pair_metric:
    case Kind::tensor_metric:
    case Kind::set_metric:
      return "metric";
    case Kind::survey:
      return "survey";
    case Kind::aligner:
      return "aligner";
    default:
      return "test";
  }
}

const plan::Model* findModel(const plan::Models& models, const std::string& key) {
  for (const plan::Model* model : models.opened()) {
    if (model->key == key) return model;
  }
  return nullptr;
}

const plan::Model& modelNamed(const plan::Models& models, const std::string& key) {
  if (const plan::Model* model = findModel(models, key)) return *model;
  throw Error(Category::internal, "", "model '" + key + "' was compared but never opened");
}

// The findings of one test on one gauge rest on the same assignments.
void countAssignments(const std::vector<evidence::Adjusted>& findings, results::Pair& pair) {
  std::set<std::pair<std::string, Axis>> counted;
  for (const evidence::Adjusted& entry : findings) {
    const Finding& finding = entry.finding;
    if (finding.assignments.solved == 0) continue;
    const bool each = finding.basis == Basis::unverified;  // one a tensor
    if (!each && !counted.emplace(finding.test, finding.gauge).second) continue;
    pair.assignments.solved += finding.assignments.solved;
    pair.assignments.optimal += finding.assignments.optimal;
  }
}

// Each pair of different models once, in the order in which steps name them.
std::vector<std::pair<std::string, std::string>> pairsOf(const steps::Recipe& recipe,
                                                         const results::Results& results) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const auto add = [&](const std::string& a, const std::string& b) {
    if (a == b || b.empty()) return;
    const auto same = [&](const auto& p) {
      return (p.first == a && p.second == b) || (p.first == b && p.second == a);
    };
    if (std::none_of(pairs.begin(), pairs.end(), same)) pairs.emplace_back(a, b);
  };
  for (const steps::Step& step : recipe.steps) {
    if (steps::documentKind(step) != nullptr) continue;
    // A survey of more models describes them all and compares no pair in particular.
    if (step.models.size() == 2) add(step.models.front(), step.models.back());
  }
  for (const evidence::StepFinding& row : results.findings) {
    if (!row.component) add(row.model_a, row.model_b);  // of one the pair of its wholes tells
  }
  return pairs;
}

std::vector<evidence::Unfair> unfairIn(const results::Results& results, const std::string& a,
                                       const std::string& b) {
  std::vector<evidence::Unfair> list;
  for (const results::Refused& refused : results.refused) {
    const bool of_pair = (refused.model_a == a && refused.model_b == b) ||
                         (refused.model_a == b && refused.model_b == a);
    const bool known = std::any_of(list.begin(), list.end(), [&](const evidence::Unfair& unfair) {
      return unfair.gauge == refused.gauge;
    });
    if (of_pair && refused.unfair && !known) list.push_back({refused.gauge, refused.reason});
  }
  return list;
}

bool ofPair(const steps::Step& step, const std::string& a, const std::string& b) {
  if (step.models.size() != 2 || steps::documentKind(step) != nullptr) return false;
  return (step.models.front() == a && step.models.back() == b) ||
         (step.models.front() == b && step.models.back() == a);
}

// Tests of many pairs are run side by side: an interrupted one may have findings of some.
evidence::Ran ranOf(const steps::Recipe& recipe, const results::Results& results,
                    const std::string& a, const std::string& b, bool has_findings) {
  if (results.complete) return evidence::Ran::whole;
  std::size_t steps = 0, finished = 0;
  for (const steps::Step& step : recipe.steps) {
    if (!ofPair(step, a, b)) continue;
    ++steps;
    finished += static_cast<std::size_t>(
        std::count(results.finished.begin(), results.finished.end(), step.name));
  }
  if (finished == steps) return evidence::Ran::whole;
  return finished > 0 || has_findings ? evidence::Ran::in_part : evidence::Ran::not_at_all;
}

// Bytes of each model that tests of a pair may read; 0: no test of it has a budget.
std::uint64_t budgetOf(const steps::Recipe& recipe, const std::string& a, const std::string& b) {
  std::uint64_t most = 0;
  for (const steps::Step& step : recipe.steps) {
    const steps::asked::PairTest* test = steps::pairTest(step);
    if (test != nullptr && ofPair(step, a, b)) most = std::max(most, test->read.back());
  }
  return most;
}

std::vector<evidence::Adjusted> findingsOf(const results::Results& results, const std::string& a,
                                           const std::string& b) {
  std::vector<evidence::Adjusted> findings;
  for (const evidence::StepFinding& row : results.findings) {
    const bool of_pair =
        (row.model_a == a && row.model_b == b) || (row.model_a == b && row.model_b == a);
    if (of_pair) findings.push_back({row.finding, row.log10_p_adjusted, row.drawn});
  }
  return findings;
}

bool isOverBudget(const results::Results& results, const plan::Model& a, const plan::Model& b) {
  return std::any_of(results.left_out.begin(), results.left_out.end(),
                     [&](const results::LeftOut& rows) {
                       return rows.reason == "over budget" &&
                              std::minmax(rows.model_a, rows.model_b) == std::minmax(a.key, b.key);
                     });
}

// Why the beacon drew nothing of a pair.
evidence::Undrawn undrawnOf(const steps::Recipe& recipe, const results::Results& results,
                            const plan::Model& a, const plan::Model& b,
                            const std::vector<evidence::Adjusted>& findings) {
  const auto drawn = [](const evidence::Adjusted& entry) { return entry.drawn; };
  const bool none = findings.empty() || recipe.beacon.empty();
  if (none || std::any_of(findings.begin(), findings.end(), drawn)) return {};
  if (a.checkpoint.adapter() != nullptr || b.checkpoint.adapter() != nullptr) {
    return {"components of adapters are paired one by one", isOverBudget(results, a, b)};
  }
  if (!a.architecture || !b.architecture) {
    return {"tensors of an unknown family are matched by content, from their first rows on", true};
  }
  for (const steps::Step& step : recipe.steps) {
    const auto whole = [&](const results::Skipped& skipped) {
      return skipped.step == step.name && skipped.reason == results::kReadWhole;
    };
    const bool of_pair = ofPair(step, a.key, b.key);
    if (of_pair && std::any_of(results.skipped.begin(), results.skipped.end(), whole)) {
      return {"tests read both models whole"};
    }
  }
  for (const results::Refused& refused : results.refused) {
    const auto pair = std::minmax(refused.model_a, refused.model_b);
    if (pair == std::minmax(a.key, b.key)) {
      return {fmt::format("no test has a finding on other rows than those that every run reads "
                          "({}: {})",
                          refused.gauge.name(), refused.reason),
              true};
    }
  }
  return {"no test has a finding on other rows than those that every run reads", true};
}

bool isByContent(const evidence::Adjusted& entry) {
  return entry.finding.basis == Basis::unverified && entry.finding.reference.empty();
}

// What both models are by themselves has been tested under their own names. Tensors that were
// matched by content, whatever part they are of, speak for none of the parts.
std::vector<evidence::ComponentVerdict> componentsOf(const plan::Model& a, const plan::Model& b,
                                                     const steps::Recipe& recipe,
                                                     const results::Results& results,
                                                     evidence::Ran ran, Wider& wider) {
  std::vector<evidence::ComponentVerdict> list;
  for (const plan::ComponentPair& pair : plan::componentPairs(a, b)) {
    const std::string& key_a = pair.own ? a.key : pair.a->key;
    const std::string& key_b = pair.own ? b.key : pair.b->key;
    evidence::Coverage coverage =
        coverageOf(*pair.a, *pair.b, results, budgetOf(recipe, a.key, b.key));
    coverage.ran = ran;
    // A part may be constant in strangers, too: zeros that no training has touched yet.
    coverage.identity.known &= coverage.shared_known.tensors + coverage.shared_unknown.tensors > 0;
    wider.fill(*pair.a, *pair.b, coverage);
    std::vector<evidence::Adjusted> findings = findingsOf(results, key_a, key_b);
    if (pair.own) std::erase_if(findings, isByContent);
    coverage.undrawn = undrawnOf(recipe, results, a, b, findings);
    list.push_back({pair.kind, evidence::judge(pair.a->key, pair.b->key, findings, coverage,
                                               unfairIn(results, key_a, key_b))});
  }
  return list;
}

// Of each model the parameters that none of the compared components holds.
evidence::Remainder remainderOf(const plan::Model& a, const plan::Model& b) {
  std::set<const plan::Model*> of_a, of_b;
  for (const plan::ComponentPair& pair : plan::componentPairs(a, b)) {
    of_a.insert(pair.a);
    of_b.insert(pair.b);
  }
  const auto elements = [](const plan::Model& model) {
    double sum = 0;
    for (const models::Tensor& tensor : model.checkpoint.tensors()) {
      sum += static_cast<double>(tensor.elements);
    }
    return sum;
  };
  const auto left = [&](const plan::Model& model, const std::set<const plan::Model*>& parts) {
    double held = 0;
    for (const plan::Model* part : parts) held += elements(*part);
    const double all = elements(model);
    return all > 0 ? std::max(0.0, 1 - held / all) : 0.0;
  };
  return {left(a, of_a), left(b, of_b)};
}

evidence::AdapterSide sideOf(const plan::Model& model) {
  const models::Adapter* adapter = model.checkpoint.adapter();
  return {model.key, adapter == nullptr ? std::string() : models::describe(*adapter)};
}

// None: both were opened.
std::optional<results::Pair> unopened(const plan::Models& models, const std::string& a,
                                      const std::string& b) {
  for (const std::string& key : {a, b}) {
    const auto missing = models.missing().find(key);
    if (missing == models.missing().end()) continue;
    evidence::Coverage coverage;
    coverage.ran = evidence::Ran::not_at_all;
    coverage.unopened = plan::unopenedText(key, missing->second);
    return results::Pair{a, b, evidence::judge(a, b, {}, coverage, {}), coverage};
  }
  return std::nullopt;
}

results::Pair pairOf(const steps::Recipe& recipe, const plan::Models& models,
                     const results::Results& results, const std::string& a, const std::string& b,
                     Wider& wider) {
  const std::vector<evidence::Adjusted> findings = findingsOf(results, a, b);
  const plan::Model& model_a = modelNamed(models, a);
  const plan::Model& model_b = modelNamed(models, b);
  evidence::Coverage coverage = coverageOf(model_a, model_b, results, budgetOf(recipe, a, b));
  coverage.ran = ranOf(recipe, results, a, b, !findings.empty());
  wider.fill(model_a, model_b, coverage);
  coverage.undrawn = undrawnOf(recipe, results, model_a, model_b, findings);
  results::Pair pair{a, b, evidence::judge(a, b, findings, coverage, unfairIn(results, a, b)),
                     coverage};
  pair.components = componentsOf(model_a, model_b, recipe, results, coverage.ran, wider);
  pair.verdict =
      evidence::combined(std::move(pair.verdict), pair.components, remainderOf(model_a, model_b));
  pair.verdict = evidence::ofAdapters(std::move(pair.verdict), sideOf(model_a), sideOf(model_b));
  countAssignments(findings, pair);
  return pair;
}

// Surveys and steps about documents have figures of different kinds.
results::Step::Shows shownOf(const steps::Step& step) {
  if (steps::isTest(step)) return results::Step::Shows::findings;
  return steps::isSurvey(step) || steps::documentKind(step) != nullptr
             ? results::Step::Shows::figures
             : results::Step::Shows::measurements;
}

// Metrics, or the test of a step that tests.
std::vector<results::Metric> metricsOf(const steps::Step& step) {
  std::vector<results::Metric> metrics;
  for (const recipe::PluginUse& use : steps::pluginsOf(step)) {
    results::Metric metric{use.as.empty() ? use.plugin : use.as, use.plugin, {}};
    for (const recipe::RawParameter& parameter : use.parameters) {
      metric.parameters.emplace_back(parameter.name, parameter.value);
    }
    metrics.push_back(std::move(metric));
  }
  return metrics;
}

results::Step stepOf(const steps::Step& step, const results::Results& results) {
  results::Step made{step.name,
                     std::string(steps::word(step)),
                     steps::pairingOf(step),
                     step.models,
                     metricsOf(step),
                     step.note,
                     step.claim,
                     step.why,
                     {},
                     {},
                     shownOf(step)};
  const auto of_step = [&](const auto& entry) { return entry.step == step.name; };
  std::copy_if(results.left_out.begin(), results.left_out.end(), std::back_inserter(made.left_out),
               of_step);
  std::copy_if(results.skipped.begin(), results.skipped.end(), std::back_inserter(made.skipped),
               of_step);
  return made;
}

std::vector<results::Figure> figuresOf(const plugin::Plugin& plugin) {
  const auto bounded = [](double value) {
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
  };
  std::vector<results::Figure> figures;
  if (!hasFigures(plugin.kind())) return figures;
  for (const Entry& entry : plugin.figures) {
    figures.push_back({plugin.name(), entry.name, entry.unit, bounded(entry.least),
                       bounded(entry.most), bounded(entry.alike), entry.part, bounded(entry.at),
                       entry.strangers == nullptr ? "" : entry.strangers});
  }
  return figures;
}

results::Named<results::Seed> seedsOf(const steps::Recipe& recipe,
                                      const std::vector<const plugin::Plugin*>& plugins) {
  results::Named<results::Seed> seeds;
  for (const plugin::Plugin* plugin : plugins) {
    // It draws nothing at random.
    if (plugin->kind() == Kind::aligner) seeds.emplace_back(plugin->name(), results::Seed());
  }
  const auto addSeed = [&](const std::string& name, const recipe::PluginUse& use) {
    for (const recipe::RawParameter& parameter : use.parameters) {
      if (parameter.name == "seed") seeds.emplace_back(name, parameter.value);
    }
  };
  for (const steps::Step& step : recipe.steps) {
    const recipe::Sample* sample = steps::sampleOf(step);
    if (sample != nullptr && sample->kind == recipe::Sample::Kind::blocks) {
      seeds.emplace_back(step.name + ".sample", sample->seed);
    }
    for (const recipe::PluginUse& use : steps::pluginsOf(step)) {
      addSeed(step.name + "." + (steps::isTest(step) ? "test" : use.as), use);
    }
  }
  return seeds;
}

results::Recipe textOf(const steps::Recipe& recipe) {
  return {recipe.file.filename().string(),
          std::filesystem::absolute(recipe.file).parent_path().string(), results::xxh3(recipe.text),
          recipe.text};
}

}  // namespace

std::string today() {
  const std::chrono::year_month_day day(
      std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

results::Report reportOf(const steps::Recipe& recipe, const plan::Models& models,
                         const std::vector<const plugin::Plugin*>& plugins,
                         results::Results&& results, const std::vector<std::string>& command_line) {
  results::Report report;
  results::Manifest& manifest = report.manifest;
  report.kindred = manifest.kindred = KINDRED_VERSION;
  report.title = recipe.title;
  report.question = recipe.question.empty() ? recipe.title : recipe.question;
  report.claim = recipe.claim;
  report.beacon = recipe.beacon;
  report.why = recipe.why;
  report.complete = manifest.complete = results.complete;
  manifest.recipe = textOf(recipe);
  manifest.command_line = command_line;
  manifest.toolchain = plugin::hostFingerprint();
  manifest.seeds = seedsOf(recipe, plugins);
  manifest.beacon = recipe.beacon;
  for (const plugin::Plugin* plugin : plugins) {
    manifest.plugins.push_back({plugin->name(), plugin->version(), kindText(plugin->kind())});
    for (results::Figure& figure : figuresOf(*plugin)) report.figures.push_back(std::move(figure));
  }
  for (const plan::Repository* repository : models.repositories()) {
    if (models.missing().contains(repository->key)) continue;
    const plan::Model* model = findModel(models, repository->key);
    report.models.push_back(factsOf(*repository, model));
    manifest.models.push_back(filesOf(report.models.back(), model, results.files));
  }
  for (const recipe::ModelSpec& spec : recipe.models) {
    const auto missing = models.missing().find(spec.key);
    if (missing != models.missing().end()) {
      report.models.push_back(missingFacts(spec, missing->second));
    }
  }
  Wider wider;
  for (const auto& [a, b] : pairsOf(recipe, results)) {
    std::optional<results::Pair> pair = unopened(models, a, b);
    report.pairs.push_back(pair ? *std::move(pair) : pairOf(recipe, models, results, a, b, wider));
  }
  report.verdict = results::overall(report);
  for (const steps::Step& step : recipe.steps) report.steps.push_back(stepOf(step, results));
  report.observations = results::summarise(results.observations);
  report.notes = std::move(results.notes);
  report.tables = std::move(results.tables);
  report.findings = std::move(results.findings);
  report.families = results::familiesOf(report);
  report.refused = std::move(results.refused);
  report.expectations = std::move(results.expectations);
  report.cost = {today(), results.cost.bytes, results.cost.requests, results.seconds,
                 results.peak_memory_bytes};
  manifest.ranges = std::move(results.ranges);
  report.rows = std::move(results.observations);
  return report;
}

}  // namespace kindred::outcome
