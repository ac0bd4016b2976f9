// The fields of everything that is saved, each once: writing, reading, comparing and the published
// schema are visitors of this table. A visitor is called with a field's name, its place in the
// value, what it means (empty where the name says it), and whether a run done again must have it
// the same. `added`: a field that earlier programs of this layout did not write. `V::kWhole`:
// whether the visitor takes what only a saved StepResult holds as well.
#pragma once

#include <cmath>
#include <concepts>
#include <optional>
#include <type_traits>

#include <kindred/declaration.hpp>

#include "evidence/figures.hpp"
#include "results/report.hpp"

namespace kindred::results {

enum class Repeats { yes, no };

// The names of an enumeration's values.
template <class T>
std::string nameOf(T value) {
  using evidence::name;
  return std::string(name(value));
}

template <class X, class T>
concept Of = std::same_as<std::remove_const_t<X>, T>;

template <class V, Of<evidence::Breadth> X>
void visit(V& v, X& x) {
  v("layers", x.layers, "whose signs alone have p <= 10^-3");
  v("layers_tested", x.layers_tested, "these, and others whose coins are enough to show as much");
  v("share", x.share, "of units whose signs agree beyond chance, of the most telling axis");
  v("median", x.median, "absolute cosine of its matched rows; 0: not measured");
  v("chance", x.chance, "mean absolute cosine of rows that do not belong together");
}

template <class V, Of<evidence::Verdict> X>
void visit(V& v, X& x) {
  v("class", x.klass, "what is said of the pair");
  v("unverified", x.unverified, "true: under an assumption that nobody has checked");
  v("sentence", x.sentence, "the verdict in words");
  v("log10_p", x.log10_p,
    "decimal logarithm of the adjusted p-value of the most telling test that decides");
  v("power", x.power, "what would have been seen, or why that is not stated");
  v("sizes", x.sizes, "how alike matched rows are beside rows of strangers; empty: not measured");
  v.added("breadth", x.breadth, "how much of the models stands behind a rejection");
}

template <class V, Of<evidence::ComponentCount> X>
void visit(V& v, X& x) {
  v("equal", x.equal, "tensors with the same bytes");
  v("constant", x.constant, "tensors with the same bytes that are computed and not trained");
  v("tied", x.tied, "tensors with the bytes of another equal tensor of their model");
  v("changed", x.changed, "tensors of the same name with other bytes");
  v("absent", x.absent, "tensors without a partner");
  v("only_b", x.only_b, "tensors of the second model without a partner in the first");
}

template <class V, Of<evidence::Extent> X>
void visit(V& v, X& x) {
  v("tensors", x.tensors, "");
  v("bytes", x.bytes, "");
}

template <class V, Of<evidence::NoEvidence> X>
void visit(V& v, X& x) {
  v("tensor", x.tensor, "");
  v("reason", x.reason, "");
}

template <class V, Of<evidence::PlainCosine> X>
void visit(V& v, X& x) {
  v("value", x.value, "");
  v("parameters", x.parameters, "over which it was taken");
}

template <class V, Of<Assignments> X>
void visit(V& v, X& x) {
  v("solved", x.solved, "");
  v("optimal", x.optimal, "those that their dual prices prove optimal");
}

template <class V, Of<evidence::Identity> X>
void visit(V& v, X& x) {
  v("known", x.known, "whether the bytes of every tensor of both were read");
  v("differing", x.differing, "tensors without one of the same role, shape, encoding and bytes");
  v("differences", x.differences, "of the first of them, in words");
  v("remarks", x.remarks, "what differs and makes no other model");
}

template <class V, Of<evidence::SharedBytes> X>
void visit(V& v, X& x) {
  v("tensors", x.tensors, "");
  v("elements", x.elements, "");
}

template <class V, Of<Family> X>
void visit(V& v, X& x) {
  v("models", x.models, "");
  v("joints", x.joints, "models, such as merges, without which the family falls into parts");
  v("parts", x.parts, "its other models; nothing was found that ties one part to another");
  v("undecided", x.undecided, "pairs with models outside it that were not run or not testable");
}

template <class V, Of<evidence::Coverage> X>
void visit(V& v, X& x) {
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

template <class V, Of<evidence::ComponentVerdict> X>
void visit(V& v, X& x) {
  v("component", x.component, "");
  v("verdict", x.verdict, "on this component of both");
}

template <class V, Of<Pair> X>
void visit(V& v, X& x) {
  v("a", x.a, "a key of models");
  v("b", x.b, "a key of models");
  v("verdict", x.verdict, "");
  v("coverage", x.coverage, "what was understood and compared");
  v.added("components", x.components, "verdicts by component; empty where neither is a composite");
  v("assignments", x.assignments, "behind the findings");
}

template <class V, Of<Model> X>
void visit(V& v, X& x) {
  v("key", x.key, "the name under which this document speaks of the model");
  v("address", x.address, "");
  v("role", x.role, "");
  v("revision", x.revision, "empty where the source has none");
  v("architecture", x.architecture, "empty: not recognised");
  v("architecture_files", x.architecture_files,
    "files of the user's own that say so; empty: only files that ship with the program");
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
}

// How alike the rows behind a finding are; zero rows: not measured.
struct FlatLikeness {
  std::uint64_t rows = 0, width = 0;
  double matched = kUndefined, chance = kUndefined, turned = kUndefined, agreement = kUndefined,
         agreement_error = kUndefined, agreement_least = kUndefined;
  double median = 0;
};

inline FlatLikeness flat(const std::optional<Likeness>& measured) {
  if (!measured) return {};
  FlatLikeness x{measured->rows, measured->width, measured->matched, measured->chance,
                 measured->turned};
  x.median = measured->median;
  if (const auto& agreement = measured->agreement) {
    x.agreement = agreement->mean;
    x.agreement_error = agreement->error;
    x.agreement_least = agreement->least;
  }
  return x;
}

inline std::optional<Likeness> deep(const FlatLikeness& x) {
  if (x.rows == 0 && std::isnan(x.matched)) return std::nullopt;
  Likeness likeness{x.rows, x.width, x.matched, x.chance, x.turned};
  likeness.median = x.median;
  if (!std::isnan(x.agreement)) {
    likeness.agreement = {x.agreement, x.agreement_error, x.agreement_least};
  }
  return likeness;
}

inline Power flat(const std::optional<Power>& stated) { return stated.value_or(Power{}); }

inline std::optional<Power> deep(const Power& x) {
  if (x.rows.empty() && x.paired_by.empty() && !x.if_paired && !x.alone && x.whole) {
    return std::nullopt;
  }
  return x;
}

// A member that is published in another form, see flat() and deep().
template <class V, class Member>
void visitAs(V& v, const char* name, Member& member, const char* meaning) {
  auto form = flat(member);
  v(name, form, meaning);
  if constexpr (!std::is_const_v<Member>) member = deep(form);
}

template <class V, Of<FlatLikeness> X>
void visit(V& v, X& x) {
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
  v.added("median", x.median, "of the pairs, where `matched` is the mean; 0: not stated");
}

template <class V, Of<Power> X>
void visit(V& v, X& x) {
  v("rows", x.rows, "role of the rows whose signs were tossed; empty: nothing is stated");
  v("paired_by", x.paired_by, "role that pairs them; empty: only they themselves");
  v("if_paired", x.if_paired, "correlation found with 99 % probability where that role pairs them");
  v("alone", x.alone, "where nothing but these rows is shared");
  v("whole", x.whole, "false: rows were left out");
  v.added("rotated", x.rotated, "true: a rotation of the residual stream is undone first");
  v.added("redrawn", x.redrawn, "true: seen also where the layers' signs and orders were redrawn");
}

template <class V, Of<LayerCoins> X>
void visit(V& v, X& x) {
  v("layer", x.layer, "of the reference");
  v("coins", x.coins, "");
  v("heads", x.heads, "");
}

template <class V, Of<PlaceMatch> X>
void visit(V& v, X& x) {
  v("layer_a", x.layer_a, "");
  v("layer_b", x.layer_b, "the layer that it was matched with");
  v("expert_a", x.expert_a, "null: of the layers themselves");
  v("expert_b", x.expert_b, "");
}

template <class V, Of<Controls> X>
void visit(V& v, X& x) {
  v("models", x.models, "");
  v("pairs", x.pairs, "");
  v("least", x.least, "");
  v("median", x.median, "");
  v("largest", x.largest, "");
  v("clear", x.clear, "");
  v("large", x.large, "");
  v("left_out", x.left_out, "");
}

template <class V, Of<evidence::StepFinding> X>
void visit(V& v, X& x) {
  auto& f = x.finding;
  v("step", x.step, "");
  v("test", f.test, "");
  v("gauge", f.gauge, "the axis whose symmetry the p-value rests on");
  v("model_a", x.model_a, "");
  v("model_b", x.model_b, "");
  v.unlessNone("component", x.component, "of two composites, where this part of them was tested");
  v("layer_a", f.layer_a, "null: not of one layer");
  v("layer_b", f.layer_b, "");
  v("statistic", f.statistic, "");
  v("null", f.null, "what is exchanged, in words");
  v("log10_p", f.log10_p, "");
  v("log10_p_adjusted", x.log10_p_adjusted, "Holm, over all findings of the run that decide");
  v("log10_p_floor", f.log10_p_floor, "the smallest value that this test could have given");
  v("units", f.units, "coins, rows or cells that were exchanged");
  v("copies", f.copies, "rows of the reference that share another's coin, being copies of it");
  v("assumptions", f.assumptions, "");
  v("basis", f.basis,
    "what it rests on: a granted gauge, controls, an unchecked assumption, nothing");
  bool decides = f.basis != Basis::describes, calibrated = f.basis == Basis::calibrated;
  v("decides", decides, "false: describes only");
  v("stage", x.stage, "of the step in which it was made");
  v("calibrated", calibrated, "true: its null is the run's controls");
  v("alignment", f.alignment, "what the alignment read");
  visitAs(v, "likeness", f.likeness, "how alike the rows behind it are, whatever their signs");
  visitAs(v, "power", f.power, "which copies it would have found");
  v("seed", f.seed, "");
  v("by_layer", f.by_layer, "coins by layer of a test of signs");
  v("matches", f.matches, "which layers and experts were matched, where the test tells");
  if constexpr (V::kWhole) {
    v("details", f.details, "");
    v("reference", f.reference, "");
    v("detectable_rho", f.detectable_rho, "");
    v("beyond_strangers", f.beyond_strangers, "");
    v("assignments", f.assignments, "");
    v("controls", f.controls, "");
  } else {
    auto figures = evidence::figuresOf(f);
    v("details", figures, "moments of the null and the like, by name");
    if constexpr (!std::is_const_v<X>) f.details = std::move(figures);
  }
}

// A finding as findings.csv has it.
struct FindingRow {
  const evidence::StepFinding& of;
};

template <class V>
void visit(V& v, const FindingRow& row) {
  const Finding& f = row.of.finding;
  v("step", row.of.step, "");
  v("test", f.test, "");
  v("gauge", f.gauge, "");
  v("model_a", row.of.model_a, "");
  v("model_b", row.of.model_b, "");
  v("layer_a", f.layer_a, "");
  v("layer_b", f.layer_b, "");
  v("statistic", f.statistic, "");
  v("null", f.null, "");
  v("log10_p", f.log10_p, "");
  v("log10_p_adjusted", row.of.log10_p_adjusted, "");
  v("log10_p_floor", f.log10_p_floor, "");
  v("units", f.units, "");
  v("assumptions", f.assumptions, "");
  v("decides", f.basis != Basis::describes, "");
}

template <class V, Of<Refused> X>
void visit(V& v, X& x) {
  v("step", x.step, "");
  v("model_a", x.model_a, "");
  v("model_b", x.model_b, "");
  v("gauge", x.gauge, "");
  v("reason", x.reason, "");
  if constexpr (V::kWhole) v("unfair", x.unfair, "");
}

template <class V, Of<ExpectationResult> X>
void visit(V& v, X& x) {
  v("figure", x.figure, "");
  v("value", x.value, "");
  v("wanted", x.wanted, "");
  v("origin", x.origin, "");
  v("place", x.place, "in the recipe", Repeats::no);
  v("met", x.met, "");
}

template <class V, Of<RunCost> X>
void visit(V& v, X& x) {
  v("bytes_read", x.bytes_read, "");
  v("requests", x.requests, "");
  v("seconds", x.seconds, "");
  v("peak_memory_bytes", x.peak_memory_bytes, "");
}

template <class V, Of<Plugin> X>
void visit(V& v, X& x) {
  v("name", x.name, "");
  v("version", x.version, "");
  v("kind", x.kind, "");
}

template <class V, Of<Recipe> X>
void visit(V& v, X& x) {
  v("file", x.file, "");
  v("folder", x.folder, "");
  v("xxh3_128", x.xxh3_128, "");
  v("text", x.text, "");
}

template <class V, Of<RangeRead> X>
void visit(V& v, X& x) {
  v("model", x.model, "");
  v("file", x.file, "");
  v("offset", x.offset, "");
  v("length", x.length, "");
  v("xxh3_128", x.xxh3_128, "");
}

template <class V, Of<ModelFile> X>
void visit(V& v, X& x) {
  v("name", x.name, "");
  v("bytes", x.bytes, "");
  v("identity", x.identity, "a time or a place on a disk", Repeats::no);
  v.unlessEmpty("published_sha256", x.published_sha256);
}

template <class V, Of<ModelFiles> X>
void visit(V& v, X& x) {
  v("key", x.key, "");
  v("address", x.address, "", Repeats::no);
  v("revision", x.revision, "");
  v("files", x.files, "");
}

// Paths, the command and the machine's tools may be others; what was read, by what and with which
// seeds may not. Ranges are compared one by one.
template <class V, Of<Manifest> X>
void visit(V& v, X& x) {
  v("kindred", x.kindred, "", Repeats::no);
  v("complete", x.complete, "");
  v("recipe", x.recipe, "", Repeats::no);
  v("command_line", x.command_line, "", Repeats::no);
  v("toolchain", x.toolchain, "", Repeats::no);
  v("plugins", x.plugins, "");
  v("seeds", x.seeds, "");
  v("models", x.models, "");
  v("ranges", x.ranges, "", Repeats::no);
}

template <class V, Of<Report> X>
void visit(V& v, X& x) {
  v("kindred", x.kindred, "version of the program", Repeats::no);
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
  v.added("figures", x.figures, "what the plugins behind observations declare of them");
  v("observations", x.observations, "summed up; each value is in observations.csv");
  v("notes", x.notes, "");
  v("tables", x.tables, "");
  v("findings", x.findings, "");
  v("refused", x.refused, "tests that were not run on a gauge, with the reason");
  v("expectations", x.expectations, "");
  v("cost", x.cost, "", Repeats::no);
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
