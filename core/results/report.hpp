// What a run came to, whole: the value that terminal, pages, pictures and files are printed from,
// and that a results folder gives back. It comes from nothing but what a run measured
// (core/outcome) or from saved files, which may be anybody's (reader.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <kindred/parameters.hpp>

#include "evidence/components.hpp"
#include "evidence/verdict.hpp"
#include "results/results.hpp"

namespace kindred::results {

// The layout of report.json that this program writes and reads.
inline constexpr std::uint64_t kSchemaVersion = 1;

inline constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

// For whoever reads one of many runs.
inline constexpr const char* kOneRun =
    "P-values are adjusted for the tests of this run, and it knows of no other: whoever screens a "
    "thousand pairs has to run them as one (kindred compare --all).";

// Values by name, in the order in which they were given.
template <class T>
using Named = std::vector<std::pair<std::string, T>>;

struct Pair {
  std::string a, b;
  evidence::Verdict verdict;
  evidence::Coverage coverage;
  Assignments assignments = {};                             // behind its findings
  std::vector<evidence::ComponentVerdict> components = {};  // of composites
};

// Pairs of one class that are counted and not listed: of many thousands, all but some relatives.
struct Unlisted {
  evidence::Class klass = evidence::Class::no_evidence;
  std::uint64_t pairs = 0;
  // Where nothing was found: the weakest correlation of rows, once paired rightly, that would have
  // been seen with 99 % probability in every one of them; 1: in some nothing would.
  double detectable_rho = kUndefined;
};

// What a model is in a run: asked about, or known to be unrelated.
enum class Role { subject, control };
const char* name(Role role);

// What of a file says that it was made of another that is not at hand, or may be.
enum class Made {
  unknown,  // nothing says so
  coded,    // most of its weights are codes of 8 bits or fewer, made of numbers
  adapted,  // a base with an adapter applied to it
};
const char* name(Made made);

struct Model {
  std::string key, address;
  Role role = Role::subject;
  std::string date;  // when it was published, as the user says: 2026-01-31; empty: not said
  Made made = Made::unknown;
  std::string revision, architecture, architecture_files;
  std::string told;  // why the family is told by names: "config.json is missing"; empty: it is not
  std::string naming;  // how the names differ from the family's; empty: they don't
  std::uint64_t tensors = 0, parameters = 0;
  std::vector<std::string> notes;  // which files were left out; where index and shards disagree
};

// A model, or a place where branches meet.
struct TreeNode {
  std::string model;            // empty: a place
  std::int64_t parent = -1;     // a node with a larger number; -1: the last, which is no root
  double length = 0;            // of the branch to it: -ln of a correlation
  double support = kUndefined;  // share of the draws of layers that have it; of models undefined
};

// Of relatives, unrooted: which of them stand close together.
struct Tree {
  std::string newick;  // rooted where `root` is named, else written from its middle
  std::string gauge;   // whose rows the distances are of
  std::vector<TreeNode> nodes;
  std::uint64_t layers = 0;  // from which layers were drawn anew
  double misfit = 0;         // share of the distances' variance that paths along it don't give back
  // What else than weights says: the model with the earliest date, where every one has a date.
  std::string root;
  std::vector<std::string> made;  // models that were made of another, as their files show
  std::string note;               // what it doesn't say; why there is none
};

// A relative and how far off it is: -ln of the mean correlation of matched rows, with the standard
// error over layers.
struct Kin {
  std::string model;
  double distance = 0, error = kUndefined;
};

// Of one model, or part of one, the relatives that one test measured it with, nearest first; at
// least two.
struct Nearest {
  std::string model, gauge;
  std::vector<Kin> kin;
  double lead = 0, lead_error = kUndefined;  // by how much the second is farther than the first
  // The first of them that can't be told apart: the nearest, and those that are farther by no more
  // than two standard errors of the difference, or by no more than one layer tells.
  std::uint64_t tied = 1;
};

// Models connected by pairs that share weights.
struct Family {
  std::vector<std::string> models;
  // Models without which the family falls into `parts`, among which tests found nothing: a merge of
  // two families joins them so. Empty: there are none.
  std::vector<std::string> joints;
  std::vector<std::vector<std::string>> parts;
  // Pairs of one of its models with another's that were not run or could not be tested: a model
  // alone with such a pair need not be alone.
  std::uint64_t undecided = 0;
  std::vector<Tree> trees = {};  // one; of each part, where it has parts
  // Where no tree could be drawn, not all pairs having been measured: of models, then of their
  // parts
  // ("KEY (vision tower)").
  std::vector<Nearest> nearest = {};
};

// What a plugin declares of a figure: all that there is to know for drawing it.
struct Figure {
  std::string plugin, name;
  Unit unit = Unit::unstated;
  std::optional<double> least, most;  // of its range; none: no bound
  std::optional<double> alike;        // the value that means no difference
  Part part = Part::none;             // of the distribution that its metric describes
  std::optional<double> at;           // which quantile, bin (none: without end) or coordinate
  std::string strangers;              // what independent models show
};

struct Metric {
  std::string name, plugin;
  Named<std::string> parameters;
};

struct Step {
  // What there is to see of a step: figures of one kind, figures of many kinds, or findings.
  enum class Shows { measurements, figures, findings };

