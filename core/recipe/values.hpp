// What recipes are made of: checked values, each with its place in the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "yaml/diagnostics.hpp"
#include "yaml/words.hpp"

namespace kindred::recipe {

using yaml::Diagnostic;
using yaml::Place;
using yaml::text;
using yaml::underlined;

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
  // The same of an adapter that is applied to the model; empty: none is.
  std::string adapter_source = {}, adapter_address = {};
  ModelRole role = ModelRole::subject;
  std::string date = {};  // 2026-01-31, or empty
  bool optional = false;  // where it can't be opened, the run goes on without it
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

// How two selections meet.
struct Meeting {
  Pairing by = Pairing::same_name;
  std::vector<std::int64_t> layers = {};  // against_layers: layers of the second
  std::vector<std::pair<std::string, std::string>> map = {};  // map: name in A -> name in B
  std::vector<Place> map_places = {};                         // of each entry
};

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

struct Expectation {
  std::string figure;  // STEP.METRIC[.FIGURE].AGGREGATE, STEP.log10_p, STEP.statistic, STEP.DETAIL
  FigureAddress address;
  std::optional<double> least, most;
  std::string origin;
  Place place;
};

// A role that a selection asks for.
struct RoleAsked {
  std::string role;
  Place place;
};

// What steps refer to, each under a name of the writer's choice.
struct Given {
  std::vector<SourceSpec> sources;
  std::vector<ModelSpec> models;
  std::vector<Selection> selections;
  std::vector<RoleAsked> roles;  // of all selections, those of steps included
  std::string beacon = {};       // a value that nobody could predict: draws what tests read besides
  std::uint64_t check_null = 0;  // redraws of a reference's signs; 0: none
  bool made = false;             // by a command: places in it mean nothing to whoever typed that
};

using yaml::didYouMean;

inline constexpr std::size_t kMostDiagnostics = 200;  // shown of those found
inline constexpr std::size_t kMostGuesses = 50;       // with a near miss looked up

}  // namespace kindred::recipe
