// The fields of steps, of what they ran on and of what they measured.
#pragma once

#include <kindred/declaration.hpp>

#include "results/fields/visitor.hpp"
#include "results/report.hpp"

namespace kindred::results {

template <class V, Of<Model> X>
void visit(V& v, X& x) {
  v("key", x.key, "the name under which this document speaks of the model");
  v("address", x.address, "");
  v("role", x.role, "");
  v.added("date", x.date, "when it was published, as the recipe says; empty: not said");
  v.added("made", x.made, "what of its files says that it was made of something earlier");
  v("revision", x.revision, "empty where the source has none");
  v("architecture", x.architecture, "empty: not recognised");
  v("architecture_files", x.architecture_files,
    "files of the user's own that say so; empty: only files that ship with the program");
  v.added("told", x.told, "why its family is told by names of tensors alone; empty: it is not");
  v("naming", x.naming, "how tensor names differ from the family's, in words; empty: they don't");
  v("tensors", x.tensors, "");
  v("parameters", x.parameters, "");
  v("notes", x.notes, "sentences: files left out; where index and shards disagree");
}

template <class V, Of<LeftOut> X>
void visit(V& v, X& x) {
  if constexpr (V::kWhole) {
    v("step", x.step, "");
    v("model_a", x.model_a, "");
    v("model_b", x.model_b, "");
  }
  v("tensor_a", x.tensor_a, "");
  v("tensor_b", x.tensor_b, "");
  v("reason", x.reason, "");
}

template <class V, Of<Skipped> X>
void visit(V& v, X& x) {
  if constexpr (V::kWhole) v("step", x.step, "");
  v("stage", x.stage, "");
  v("reason", x.reason, "");
}

template <class V, Of<Figure> X>
void visit(V& v, X& x) {
  v("plugin", x.plugin, "that declares it");
  v("name", x.name, "");
  v("unit", x.unit, "");
  v("least", x.least, "of its range; null: no bound");
  v("most", x.most, "");
  v("alike", x.alike, "the value that means no difference; null: there is none");
  v("part", x.part, "of the distribution that its metric describes");
  v("at", x.at, "which quantile, upper end of a bin (null: it has none) or coordinate");
  v("strangers", x.strangers, "what independent models show; empty: it does not say");
}

template <class V, Of<Metric> X>
void visit(V& v, X& x) {
  v("name", x.name, "as in observations.csv");
  v("plugin", x.plugin, "");
  v("parameters", x.parameters, "as the recipe gives them");
}

template <class V, Of<Step> X>
void visit(V& v, X& x) {
  v("name", x.name, "");
  v("verb", x.verb, "compare, describe, test, ...");
  v("pairing", x.pairing, "how tensors meet");
  v("models", x.models, "");
  v("metrics", x.metrics, "what was measured, or the test");
  v("note", x.note, "what its figures say and what they don't");
  v.unlessEmpty("claim", x.claim, "who claims what of its figures");
  v.unlessEmpty("why", x.why, "what it is there for");
  v("left_out", x.left_out, "tensors that were selected and could not be compared");
  v("skipped", x.skipped, "stages that were not run");
}

template <class V, Of<Summary> X>
void visit(V& v, X& x) {
  v("step", x.step, "");
  v("metric", x.metric, "");
  v("figure", x.figure, "");
  v("model_a", x.model_a, "");
  v("model_b", x.model_b, "");
  v("count", x.count, "values that are defined");
  v("undefined", x.undefined, "values that are not: constant or empty input");
  v("mean", x.mean, "");
  v("sd", x.sd, "");
  v("min", x.min, "");
  v("median", x.median, "");
  v("max", x.max, "");
  v.added("min_of", x.min_of, "the first tensor of the first model that has it; empty: of none");
  v.added("max_of", x.max_of, "the first tensor of the first model that has it; empty: of none");
}

template <class V, Of<Note> X>
void visit(V& v, X& x) {
  v("step", x.step, "");
  v("metric", x.metric, "");
  v("tensor_a", x.tensor_a, "");
  v("tensor_b", x.tensor_b, "");
  v("texts", x.texts, "what a metric said in words: hashes and the like");
}

template <class V, Of<StepTable> X>
void visit(V& v, X& x) {
  v("step", x.step, "");
  v("models", x.models, "");
  v("title", x.table.title, "");
  v("columns", x.table.columns, "");
  v("rows", x.table.rows, "each as long as columns");
  v("note", x.table.note, "what the table says and what it does not");
  if constexpr (V::kWhole) v("of_relatives", x.of_relatives, "");
  v.added("of_null", x.of_null, "true: whether the nulls of tests of signs hold, by redraws");
}

template <class V, Of<ExpectationResult> X>
void visit(V& v, X& x) {
  v("figure", x.figure, "");
  v("value", x.value, "");
  v("wanted", x.wanted, "");
  v("origin", x.origin, "");
  v("place", x.place, "in the recipe", Repeats::no);
  v("met", x.met, "");
  v.unlessEmpty("reason", x.reason, "why there is no value: the step was not run");
}

template <class V, Of<RunCost> X>
void visit(V& v, X& x) {
  v.unlessNone("date", x.date, "the day on which the run ended, by UTC");
  v("bytes_read", x.bytes_read, "");
  v("requests", x.requests, "");
  v("seconds", x.seconds, "");
  v("peak_memory_bytes", x.peak_memory_bytes, "");
}

// What only a saved StepResult holds.

template <class V, Of<Observation> X>
void visit(V& v, X& x) {
  v("step", x.step, "");
  v("metric", x.metric, "");
  v("figure", x.figure, "");
  v("model_a", x.model_a, "");
  v("tensor_a", x.tensor_a, "");
  v("model_b", x.model_b, "");
  v("tensor_b", x.tensor_b, "");
  v("layer_a", x.layer_a, "");
  v("layer_b", x.layer_b, "");
  v("expert_a", x.expert_a, "");
  v("expert_b", x.expert_b, "");
  v("elements", x.elements, "");
  v("value", x.value, "");
  if constexpr (V::kWhole) {
    v("of_codes", x.of_codes, "");
    v("same_bytes", x.same_bytes, "");
  }
}

template <class V, Of<PlainCosine> X>
void visit(V& v, X& x) {
  v("model_a", x.model_a, "");
  v("tensor_a", x.tensor_a, "");
  v("model_b", x.model_b, "");
  v("tensor_b", x.tensor_b, "");
  v("elements", x.elements, "");
  v("value", x.value, "");
  v("matched", x.matched, "");
}

template <class V, Of<TensorContent> X>
void visit(V& v, X& x) {
  v("model", x.model, "");
  v("tensor", x.tensor, "");
  v("xxh3_128", x.xxh3_128, "");
  v("constant", x.constant, "");
  v("ordered", x.ordered, "");
  v("bits", x.bits, "");
}

template <class V, Of<FileSeen> X>
void visit(V& v, X& x) {
  v("model", x.model, "");
  v("name", x.name, "");
  v("bytes", x.bytes, "");
  v("identity", x.identity, "");
  v("published_sha256", x.published_sha256, "");
}

template <class V, Of<StepResult> X>
void visit(V& v, X& x) {
  v("observations", x.observations, "");
  v("cosines", x.cosines, "");
  v("notes", x.notes, "");
  v("tables", x.tables, "");
  v("findings", x.findings, "");
  v("refused", x.refused, "");
  v("skipped", x.skipped, "");
  v("left_out", x.left_out, "");
  v("ranges", x.ranges, "");
  v("contents", x.contents, "");
  v("files", x.files, "");
}

}  // namespace kindred::results
