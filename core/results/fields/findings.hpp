// The fields of findings, and of tests that were refused.
#pragma once

#include <cmath>
#include <optional>
#include <type_traits>

#include "evidence/figures.hpp"
#include "results/fields/visitor.hpp"
#include "results/report.hpp"

namespace kindred::results {

// How alike the rows behind a finding are; zero rows: not measured.
struct FlatLikeness {
  std::uint64_t rows = 0, width = 0;
  double matched = kUndefined, chance = kUndefined, turned = kUndefined, agreement = kUndefined,
         agreement_error = kUndefined, agreement_least = kUndefined;
  double median = 0;
  std::uint64_t clear = 0;
};

inline FlatLikeness flat(const std::optional<Likeness>& measured) {
  if (!measured) return {};
  FlatLikeness x{measured->rows, measured->width, measured->matched, measured->chance,
                 measured->turned};
  x.median = measured->median;
  x.clear = measured->clear;
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
  likeness.clear = x.clear;
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
  v.added("clear", x.clear, "pairs so alike that they are copies of single rows");
}

template <class V, Of<Power> X>
void visit(V& v, X& x) {
  v("rows", x.rows, "role of the rows whose signs were tossed; empty: nothing is stated");
  v("paired_by", x.paired_by, "role that pairs them; empty: only they themselves");
  v("if_paired", x.if_paired, "correlation found with 99 % probability where that role pairs them");
  v("alone", x.alone, "where nothing but these rows is shared");
  v("whole", x.whole, "false: rows were left out");
  v.added("rotated", x.rotated, "true: a rotation of the residual stream is undone first");
  v.added("pairing", x.pairing,
          "correlation from which that role shows which rows belong together; null: they stand so");
  v.added("redrawn", x.redrawn, "true: seen also where the layers' signs and orders were redrawn");
}

template <class V, Of<LayerCoins> X>
void visit(V& v, X& x) {
  v("layer", x.layer, "of the reference");
  v("coins", x.coins, "");
  v("heads", x.heads, "");
  v.added("alike", x.alike, "mean absolute cosine of the rows behind them; 0: not stated");
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
  v.added("drawn", x.drawn, "true: from layers and rows that the recipe's beacon drew");
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
    v("constants", f.constants, "");
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

}  // namespace kindred::results
