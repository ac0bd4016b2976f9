#include "report/json.hpp"

#include <cmath>

#include <fmt/format.h>

#include "recipe/document_verbs.hpp"
#include "recipe/words.hpp"
#include "report/document.hpp"
#include "report/families.hpp"
#include "report/json_value.hpp"
#include "report/summary.hpp"
#include "report/version.hpp"
#include "report/wording.hpp"
#include "run/figures.hpp"
#include "run/hash.hpp"

namespace kindred::report {
namespace {

// JSON has no NaN: an undefined figure is null.
Json numberJson(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
Json indexJson(std::int64_t value) { return value < 0 ? Json(nullptr) : Json(value); }

std::string printed(const Json& json) {
  // Names from checkpoints may hold invalid UTF-8; they are shown with replacement characters.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json verdictJson(const evidence::Verdict& verdict) {
  return {{"class", evidence::name(verdict.klass)},
          {"unverified", verdict.unverified},
          {"sentence", verdict.sentence},
          {"log10_p", numberJson(verdict.log10_p)},
          {"power", verdict.power},
          {"sizes", verdict.sizes}};
}

// The verdict on the pair asked about. Of several each has its own, and the run has none.
Json overall(const Context& context) {
  std::vector<const PairVerdict*> asked;
  for (const PairVerdict& pair : context.verdicts) {
    if (!hasControl(context, pair)) asked.push_back(&pair);
  }
  if (asked.size() == 1) return verdictJson(asked.front()->verdict);
  evidence::Verdict verdict;
  verdict.klass = asked.empty() ? evidence::Class::inconclusive : evidence::Class::several;
  verdict.sentence =
      asked.empty() ? "No two models were compared that are no controls."
                    : fmt::format("{} pairs of models were compared: see pairs.", asked.size());
  verdict.power = "see pairs";
  return verdictJson(verdict);
}

Json extentJson(const evidence::Extent& extent) {
  return {{"tensors", extent.tensors}, {"bytes", extent.bytes}};
}

Json identityJson(const evidence::Identity& identity) {
  return {{"known", identity.known},
          {"differing", identity.differing},
          {"differences", identity.differences},
          {"remarks", identity.remarks}};
}

Json sharedJson(const evidence::SharedBytes& shared) {
  return {{"tensors", shared.tensors}, {"elements", shared.elements}};
}

Json coverageJson(const evidence::Coverage& coverage) {
  Json left_out = Json::object();
  for (const auto& [reason, extent] : coverage.left_out) left_out[reason] = extentJson(extent);
  Json no_evidence = Json::array();
  for (const evidence::NoEvidence& entry : coverage.no_evidence) {
    no_evidence.push_back({{"tensor", entry.tensor}, {"reason", entry.reason}});
  }
  Json components = Json::object();
  for (const auto& [name, count] : coverage.components) {
    components[name] = {{"equal", count.equal},   {"constant", count.constant},
                        {"tied", count.tied},     {"changed", count.changed},
                        {"absent", count.absent}, {"only_b", count.only_b}};
  }
  return {
      {"tensors_a", coverage.tensors_a},
      {"tensors_b", coverage.tensors_b},
      {"understood_a", coverage.understood_a},
      {"understood_b", coverage.understood_b},
      {"bytes_a", coverage.bytes_a},
      {"bytes_b", coverage.bytes_b},
      {"understood_bytes_a", coverage.understood_bytes_a},
      {"understood_bytes_b", coverage.understood_bytes_b},
      {"compared", extentJson(coverage.compared)},
      {"compared_size", coverage.compared_size},
      {"budget", coverage.budget},
      {"left_out", std::move(left_out)},
      {"no_evidence", std::move(no_evidence)},
      {"identity", identityJson(coverage.identity)},
      {"shared_known", sharedJson(coverage.shared_known)},
      {"shared_unknown", sharedJson(coverage.shared_unknown)},
      {"plain_cosine",
       {{"value", numberJson(coverage.plain_cosine)}, {"parameters", coverage.plain_parameters}}},
      {"components", std::move(components)}};
}

Json pairsJson(const Context& context) {
  Json list = Json::array();
  for (const PairVerdict& pair : context.verdicts) {
    list.push_back(
        {{"a", pair.a},
         {"b", pair.b},
         {"verdict", verdictJson(pair.verdict)},
         {"coverage", coverageJson(pair.coverage)},
         {"assignments",
          {{"solved", pair.assignments.solved}, {"optimal", pair.assignments.optimal}}}});
  }
  return list;
}

Json familiesJson(const Context& context) {
  Json list = Json::array();
  for (const Family& family : families(context)) {
    list.push_back({{"models", family.models},
                    {"joints", family.joints},
                    {"parts", family.parts},
                    {"undecided", family.undecided}});
  }
  return list;
}

Json modelsJson(const Context& context) {
  Json list = Json::array();
  for (const ModelFacts& model : context.models) {
    list.push_back({{"key", model.key},
                    {"address", model.address},
                    {"role", model.role},
                    {"revision", model.revision},
                    {"architecture", model.architecture},
                    {"architecture_files", model.architecture_files},
                    {"naming", model.naming},
                    {"tensors", model.tensors},
                    {"parameters", model.parameters},
                    {"notes", model.notes}});
  }
  return list;
}

const char* verbName(recipe::Verb verb) {
  if (const recipe::DocumentVerb* known = recipe::documentVerb(verb)) return known->name;
  if (verb == recipe::Verb::compare) return "compare";
  if (verb == recipe::Verb::survey) return "survey";
  return verb == recipe::Verb::describe ? "describe" : "test";
}

// Metrics, or the test of a step that tests.
Json metricsJson(const recipe::Step& step) {
  Json list = Json::array();
  std::vector<recipe::PluginUse> uses = step.metrics;
  if (step.verb == recipe::Verb::test) uses.push_back(step.test);
  for (const recipe::PluginUse& use : uses) {
    Json parameters = Json::object();
    for (const recipe::RawParameter& parameter : use.parameters) {
      parameters[parameter.name] = parameter.value;
    }
    list.push_back({{"name", use.as.empty() ? use.plugin : use.as},
                    {"plugin", use.plugin},
                    {"parameters", parameters}});
  }
  return list;
}

Json skippedJson(const recipe::Step& step, const results::Results& results) {
  Json list = Json::array();
  for (const results::Skipped& skipped : results.skipped) {
    if (skipped.step != step.name) continue;
    list.push_back({{"stage", skipped.stage}, {"reason", skipped.reason}});
  }
  return list;
}

Json stepsJson(const Context& context, const results::Results& results) {
  Json list = Json::array();
  for (const recipe::Step& step : context.recipe->steps) {
    Json left_out = Json::array();
    for (const results::LeftOut& left : results.left_out) {
      if (left.step != step.name) continue;
      left_out.push_back(
          {{"tensor_a", left.tensor_a}, {"tensor_b", left.tensor_b}, {"reason", left.reason}});
    }
    list.push_back(
        {{"name", step.name},
         {"verb", verbName(step.verb)},
         {"pairing", step.verb == recipe::Verb::compare ? recipe::name(step.pairing) : ""},
         {"models", step.models},
         {"metrics", metricsJson(step)},
         {"note", step.note},
         {"left_out", std::move(left_out)},
         {"skipped", skippedJson(step, results)}});
  }
  return list;
}

Json observationsJson(const results::Results& results) {
  Json list = Json::array();
  for (const Summary& s : summarise(results.observations)) {
    list.push_back({{"step", s.step},
                    {"metric", s.metric},
                    {"figure", s.figure},
                    {"model_a", s.model_a},
                    {"model_b", s.model_b},
                    {"count", s.count},
                    {"undefined", s.undefined},
                    {"mean", numberJson(s.mean)},
                    {"sd", numberJson(s.sd)},
                    {"min", numberJson(s.min)},
                    {"median", numberJson(s.median)},
                    {"max", numberJson(s.max)}});
  }
  return list;
}

Json notesJson(const results::Results& results) {
  Json list = Json::array();
  for (const results::Note& note : results.notes) {
    Json texts = Json::object();
    for (const auto& [name, text] : note.texts) texts[name] = text;
    list.push_back({{"step", note.step},
                    {"metric", note.metric},
                    {"tensor_a", note.tensor_a},
                    {"tensor_b", note.tensor_b},
                    {"texts", std::move(texts)}});
  }
  return list;
}

Json tablesJson(const results::Results& results) {
  Json list = Json::array();
  for (const results::StepTable& t : results.tables) {
    list.push_back({{"step", t.step},
                    {"models", t.models},
                    {"title", t.table.title},
                    {"columns", t.table.columns},
                    {"rows", t.table.rows},
                    {"note", t.table.note}});
  }
  return list;
}

double orUndefined(const std::optional<double>& value) { return value.value_or(kUndefined); }

Json likenessJson(const std::optional<Likeness>& measured) {
  const Likeness x = measured.value_or(Likeness{0, 0, kUndefined, kUndefined, kUndefined});
  const auto agreement =
      x.agreement.value_or(Likeness::Agreement{kUndefined, kUndefined, kUndefined});
  return {{"rows", x.rows},
          {"width", x.width},
          {"matched", numberJson(x.matched)},
          {"chance", numberJson(x.chance)},
          {"turned", numberJson(x.turned)},
          {"agreement", numberJson(agreement.mean)},
          {"agreement_error", numberJson(agreement.error)},
          {"agreement_least", numberJson(agreement.least)}};
}

Json powerJson(const std::optional<Power>& stated) {
  const Power x = stated.value_or(Power{});
  return {{"rows", x.rows},
          {"paired_by", x.paired_by},
          {"if_paired", numberJson(orUndefined(x.if_paired))},
          {"alone", numberJson(orUndefined(x.alone))},
          {"whole", x.whole}};
}

Json byLayerJson(const std::vector<LayerCoins>& layers) {
  Json list = Json::array();
  for (const auto& [layer, coins, heads] : layers) {
    list.push_back({{"layer", layer}, {"coins", coins}, {"heads", heads}});
  }
  return list;
}

Json matchesJson(const std::vector<PlaceMatch>& matches) {
  Json list = Json::array();
  for (const PlaceMatch& match : matches) {
    list.push_back({{"layer_a", indexJson(match.layer_a)},
                    {"layer_b", indexJson(match.layer_b)},
                    {"expert_a", indexJson(match.expert_a)},
                    {"expert_b", indexJson(match.expert_b)}});
  }
  return list;
}

Json findingsJson(const results::Results& results) {
  Json list = Json::array();
  for (const evidence::StepFinding& row : results.findings) {
    const Finding& f = row.finding;
    Json details = Json::object();
    for (const auto& [name, value] : run::figuresOf(f)) details[name] = numberJson(value);
    list.push_back({{"step", row.step},
                    {"test", f.test},
                    {"gauge", f.gauge},
                    {"model_a", row.model_a},
                    {"model_b", row.model_b},
                    {"layer_a", indexJson(f.layer_a)},
                    {"layer_b", indexJson(f.layer_b)},
                    {"statistic", numberJson(f.statistic)},
                    {"null", f.null},
                    {"log10_p", numberJson(f.log10_p)},
                    {"log10_p_adjusted", numberJson(row.log10_p_adjusted)},
                    {"log10_p_floor", numberJson(f.log10_p_floor)},
                    {"units", f.units},
                    {"copies", f.copies},
                    {"assumptions", f.assumptions},
                    {"basis", evidence::name(f.basis)},
                    {"decides", f.basis != Basis::describes},
                    {"stage", row.stage},
                    {"calibrated", f.basis == Basis::calibrated},
                    {"alignment", f.alignment},
                    {"likeness", likenessJson(f.likeness)},
                    {"power", powerJson(f.power)},
                    {"seed", f.seed},
                    {"by_layer", byLayerJson(f.by_layer)},
                    {"matches", matchesJson(f.matches)},
                    {"details", std::move(details)}});
  }
  return list;
}

Json refusedJson(const results::Results& results) {
  Json list = Json::array();
  for (const results::Refused& refused : results.refused) {
    list.push_back({{"step", refused.step},
                    {"model_a", refused.model_a},
                    {"model_b", refused.model_b},
                    {"gauge", refused.gauge},
                    {"reason", refused.reason}});
  }
  return list;
}

Json expectationsJson(const results::Results& results) {
  Json list = Json::array();
  for (const results::ExpectationResult& e : results.expectations) {
    list.push_back({{"figure", e.figure},
                    {"value", numberJson(e.value)},
                    {"wanted", e.wanted},
                    {"origin", e.origin},
                    {"place", e.place},
                    {"met", e.met}});
  }
  return list;
}

Json filesJson(const ModelFacts& model) {
  Json list = Json::array();
  for (const ModelFile& file : model.files) {
    Json entry{{"name", file.name}, {"bytes", file.bytes}, {"identity", file.identity}};
    if (!file.published_sha256.empty()) entry["published_sha256"] = file.published_sha256;
    list.push_back(std::move(entry));
  }
  return list;
}

Json rangesJson(const results::Results& results) {
  Json list = Json::array();
  for (const results::RangeRead& range : results.ranges) {
    list.push_back({{"model", range.model},
                    {"file", range.file},
                    {"offset", range.offset},
                    {"length", range.length},
                    {"xxh3_128", range.xxh3_128}});
  }
  return list;
}

Json seedsJson(const Context& context) {
  Json seeds = Json::object();
  for (const PluginFacts& plugin : context.plugins) {
    if (plugin.kind == "aligner") seeds[plugin.name] = nullptr;  // it draws nothing at random
  }
  for (const recipe::Step& step : context.recipe->steps) {
    if (step.sample.kind == recipe::Sample::Kind::blocks) {
      seeds[step.name + ".sample"] = step.sample.seed;
    }
    for (const recipe::RawParameter& parameter : step.test.parameters) {
      if (parameter.name == "seed") seeds[step.name + ".test"] = parameter.value;
    }
    for (const recipe::PluginUse& metric : step.metrics) {
      for (const recipe::RawParameter& parameter : metric.parameters) {
        if (parameter.name == "seed") seeds[step.name + "." + metric.as] = parameter.value;
      }
    }
  }
  return seeds;
}

}  // namespace

std::string reportJson(const Context& context, const results::Results& results) {
  const recipe::Recipe& recipe = *context.recipe;
  return printed({{"kindred", kVersion},
                  {"schema", kSchemaVersion},
                  {"title", recipe.title},
                  {"question", recipe.question.empty() ? recipe.title : recipe.question},
                  {"complete", results.complete},
                  {"adjustment", kOneRun},
                  {"verdict", overall(context)},
                  {"pairs", pairsJson(context)},
                  {"families", familiesJson(context)},
                  {"models", modelsJson(context)},
                  {"steps", stepsJson(context, results)},
                  {"observations", observationsJson(results)},
                  {"notes", notesJson(results)},
                  {"tables", tablesJson(results)},
                  {"findings", findingsJson(results)},
                  {"refused", refusedJson(results)},
                  {"expectations", expectationsJson(results)},
                  {"cost",
                   {{"bytes_read", results.cost.bytes},
                    {"requests", results.cost.requests},
                    {"seconds", results.seconds},
                    {"peak_memory_bytes", results.peak_memory_bytes}}}});
}

std::string manifestJson(const Context& context, const results::Results& results) {
  const recipe::Recipe& recipe = *context.recipe;
  Json models = Json::array();
  for (const ModelFacts& model : context.models) {
    models.push_back({{"key", model.key},
                      {"address", model.address},
                      {"revision", model.revision},
                      {"files", filesJson(model)}});
  }
  Json plugins = Json::array();
  for (const PluginFacts& plugin : context.plugins) {
    plugins.push_back({{"name", plugin.name}, {"version", plugin.version}, {"kind", plugin.kind}});
  }
  return printed({{"kindred", kVersion},
                  {"complete", results.complete},
                  {"recipe",
                   {{"file", recipe.file.filename().string()},
                    {"folder", std::filesystem::absolute(recipe.file).parent_path().string()},
                    {"xxh3_128", run::xxh3(recipe.text)},
                    {"text", recipe.text}}},
                  {"command_line", context.command_line},
                  {"toolchain", context.toolchain},
                  {"plugins", std::move(plugins)},
                  {"seeds", seedsJson(context)},
                  {"models", std::move(models)},
                  {"ranges", rangesJson(results)}});
}

}  // namespace kindred::report
