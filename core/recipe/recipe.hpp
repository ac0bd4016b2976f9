// A recipe as a checked value: what the YAML file says, with the place of everything in it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kindred::recipe {

struct Place {
  std::string file;
  int line = 0;  // from 1; 0: the file as a whole
  int column = 0;
};

// "file:line:column"
std::string text(const Place& place);

// One thing wrong with a recipe.
struct Diagnostic {
  Place place;
  std::string message;  // "unknown key 'metrcs'"
  std::string hint;     // "did you mean 'metrics'?" or what is allowed; may be empty
};

// "file:line:column: message (hint)"
std::string text(const Diagnostic& diagnostic);
// One line each.
std::string text(const std::vector<Diagnostic>& diagnostics);
// For the terminal: each with its line of `source` (the file's own text) and a caret below it.
std::string underlined(const std::vector<Diagnostic>& diagnostics, std::string_view source);

// A plugin's parameter as written; typed when it meets the plugin's declaration.
struct RawParameter {
  std::string name;
  std::string value;
  bool is_scalar = true;
  Place name_place;
  Place value_place;
};

// "cosine" or {plugin: cosine, centred: true, as: pearson}
struct PluginUse {
  std::string plugin;
  std::string as;  // the name in results; the plugin's own where not given
  std::vector<RawParameter> parameters;
  Place place;
};

// A relative parameter 'root' counts from the recipe's folder (from the working folder where --set
// gave it) and arrives here as a path that can be opened.
struct SourceSpec {
  std::string name;
  PluginUse use;
};

enum class ModelRole { subject, control };

struct ModelSpec {
  std::string key;
  std::string source;   // a key under sources
  std::string address;  // what follows "source:"
  ModelRole role = ModelRole::subject;
  Place place;
};

// Tensors by name pattern or by role. In a pattern {layer}, {expert}, {head} capture digits, other
// {words} capture up to the next dot, * matches any run of characters.
struct Selection {
  std::string name;  // empty: written in the step itself
  std::vector<std::string> patterns;
  std::vector<std::string> roles;
  std::vector<Place> places;  // of each pattern, then of each role
  std::optional<std::pair<std::int64_t, std::int64_t>> layers;  // from, to, both included
  Place place;
};

enum class Pairing {
  same_name,
  same_layer,
  all_layers,
  within,
  against_layers,
  map,
  content,
  counterparts
};

// "same-layer"
std::string name(Pairing pairing);

struct Sample {
  enum class Kind { all, head, blocks } kind = Kind::all;
  std::uint64_t count = 0;  // head: elements; blocks: how many
  std::uint64_t size = 0;   // blocks: elements each
  std::uint64_t seed = 0;
};

// STEP.METRIC[.FIGURE].AGGREGATE in 'expect', without the aggregate in 'of', or STEP.COLUMN for a
// test's result or one of its figures (the column is then in `metric`). An empty figure means the
// metric's first.
struct FigureAddress {
  std::string step;
  std::string metric;
  std::string figure;
  std::string aggregate;  // mean, sd, min, max, median, count, or a percentile: p05
};

inline constexpr std::uint64_t kDefaultRead = 64'000'000;

// Those of the second line compare what stands beside the tensors: document_verbs.hpp.
enum class Verb {
  compare,
  describe,
  test,
  survey,
  configs,
  tokenizers,
  licence,
  inventory,
  manifests,
  model_code
};

// What a model's card says of its size; zero where it is not said.
struct Claims {
  double total = 0, active = 0;
};

struct Step {
  std::string name;
  std::string note;  // what its figures say and what they don't, for the reader of results
  Verb verb = Verb::compare;
  // compare: two (within: one); describe: one; test: 0 or 2; survey: 1 to 16
  std::vector<std::string> models;
  Selection selection;  // resolved: a named selection is copied in
  Pairing pairing = Pairing::same_name;
  Place pairing_place;                                   // of the step where 'pair' is not written
  std::vector<std::int64_t> layers;                      // against_layers: layers of the second
  std::vector<std::pair<std::string, std::string>> map;  // map: name in A -> name in B
  std::vector<Place> map_places;
  Sample sample;
  std::vector<PluginUse> metrics;  // compare, describe; survey: the survey alone
  PluginUse test;                  // test
  // Bytes of weights that a test of whole models reads of each model, stage by stage.
  std::vector<std::uint64_t> read{kDefaultRead};
  std::string of;  // test on a table: STEP.METRIC[.FIGURE]; else empty
  FigureAddress of_address;
  Place of_place;
  std::string against;  // licence: an SPDX id, or file:PATH with a path that can be opened
  Place against_place;
  Claims claims;  // inventory
  Place place;
};

struct Expectation {
  std::string figure;  // STEP.METRIC[.FIGURE].AGGREGATE, STEP.log10_p, STEP.statistic, STEP.DETAIL
  FigureAddress address;
  std::optional<double> least, most;
  std::string origin;
  Place place;
};

struct Recipe {
  std::string title;
  std::string question;
  std::vector<SourceSpec> sources;
  std::vector<ModelSpec> models;
  std::vector<Selection> selections;
  std::vector<Step> steps;
  std::vector<Expectation> expectations;
  std::filesystem::path file;
  std::string text;    // after --set; hashed into the manifest
  std::string source;  // the file's own text, for underlined()
};

struct Checked {
  Recipe recipe;                        // usable only where diagnostics is empty
  std::vector<Diagnostic> diagnostics;  // all that is wrong, in order of place
};

// Reads and checks a recipe file; `settings` are the --set KEY=VALUE overrides, KEY a dotted path
// ("models.phi.role", "steps.same-layer.sample.head"). Throws only where the file can't be read.
Checked load(const std::filesystem::path& file, const std::vector<std::string>& settings = {});
// The same from text; `name` stands for the file in places.
Checked parse(std::string_view text, const std::string& name,
              const std::vector<std::string>& settings = {});

// One schema, three readers: load() checks by it, and these print it.
std::string referencePage();  // docs/recipes.md
std::string jsonSchema();     // for editors

// What every test has, whatever figures it declares.
std::vector<std::string> findingColumns();

// The closest of `known` to `word` if near enough to be a slip of the pen, else empty.
std::string didYouMean(std::string_view word, const std::vector<std::string>& known);

}  // namespace kindred::recipe
