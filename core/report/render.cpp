#include "report/render.hpp"

#include <algorithm>
#include <set>

#include <kindred/error.hpp>

#include "plugin/fingerprint.hpp"
#include "plugin/installation.hpp"
#include "recipe/document_verbs.hpp"
#include "report/coverage.hpp"
#include "report/csv.hpp"
#include "report/files.hpp"
#include "report/html.hpp"
#include "report/json.hpp"
#include "report/markdown.hpp"
#include "run/architecture_files.hpp"

namespace kindred::report {
namespace {

void addCatalogue(const plan::Model& model, ModelFacts& facts) {
  if (model.architecture != nullptr) {
    facts.architecture = model.architecture->name();
    facts.architecture_files = run::foreignFiles(*model.architecture);
    facts.naming = model.architecture->naming();
  }
  for (const models::Tensor& tensor : model.checkpoint.tensors()) {
    ++facts.tensors;
    if (tensor.encoding != models::Encoding::part) facts.parameters += tensor.elements;
  }
  facts.notes = model.checkpoint.notes();
  for (const models::Shard& shard : model.checkpoint.shards()) {
    facts.files.push_back(
        {shard.name, shard.file->size(), shard.file->identity(), shard.file->publishedSha256()});
  }
}

// `model` null: its headers were not read.
ModelFacts factsOf(const plan::Repository& repository, const plan::Model* model,
                   const results::Results& results) {
  ModelFacts facts;
  facts.key = repository.key;
  facts.address = repository.address;
  facts.role = repository.role == recipe::ModelRole::control ? "control" : "subject";
  facts.revision = repository.location->revision();
  if (model != nullptr) addCatalogue(*model, facts);
  for (const results::FileSeen& file : results.files) {
    const auto same = [&](const ModelFile& known) { return known.name == file.name; };
    if (file.model != facts.key || std::any_of(facts.files.begin(), facts.files.end(), same))
      continue;
    facts.files.push_back({file.name, file.bytes, file.identity, file.published_sha256});
  }
  return facts;
}

const char* kindText(Kind kind) {
  switch (kind) {
    case Kind::source:
      return "source";
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
void countAssignments(const std::vector<evidence::Adjusted>& findings, PairVerdict& pair) {
  std::set<std::pair<std::string, std::string>> counted;
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
std::vector<std::pair<std::string, std::string>> pairsOf(const recipe::Recipe& recipe,
                                                         const results::Results& results) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const auto add = [&](const std::string& a, const std::string& b) {
    if (a == b || b.empty()) return;
    const auto same = [&](const auto& p) {
      return (p.first == a && p.second == b) || (p.first == b && p.second == a);
    };
    if (std::none_of(pairs.begin(), pairs.end(), same)) pairs.emplace_back(a, b);
  };
  for (const recipe::Step& step : recipe.steps) {
    if (recipe::documentVerb(step.verb) != nullptr) continue;
    // A survey of more models describes them all and compares no pair in particular.
    if (step.models.size() == 2) add(step.models.front(), step.models.back());
  }
  for (const evidence::StepFinding& row : results.findings) add(row.model_a, row.model_b);
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

bool ofPair(const recipe::Step& step, const std::string& a, const std::string& b) {
  if (step.models.size() != 2 || recipe::documentVerb(step.verb) != nullptr) return false;
  return (step.models.front() == a && step.models.back() == b) ||
         (step.models.front() == b && step.models.back() == a);
}

// Tests of many pairs are run side by side: an interrupted one may have findings of some.
evidence::Ran ranOf(const recipe::Recipe& recipe, const results::Results& results,
                    const std::string& a, const std::string& b, bool has_findings) {
  if (results.complete) return evidence::Ran::whole;
  std::size_t steps = 0, finished = 0;
  for (const recipe::Step& step : recipe.steps) {
    if (!ofPair(step, a, b)) continue;
    ++steps;
    finished += static_cast<std::size_t>(
        std::count(results.finished.begin(), results.finished.end(), step.name));
  }
  if (finished == steps) return evidence::Ran::whole;
  return finished > 0 || has_findings ? evidence::Ran::in_part : evidence::Ran::not_at_all;
}

// Bytes of each model that tests of a pair may read; 0: no test of it has a budget.
std::uint64_t budgetOf(const recipe::Recipe& recipe, const std::string& a, const std::string& b) {
  std::uint64_t most = 0;
  for (const recipe::Step& step : recipe.steps) {
    if (step.verb != recipe::Verb::test || step.read.empty() || !ofPair(step, a, b)) continue;
    most = std::max(most, step.read.back());
  }
  return most;
}

}  // namespace

Context contextOf(const recipe::Recipe& recipe, const plan::Models& models,
                  const std::vector<const plugin::Plugin*>& plugins,
                  const results::Results& results, const std::vector<std::string>& command_line) {
  Context context;
  context.recipe = &recipe;
  context.command_line = command_line;
  context.toolchain = plugin::hostFingerprint();
  for (const plan::Repository* repository : models.repositories()) {
    context.models.push_back(factsOf(*repository, findModel(models, repository->key), results));
  }
  for (const plugin::Plugin* plugin : plugins) {
    context.plugins.push_back({plugin->name(), plugin->version(), kindText(plugin->kind())});
  }
  for (const auto& [a, b] : pairsOf(recipe, results)) {
    std::vector<evidence::Adjusted> findings;
    for (const evidence::StepFinding& row : results.findings) {
      const bool of_pair =
          (row.model_a == a && row.model_b == b) || (row.model_a == b && row.model_b == a);
      if (of_pair) findings.push_back({row.finding, row.log10_p_adjusted});
    }
    evidence::Coverage coverage =
        coverageOf(modelNamed(models, a), modelNamed(models, b), results, budgetOf(recipe, a, b));
    coverage.ran = ranOf(recipe, results, a, b, !findings.empty());
    PairVerdict pair{a, b, evidence::judge(a, b, findings, coverage, unfairIn(results, a, b)),
                     coverage};
    countAssignments(findings, pair);
    context.verdicts.push_back(std::move(pair));
  }
  return context;
}

void writeAll(const std::filesystem::path& folder, const Context& context,
              const results::Results& results) {
  const ResultTexts texts{folder, reportJson(context, results), observationsCsv(results),
                          manifestJson(context, results)};
  writeAtomically(folder / "observations.csv", texts.observations);
  writeAtomically(folder / "findings.csv", findingsCsv(results));
  writeAtomically(folder / "manifest.json", texts.manifest);
  writeAtomically(folder / "report.json", texts.report);
  writePages(texts);
}

void writePages(const ResultTexts& texts) {
  const Document document = documentOf(texts);
  writeAtomically(texts.folder / "report.md", reportMarkdown(document));
  writeAtomically(texts.folder / "report.html",
                  reportHtml(document, pageAssets(plugin::sharedFiles() / "report")));
}

}  // namespace kindred::report
