// The fields of verdicts, and of what stands behind them.
#pragma once

#include "results/fields/visitor.hpp"
#include "results/report.hpp"

namespace kindred::results {

template <class V, Of<evidence::Breadth> X>
void visit(V& v, X& x) {
  v("layers", x.layers, "whose signs alone have p <= 10^-3");
  v("layers_tested", x.layers_tested, "these, and others whose coins are enough to show as much");
  v("share", x.share,
    "of units whose signs agree beyond chance, or which stand in order, of the most telling axis");
  v("median", x.median, "absolute cosine of its matched rows; 0: not measured");
  v("chance", x.chance, "the same of rows that do not belong together");
}

template <class V, Of<evidence::Start> X>
void visit(V& v, X& x) {
  v("constants", x.constants, "mean correlation of gains of norms, which every start sets alike");
  v("rows", x.rows, "mean absolute cosine of matched up rows");
  v("looks_like", x.looks_like, "calibrated, and never decides");
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
  v.unlessEmpty("beacon", x.beacon, "what the rows say that the recipe's beacon drew");
  v.unlessEmpty("seen", x.seen, "the power in plain sentences, where nothing was found");
  v.unlessEmpty("not_in", x.not_in, "of a rejection: parts that could be tested, in vain");
  v.unlessNone("start", x.start, "of a rejection: descent, or a start that was shared");
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

template <class V, Of<Unlisted> X>
void visit(V& v, X& x) {
  v("class", x.klass, "");
  v("pairs", x.pairs, "how many");
  v("detectable_rho", x.detectable_rho,
    "correlation of rows, once paired rightly, that each would have shown with 99 %; null: related "
    "or not tested");
}

template <class V, Of<TreeNode> X>
void visit(V& v, X& x) {
  v("model", x.model, "empty: a place where branches meet");
  v("parent", x.parent, "place of the node at the branch's other end; null: the last node");
  v("length", x.length, "of that branch: -ln of a correlation");
  v("support", x.support, "share of draws of layers that have the branch; null: a model's own");
}

template <class V, Of<Tree> X>
void visit(V& v, X& x) {
  v("newick", x.newick, "the tree as text, lengths and percentages of support with it");
  v("gauge", x.gauge, "the axis whose rows the distances are of");
  v("nodes", x.nodes, "models first; a branch that half of the draws don't have is left out");
  v("layers", x.layers, "from which layers were drawn anew");
  v("misfit", x.misfit, "share of the distances' variance that paths along the tree don't give");
  v("root", x.root, "the model with the earliest date; empty: the tree has no root");
  v("made", x.made, "models that were made of something earlier, as their files show");
  v("note", x.note, "what the tree doesn't say; why there is none");
}

template <class V, Of<Kin> X>
void visit(V& v, X& x) {
  v("model", x.model, "");
  v("distance", x.distance, "-ln of the mean correlation of matched rows");
  v("error", x.error, "its standard error over layers; null: of one layer");
}

template <class V, Of<Nearest> X>
void visit(V& v, X& x) {
  v("model", x.model, "");
  v("gauge", x.gauge, "the axis whose rows the distances are of");
  v("kin", x.kin, "its relatives, nearest first");
  v("lead", x.lead, "by how much the second is farther than the first");
  v("lead_error", x.lead_error, "its standard error over layers; null: of one layer");
  v.added("tied", x.tied, "how many, the first of kin, can't be told apart; 1: it is the nearest");
}

template <class V, Of<Family> X>
void visit(V& v, X& x) {
  v("models", x.models, "");
  v("joints", x.joints, "models, such as merges, without which the family falls into parts");
  v("parts", x.parts, "its other models; nothing was found that ties one part to another");
  v("undecided", x.undecided, "pairs with models outside it that were not run or not testable");
  v.added("trees", x.trees, "of a family, or of each of its parts, with at least three models");
  v.added("nearest", x.nearest,
          "where no tree could be drawn: of a model, or a part of one, its nearest relatives");
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

}  // namespace kindred::results
