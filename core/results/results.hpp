// What a run measured: plain values that can be printed, stored and judged.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <kindred/source.hpp>
#include <kindred/text_table.hpp>

#include "evidence/step_finding.hpp"
#include "results/left_out.hpp"

namespace kindred::results {

// One figure of one pair (or of one tensor: side b is then empty); a row of observations.csv.
struct Observation {
  std::string step, metric, figure;
  std::string model_a, tensor_a, model_b, tensor_b;
  std::int64_t layer_a = -1, layer_b = -1, expert_a = -1, expert_b = -1;
  std::uint64_t elements = 0;
  double value = 0;
  bool of_codes = false;    // of stored elements that are no numbers: no test takes it
  bool same_bytes = false;  // what measured it compared all bytes of both: they are the same
};

// The cosine of two tensors as vectors, which the host itself takes wherever two tensors meet by
// name or role, whatever metrics a step names; or by which it matched tensors of unknown families.
struct PlainCosine {
  std::string model_a, tensor_a, model_b, tensor_b;  // names escaped, as in observations
  std::uint64_t elements = 0;
  double value = 0;
  bool matched = false;  // the two were taken for counterparts because of it
};

// What a metric said of a pair in words: hashes, "constant".
struct Note {
  std::string step, metric, tensor_a, tensor_b;
  std::vector<std::pair<std::string, std::string>> texts;
};

// A table that a step made, of the models named.
struct StepTable {
  std::string step;
  std::vector<std::string> models;
  TextTable table;
  bool of_relatives = false;  // what corresponds in two models that were found to be related
  bool of_null = false;       // whether the nulls of tests hold, where the run checked it
};

// A test that was not run on a gauge, with the reason: the architecture does not grant it, or the
// alignment read what the test draws at random.
struct Refused {
  std::string step, model_a, model_b;
  Axis gauge;
  std::string reason;
  bool unfair = false;  // the gauge is granted, but the signs of neither model are fair
};

// A file beside the weights that a step read or listed.
struct FileSeen {
  std::string model, name;
  std::uint64_t bytes = 0;
  std::string identity, published_sha256;
};

// A stage of a step that was not run, and why.
struct Skipped {
  std::string step;
  std::size_t stage = 1;
  std::string reason;
};
inline constexpr const char* kReadWhole = "an earlier stage read both models whole";

struct ExpectationResult {
  std::string figure;
  double value = 0;    // NaN: there is nothing to take it from
  std::string wanted;  // "between -0.05 and 0.05"
  std::string origin;
  std::string place;
  bool met = false;
  std::string reason;  // why there is no value, where the step was not run; else empty
};

// A byte range that was read, with the XXH3-128 of its bytes.
struct RangeRead {
  std::string model, file;
  std::uint64_t offset = 0, length = 0;
  std::string xxh3_128;
};

// What the bytes of a tensor are that was read whole, as the host found them.
struct TensorContent {
  std::string model, tensor;  // as the checkpoint spells it
  std::string xxh3_128;
  std::string constant;  // why its values are computed and not trained, or empty
  bool ordered = false;  // whether rows and columns follow from their neighbours
  double bits = 0;       // empirical entropy of an element (see steps/compare/variety.hpp)
};

// What one step came to. Nothing else sees it before the step has ended.
struct StepResult {
  std::vector<Observation> observations;
  std::vector<PlainCosine> cosines;
  std::vector<Note> notes;
  std::vector<StepTable> tables;
  std::vector<evidence::StepFinding> findings;
  std::vector<Refused> refused;
  std::vector<Skipped> skipped;
  std::vector<LeftOut> left_out;
  std::vector<RangeRead> ranges;
  std::vector<TensorContent> contents;
  std::vector<FileSeen> files;

  // Behind what is there.
  void add(StepResult&& next);
};

// What all steps came to: ranges by model, file and offset, contents and files by model and name,
// each once.
struct Results : StepResult {
  std::vector<ExpectationResult> expectations;
  std::vector<std::string> finished;  // steps that were run to their end
  Cost cost;                          // headers included
  double seconds = 0;
  std::uint64_t peak_memory_bytes = 0;  // private
  bool complete = true;                 // false: interrupted
};

}  // namespace kindred::results
