// A results folder as one checked value: what report.json, observations.csv and manifest.json say.
// Reports for people are renderings of this value and of nothing else, so that a run and a later
// `kindred report` write the same bytes. Files may come from anybody: what is malformed becomes an
// Error with file, place and remedy.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/class.hpp"
#include "results/results.hpp"

namespace kindred::report {

// The layout of report.json that this program writes and reads.
inline constexpr std::uint64_t kSchemaVersion = 1;

inline constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

struct DocumentVerdict {
  evidence::Class klass = evidence::Class::inconclusive;
  bool unverified = false;
  std::string sentence, power, sizes;
  double log10_p = kUndefined;
};

struct DocumentComponent {
  std::uint64_t equal = 0, constant = 0, tied = 0, changed = 0, absent = 0, only_b = 0;
};

struct DocumentExtent {
  std::uint64_t tensors = 0, bytes = 0;
};

struct DocumentNoEvidence {
  std::string tensor, reason;
};

struct DocumentPlainCosine {
  double value = kUndefined;
  std::uint64_t parameters = 0;
};

struct DocumentAssignments {
  std::uint64_t solved = 0, optimal = 0;
};

struct DocumentIdentity {
  bool known = false;
  std::uint64_t differing = 0;
  std::vector<std::string> differences, remarks;
};

struct DocumentSharedBytes {
  std::uint64_t tensors = 0, elements = 0;
};

struct DocumentCoverage {
  std::uint64_t tensors_a = 0, tensors_b = 0, understood_a = 0, understood_b = 0;
  std::uint64_t bytes_a = 0, bytes_b = 0, understood_bytes_a = 0, understood_bytes_b = 0;
  DocumentExtent compared;
  std::uint64_t compared_size = 0;
  std::uint64_t budget = 0;
  std::map<std::string, DocumentExtent> left_out;
  std::vector<DocumentNoEvidence> no_evidence;
  DocumentIdentity identity;
  DocumentSharedBytes shared_known, shared_unknown;
  DocumentPlainCosine plain_cosine;
  std::map<std::string, DocumentComponent> components;
};

struct DocumentPair {
  std::string a, b;
  DocumentVerdict verdict;
  DocumentCoverage coverage;
  DocumentAssignments assignments;
};

// Models connected by pairs that share weights.
struct DocumentFamily {
  std::vector<std::string> models;
  // Models without which the family falls apart into these parts, among which nothing was found.
  std::vector<std::string> joints;
  std::vector<std::vector<std::string>> parts;
  std::uint64_t undecided = 0;
};

struct DocumentModel {
  std::string key, address, role, revision, architecture, architecture_files, naming;
  std::uint64_t tensors = 0, parameters = 0;
  std::vector<std::string> notes;
};

struct DocumentLeftOut {
  std::string tensor_a, tensor_b, reason;
};

struct DocumentSkipped {
  std::uint64_t stage = 0;
  std::string reason;
};

struct DocumentMetric {
  std::string name, plugin;
  std::map<std::string, std::string> parameters;
};

struct DocumentStep {
  std::string name, verb, pairing, note;
  std::vector<std::string> models;
  std::vector<DocumentMetric> metrics;
  std::vector<DocumentLeftOut> left_out;
  std::vector<DocumentSkipped> skipped;
};

struct DocumentSummary {
  std::string step, metric, figure, model_a, model_b;
  std::uint64_t count = 0, undefined = 0;
  double mean = kUndefined, sd = kUndefined, min = kUndefined, median = kUndefined,
         max = kUndefined;
};

struct DocumentNote {
  std::string step, metric, tensor_a, tensor_b;
  std::map<std::string, std::string> texts;
};

struct DocumentTable {
  std::string step, title, note;
  std::vector<std::string> models, columns;
  std::vector<std::vector<std::string>> rows;
};

// How alike the rows behind a finding are; zero rows: not measured.
struct DocumentLikeness {
  std::uint64_t rows = 0, width = 0;
  double matched = kUndefined, chance = kUndefined, turned = kUndefined, agreement = kUndefined,
         agreement_error = kUndefined, agreement_least = kUndefined;
};

struct DocumentPower {
  std::string rows, paired_by;
  double if_paired = kUndefined, alone = kUndefined;
  bool whole = true;
};

struct DocumentLayerCoins {
  std::int64_t layer = -1;
  std::uint64_t coins = 0, heads = 0;
};

struct DocumentMatch {
  std::int64_t layer_a = -1, layer_b = -1, expert_a = -1, expert_b = -1;
};

struct DocumentFinding {
  std::string step, test, gauge, model_a, model_b, null, assumptions, alignment;
  std::int64_t layer_a = -1, layer_b = -1;
  double statistic = kUndefined, log10_p = kUndefined, log10_p_adjusted = kUndefined,
         log10_p_floor = kUndefined;
  std::uint64_t units = 0, copies = 0, seed = 0, stage = 1;
  Basis basis = Basis::describes;
  bool decides = false, calibrated = false;  // said by the basis as well
  DocumentLikeness likeness;
  DocumentPower power;
  std::vector<DocumentLayerCoins> by_layer;
  std::vector<DocumentMatch> matches;
  std::map<std::string, double> details;
};

struct DocumentRefusal {
  std::string step, model_a, model_b, gauge, reason;
};

struct DocumentExpectation {
  std::string figure, wanted, origin, place;
  double value = kUndefined;
  bool met = false;
};

struct DocumentCost {
  std::uint64_t bytes_read = 0, requests = 0, peak_memory_bytes = 0;
  double seconds = kUndefined;
};

struct DocumentPlugin {
  std::string name, version, kind;
};

struct DocumentRecipe {
  std::string file, xxh3_128, text;
};

struct DocumentRange {
  std::string model, file;
  std::uint64_t offset = 0, length = 0;
};

struct DocumentManifest {
  DocumentRecipe recipe;
  std::vector<std::string> command_line;
  std::string toolchain;
  std::vector<DocumentPlugin> plugins;
  std::vector<DocumentRange> ranges;
};

struct Document {
  std::string kindred, title, question;
  std::uint64_t schema = 0;
  bool complete = true;
  std::string adjustment;
  DocumentVerdict verdict;
  std::vector<DocumentPair> pairs;
  std::vector<DocumentFamily> families;
  std::vector<DocumentModel> models;
  std::vector<DocumentStep> steps;
  std::vector<DocumentSummary> observations;
  std::vector<DocumentNote> notes;
  std::vector<DocumentTable> tables;
  std::vector<DocumentFinding> findings;
  std::vector<DocumentRefusal> refused;
  std::vector<DocumentExpectation> expectations;
  DocumentCost cost;
  // From the other files.
  DocumentManifest manifest;
  std::vector<results::Observation> rows;
};

// The files' contents, each with the name that errors are to give it.
struct ResultTexts {
  std::filesystem::path folder;
  std::string report, observations, manifest;
};

// Throws where a file is missing, larger than a gigabyte or can't be read.
ResultTexts readResults(const std::filesystem::path& folder);

Document documentOf(const ResultTexts& texts);

// The JSON Schema of report.json (docs/report.schema.json), from the table of fields that
// documentOf() reads by.
std::string reportSchema();

}  // namespace kindred::report
