// The fields of report.json and manifest.json, each once: the reader and the published schema are
// two visitors of this table. A visitor is called with a field's name, its place in the value, and
// what it means (empty where the name says it).
#pragma once

#include "report/document.hpp"

namespace kindred::report {

template <class Visitor>
void visit(Visitor& v, DocumentVerdict& x) {
  v("class", x.klass, "what is said of the pair");
  v("unverified", x.unverified, "true: under an assumption that nobody has checked");
  v("sentence", x.sentence, "the verdict in words");
  v("log10_p", x.log10_p,
    "decimal logarithm of the adjusted p-value of the most telling test that decides");
  v("power", x.power, "what would have been seen, or why that is not stated");
  v("sizes", x.sizes, "how alike matched rows are beside rows of strangers; empty: not measured");
}

template <class Visitor>
void visit(Visitor& v, DocumentComponent& x) {
  v("equal", x.equal, "tensors with the same bytes");
  v("constant", x.constant, "tensors with the same bytes that are computed and not trained");
  v("tied", x.tied, "tensors with the bytes of another equal tensor of their model");
  v("changed", x.changed, "tensors of the same name with other bytes");
  v("absent", x.absent, "tensors without a partner");
  v("only_b", x.only_b, "tensors of the second model without a partner in the first");
}

template <class Visitor>
void visit(Visitor& v, DocumentExtent& x) {
  v("tensors", x.tensors, "");
  v("bytes", x.bytes, "");
}

template <class Visitor>
void visit(Visitor& v, DocumentNoEvidence& x) {
  v("tensor", x.tensor, "");
  v("reason", x.reason, "");
}

template <class Visitor>
void visit(Visitor& v, DocumentPlainCosine& x) {
  v("value", x.value, "");
  v("parameters", x.parameters, "over which it was taken");
}

template <class Visitor>
void visit(Visitor& v, DocumentAssignments& x) {
  v("solved", x.solved, "");
  v("optimal", x.optimal, "those that their dual prices prove optimal");
}

template <class Visitor>
void visit(Visitor& v, DocumentIdentity& x) {
  v("known", x.known, "whether the bytes of every tensor of both were read");
  v("differing", x.differing, "tensors without one of the same role, shape, encoding and bytes");
  v("differences", x.differences, "of the first of them, in words");
  v("remarks", x.remarks, "what differs and makes no other model");
}

template <class Visitor>
void visit(Visitor& v, DocumentSharedBytes& x) {
  v("tensors", x.tensors, "");
  v("elements", x.elements, "");
}

template <class Visitor>
void visit(Visitor& v, DocumentFamily& x) {
  v("models", x.models, "");
  v("joints", x.joints, "models, such as merges, without which the family falls into parts");
  v("parts", x.parts, "its other models; nothing was found that ties one part to another");
  v("undecided", x.undecided, "pairs with models outside it that were not run or not testable");
}

template <class Visitor>
void visit(Visitor& v, DocumentCoverage& x) {
  v("tensors_a", x.tensors_a, "");
  v("tensors_b", x.tensors_b, "");
  v("understood_a", x.understood_a, "tensors of the first model whose role is known");
  v("understood_b", x.understood_b, "tensors of the second model whose role is known");
  v("bytes_a", x.bytes_a, "");
  v("bytes_b", x.bytes_b, "");
  v("understood_bytes_a", x.understood_bytes_a, "");
  v("understood_bytes_b", x.understood_bytes_b, "");
  v("compared", x.compared,
    "tensors of the first with a counterpart, some rows of both read; bytes: those read");
  v("compared_size", x.compared_size, "bytes of these tensors, read or not");
  v("budget", x.budget,
    "bytes that tests that decide may read of each model, where one holds more; 0: all of them");
  v("left_out", x.left_out, "its other tensors, by reason");
  v("no_evidence", x.no_evidence, "tensors whose agreement says nothing");
  v("identity", x.identity, "whether the two are the same tensor by tensor");
  v("shared_known", x.shared_known,
    "contents that both hold, of tensors whose role is known and which are not computed");
  v("shared_unknown", x.shared_unknown, "likewise of tensors whose role is not known");
  v("plain_cosine", x.plain_cosine, "of counterparts, weighted; describes and never decides");
  v("components", x.components, "by part of the model; empty where bytes were not compared");
}

template <class Visitor>
void visit(Visitor& v, DocumentPair& x) {
  v("a", x.a, "a key of models");
  v("b", x.b, "a key of models");
  v("verdict", x.verdict, "");
  v("coverage", x.coverage, "what was understood and compared");
  v("assignments", x.assignments, "behind the findings");
}

template <class Visitor>
void visit(Visitor& v, DocumentModel& x) {
  v("key", x.key, "the name under which this document speaks of the model");
  v("address", x.address, "");
  v("role", x.role, "subject or control");
  v("revision", x.revision, "empty where the source has none");
  v("architecture", x.architecture, "empty: not recognised");
  v("architecture_files", x.architecture_files,
    "files of the user's own that say so; empty: only files that ship with the program");
  v("naming", x.naming, "how tensor names differ from the family's, in words; empty: they don't");
  v("tensors", x.tensors, "");
  v("parameters", x.parameters, "");
  v("notes", x.notes, "sentences: files left out; where index and shards disagree");
}

template <class Visitor>
void visit(Visitor& v, DocumentLeftOut& x) {
  v("tensor_a", x.tensor_a, "");
  v("tensor_b", x.tensor_b, "");
  v("reason", x.reason, "");
}

template <class Visitor>
void visit(Visitor& v, DocumentSkipped& x) {
  v("stage", x.stage, "");
  v("reason", x.reason, "");
}

template <class Visitor>
void visit(Visitor& v, DocumentMetric& x) {
  v("name", x.name, "as in observations.csv");
  v("plugin", x.plugin, "");
  v("parameters", x.parameters, "as the recipe gives them");
}

template <class Visitor>
void visit(Visitor& v, DocumentStep& x) {
  v("name", x.name, "");
  v("verb", x.verb, "compare, describe, test, ...");
  v("pairing", x.pairing, "how tensors meet");
  v("models", x.models, "");
  v("metrics", x.metrics, "what was measured, or the test");
  v("note", x.note, "what its figures say and what they don't");
  v("left_out", x.left_out, "tensors that were selected and could not be compared");
  v("skipped", x.skipped, "stages that were not run");
}

template <class Visitor>
void visit(Visitor& v, DocumentSummary& x) {
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
}

template <class Visitor>
void visit(Visitor& v, DocumentNote& x) {
  v("step", x.step, "");
  v("metric", x.metric, "");
  v("tensor_a", x.tensor_a, "");
  v("tensor_b", x.tensor_b, "");
  v("texts", x.texts, "what a metric said in words: hashes and the like");
}

template <class Visitor>
void visit(Visitor& v, DocumentTable& x) {
  v("step", x.step, "");
  v("models", x.models, "");
  v("title", x.title, "");
  v("columns", x.columns, "");
  v("rows", x.rows, "each as long as columns");
  v("note", x.note, "what the table says and what it does not");
}

template <class Visitor>
void visit(Visitor& v, DocumentLikeness& x) {
  v("rows", x.rows, "pairs of rows that were matched; 0: not measured");
  v("width", x.width, "of a row");
  v("matched", x.matched, "mean absolute cosine of the pairs times the root of the width");
  v("chance", x.chance, "the same of rows that do not belong together");
  v("turned", x.turned,
    "what strangers would reach whose rows somebody turned to fit, as far as a symmetry lets them "
    "be "
    "turned into each other; 0: there is none");
  v("agreement", x.agreement,
    "with their signs, none counted for more than some four times chance");
  v("agreement_error", x.agreement_error, "its standard error");
  v("agreement_least", x.agreement_least,
    "what rows would reach that are alike and therefore agree in sign as often");
}

template <class Visitor>
void visit(Visitor& v, DocumentPower& x) {
  v("rows", x.rows, "role of the rows whose signs were tossed; empty: nothing is stated");
  v("paired_by", x.paired_by, "role that pairs them; empty: only they themselves");
  v("if_paired", x.if_paired, "correlation found with 99 % probability where that role pairs them");
  v("alone", x.alone, "where nothing but these rows is shared");
  v("whole", x.whole, "false: rows were left out");
}

template <class Visitor>
void visit(Visitor& v, DocumentLayerCoins& x) {
  v("layer", x.layer, "of the reference");
  v("coins", x.coins, "");
  v("heads", x.heads, "");
}

template <class Visitor>
void visit(Visitor& v, DocumentMatch& x) {
  v("layer_a", x.layer_a, "");
  v("layer_b", x.layer_b, "the layer that it was matched with");
  v("expert_a", x.expert_a, "null: of the layers themselves");
  v("expert_b", x.expert_b, "");
}

template <class Visitor>
void visit(Visitor& v, DocumentFinding& x) {
  v("step", x.step, "");
  v("test", x.test, "");
  v("gauge", x.gauge, "the axis whose symmetry the p-value rests on");
  v("model_a", x.model_a, "");
  v("model_b", x.model_b, "");
  v("layer_a", x.layer_a, "null: not of one layer");
  v("layer_b", x.layer_b, "");
  v("statistic", x.statistic, "");
  v("null", x.null, "what is exchanged, in words");
  v("log10_p", x.log10_p, "");
  v("log10_p_adjusted", x.log10_p_adjusted, "Holm, over all findings of the run that decide");
  v("log10_p_floor", x.log10_p_floor, "the smallest value that this test could have given");
  v("units", x.units, "coins, rows or cells that were exchanged");
  v("copies", x.copies, "rows of the reference that share another's coin, being copies of it");
  v("assumptions", x.assumptions, "");
  v("basis", x.basis,
    "what it rests on: a granted gauge, controls, an unchecked assumption, nothing");
  v("decides", x.decides, "false: describes only");
  v("calibrated", x.calibrated, "true: its null is the run's controls");
  v("alignment", x.alignment, "what the alignment read");
  v("likeness", x.likeness, "how alike the rows behind it are, whatever their signs");
  v("power", x.power, "which copies it would have found");
  v("seed", x.seed, "");
  v("stage", x.stage, "of the step in which it was made");
  v("by_layer", x.by_layer, "coins by layer of a test of signs");
  v("matches", x.matches, "which layers and experts were matched, where the test tells");
  v("details", x.details, "moments of the null and the like, by name");
}

template <class Visitor>
void visit(Visitor& v, DocumentRefusal& x) {
  v("step", x.step, "");
  v("model_a", x.model_a, "");
  v("model_b", x.model_b, "");
  v("gauge", x.gauge, "");
  v("reason", x.reason, "");
}

template <class Visitor>
void visit(Visitor& v, DocumentExpectation& x) {
  v("figure", x.figure, "");
  v("value", x.value, "");
  v("wanted", x.wanted, "");
  v("origin", x.origin, "");
  v("place", x.place, "in the recipe");
  v("met", x.met, "");
}

template <class Visitor>
void visit(Visitor& v, DocumentCost& x) {
  v("bytes_read", x.bytes_read, "");
  v("requests", x.requests, "");
  v("seconds", x.seconds, "");
  v("peak_memory_bytes", x.peak_memory_bytes, "");
}

template <class Visitor>
void visit(Visitor& v, DocumentPlugin& x) {
  v("name", x.name, "");
  v("version", x.version, "");
  v("kind", x.kind, "");
}

template <class Visitor>
void visit(Visitor& v, DocumentRecipe& x) {
  v("file", x.file, "");
  v("xxh3_128", x.xxh3_128, "");
  v("text", x.text, "");
}

template <class Visitor>
void visit(Visitor& v, DocumentRange& x) {
  v("model", x.model, "");
  v("file", x.file, "");
  v("offset", x.offset, "");
  v("length", x.length, "");
}

template <class Visitor>
void visit(Visitor& v, DocumentManifest& x) {
  v("recipe", x.recipe, "");
  v("command_line", x.command_line, "");
  v("toolchain", x.toolchain, "");
  v("plugins", x.plugins, "");
  v("ranges", x.ranges, "");
}

template <class Visitor>
void visit(Visitor& v, Document& x) {
  v("kindred", x.kindred, "version of the program");
  v("schema", x.schema, "version of this layout; fields are added without a new one");
  v("title", x.title, "");
  v("question", x.question, "");
  v("complete", x.complete, "false: interrupted");
  v("adjustment", x.adjustment, "what p-values are adjusted for, and what not");
  v("verdict", x.verdict,
    "of the pair asked about, whatever the controls; of several pairs the class is 'several'");
  v("pairs", x.pairs, "");
  v("families", x.families, "models that pairs with shared weights connect, controls left out");
  v("models", x.models, "");
  v("steps", x.steps, "");
  v("observations", x.observations, "summed up; each value is in observations.csv");
  v("notes", x.notes, "");
  v("tables", x.tables, "");
  v("findings", x.findings, "");
  v("refused", x.refused, "tests that were not run on a gauge, with the reason");
  v("expectations", x.expectations, "");
  v("cost", x.cost, "");
}

}  // namespace kindred::report
