#include "report/statement.hpp"

#include <kindred/error.hpp>

#include "evidence/class.hpp"
#include "results/hash.hpp"
#include "results/write.hpp"

namespace kindred::report {
namespace {

using results::Json;

constexpr const char* kStatementType = "https://in-toto.io/Statement/v1";

std::string pathOf(const FileDigest& file) { return file.model + "/" + file.name; }

// Whether a verdict says that two models have weights in common.
bool related(evidence::Class klass) {
  using enum evidence::Class;
  return klass == identical || klass == shared_weights || klass == shared_weights_calibrated ||
         klass == partial;
}

Json variant(const std::string& of, const results::Report& report) {
  Json component{{"type", "machine-learning-model"}, {"name", of}};
  for (const results::Model& model : report.models) {
    if (model.key == of && !model.revision.empty()) component["version"] = model.revision;
  }
  return component;
}

Json componentOf(const results::Model& model, const results::Report& report,
                 const std::vector<FileDigest>& files) {
  Json component{{"type", "machine-learning-model"}, {"bom-ref", model.key}, {"name", model.key}};
  if (!model.revision.empty()) component["version"] = model.revision;
  component["description"] = model.address;
  Json parts = Json::array();
  for (const FileDigest& file : files) {
    if (file.model != model.key) continue;
    parts.push_back({{"type", "file"},
                     {"bom-ref", pathOf(file)},
                     {"name", file.name},
                     {"hashes", Json::array({{{"alg", "SHA-256"}, {"content", file.sha256}}})}});
  }
  if (!parts.empty()) component["components"] = std::move(parts);
  Json variants = Json::array();
  std::string notes;
  for (const results::Pair& pair : report.pairs) {
    if (pair.a != model.key && pair.b != model.key) continue;
    const std::string& other = pair.a == model.key ? pair.b : pair.a;
    if (related(pair.verdict.klass)) variants.push_back(variant(other, report));
    notes += (notes.empty() ? "" : "\n") + other + ": " + pair.verdict.sentence;
  }
  if (!notes.empty()) {
    Json pedigree = Json::object();
    if (!variants.empty()) pedigree["variants"] = std::move(variants);
    pedigree["notes"] = notes;
    component["pedigree"] = std::move(pedigree);
  }
  return component;
}

}  // namespace

Json statementOf(const results::Report& report, const std::vector<FileDigest>& files) {
  const Json whole = Json::parse(results::reportJson(report));
  const Json manifest = Json::parse(results::manifestJson(report.manifest));
  Json subjects = Json::array();
  for (const FileDigest& file : files) {
    subjects.push_back({{"name", pathOf(file)}, {"digest", {{"sha256", file.sha256}}}});
  }
  Json pairs = Json::array();
  for (const Json& pair : whole.at("pairs")) {
    pairs.push_back({{"a", pair.at("a")}, {"b", pair.at("b")}, {"verdict", pair.at("verdict")}});
  }
  Json predicate{{"question", report.question},
                 {"kindred", report.kindred},
                 {"adjustment", whole.at("adjustment")},
                 {"pairs", std::move(pairs)},
                 {"recipe",
                  {{"file", report.manifest.recipe.file},
                   {"xxh3_128", report.manifest.recipe.xxh3_128},
                   {"text", report.manifest.recipe.text}}},
                 {"plugins", manifest.at("plugins")},
                 {"seeds", manifest.at("seeds")},
                 {"ranges", manifest.at("ranges")}};
  return {{"_type", kStatementType},
          {"subject", std::move(subjects)},
          {"predicateType", kPredicateType},
          {"predicate", std::move(predicate)}};
}

Json billOfMaterials(const results::Report& report, const std::vector<FileDigest>& files) {
  Json components = Json::array();
  for (const results::Model& model : report.models) {
    components.push_back(componentOf(model, report, files));
  }
  const Json tool{{"type", "application"}, {"name", "kindred"}, {"version", report.kindred}};
  return {{"bomFormat", "CycloneDX"},
          {"specVersion", "1.6"},
          {"version", 1},
          {"metadata", {{"tools", {{"components", Json::array({tool})}}}}},
          {"components", std::move(components)}};
}

results::Recipe recipeOfStatement(const std::string& file, const std::string& text) {
  const auto refuse = [&](const std::string& what) {
    return inputError(file, what, "kindred statement DIR writes one");
  };
  const Json statement = Json::parse(text, nullptr, false);
  if (statement.is_discarded() || !statement.is_object()) throw refuse("is no JSON object");
  const auto at = [](const Json& object, const char* key) -> const Json& {
    static const Json kNone;
    const auto found = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && found != object.end() ? *found : kNone;
  };
  if (at(statement, "_type") != kStatementType ||
      at(statement, "predicateType") != kPredicateType) {
    throw refuse("is no statement of Kindred's: '_type' or 'predicateType' says something else");
  }
  const Json& recipe = at(at(statement, "predicate"), "recipe");
  const Json &text_of = at(recipe, "text"), &hash = at(recipe, "xxh3_128");
  if (!text_of.is_string() || !hash.is_string()) throw refuse("names no recipe that was run");
  results::Recipe made;
  made.file = file;
  made.text = text_of.get<std::string>();
  made.xxh3_128 = hash.get<std::string>();
  if (results::xxh3(made.text) != made.xxh3_128) {
    throw refuse("its recipe is not the one that its hash is of");
  }
  return made;
}

}  // namespace kindred::report