  std::string name, verb, pairing;
  std::vector<std::string> models;
  std::vector<Metric> metrics;
  std::string note, claim, why;
  std::vector<LeftOut> left_out;
  std::vector<Skipped> skipped;
  Shows shows = Shows::measurements;  // for the run's own summary; not saved
};

// Observations of a figure summed up.
struct Summary {
  std::string step, metric, figure, model_a, model_b;
  std::uint64_t count = 0;      // defined values
  std::uint64_t undefined = 0;  // NaN: constant or empty input
  double mean = kUndefined, sd = kUndefined, min = kUndefined, median = kUndefined,
         max = kUndefined;
  std::string min_of, max_of;  // the first tensor of the first model that has it
};

struct RunCost {
  std::optional<std::string> date;  // the day on which the run ended, by UTC: 2026-01-31
  std::uint64_t bytes_read = 0, requests = 0;
  double seconds = kUndefined;
  std::uint64_t peak_memory_bytes = 0;
};

struct Plugin {
  std::string name, version, kind;
};

struct Recipe {
  std::string file, folder, xxh3_128, text;
};

// What was drawn with: a number, a text of the recipe's, or nothing.
using Seed = std::variant<std::monostate, std::uint64_t, std::string>;

struct ModelFile {
  std::string name;
  std::uint64_t bytes = 0;
  std::string identity;
  std::string published_sha256;  // empty: none
};

struct ModelFiles {
  std::string key, address, revision;
  std::vector<ModelFile> files;
};

// What was read, by what, and how to do it again.
struct Manifest {
  std::string kindred;
  bool complete = true;
  Recipe recipe;
  std::vector<std::string> command_line;
  std::string toolchain;
  std::vector<Plugin> plugins;
  Named<Seed> seeds;
  std::string beacon;
  std::vector<ModelFiles> models;
  std::vector<RangeRead> ranges;
};

struct Report {
  std::string kindred;
  std::uint64_t schema = kSchemaVersion;
  std::string title, question, claim, why, beacon;
  bool complete = true;
  std::string adjustment = kOneRun;
  evidence::Verdict verdict;
  std::vector<Pair> pairs;
  std::vector<Unlisted> unlisted;  // of pairs asked about, each class once
  std::vector<Family> families;
  std::vector<Model> models;
  std::vector<Step> steps;
  std::vector<Figure> figures;
  std::vector<Summary> observations;
  std::vector<Note> notes;
  std::vector<StepTable> tables;
  std::vector<evidence::StepFinding> findings;
  std::vector<Refused> refused;
  std::vector<ExpectationResult> expectations;
  RunCost cost;
  // In files of their own.
  Manifest manifest;
  std::vector<Observation> rows;
};

bool isControl(const Report& report, const std::string& model);
// Pairs with a control are no part of what was asked.
bool hasControl(const Report& report, const Pair& pair);
// How many pairs asked about each class has, listed or not.
std::map<evidence::Class, std::uint64_t> pairsByClass(const Report& report);
// How many were asked about.
std::uint64_t pairsAsked(const Report& report);
// The pair asked about, where there is one and it is listed; else null.
const Pair* onlyPair(const Report& report);
// The verdict on the pair asked about. Of several each has its own, and the run has none.
evidence::Verdict overall(const Report& report);
// Of these two models, in either order.
bool isOf(const Pair& pair, const std::string& model_a, const std::string& model_b);
// No test that decides was asked of it, only what describes.
bool isOnlyMeasured(const Report& report, const Pair& pair);

}  // namespace kindred::results

template <>
inline constexpr std::array kindred::evidence::kAll<kindred::results::Role>{
    kindred::results::Role::subject, kindred::results::Role::control};
template <>
inline constexpr std::array kindred::evidence::kAll<kindred::results::Made>{
    kindred::results::Made::unknown, kindred::results::Made::coded,
    kindred::results::Made::adapted};
