// The fields of a candidate's tests, so that they can be saved and gone on from
// (results/fields/visitor.hpp). What judge() fills in is not among them.
#pragma once

#include "fingerprint/judge.hpp"
#include "results/fields/findings.hpp"

namespace kindred::fingerprint {

template <class V, results::Of<Distance> X>
void visit(V& v, X& x) {
  v("value", x.value, "");
  v("error", x.error, "");
}

template <class V, results::Of<Tested> X>
void visit(V& v, X& x) {
  evidence::StepFinding row;
  row.finding = x.finding;
  v("finding", row, "");
  v.unlessNone("distance", x.distance, "");
  if constexpr (!std::is_const_v<X>) x.finding = std::move(row.finding);
}

template <class V, results::Of<PairTested> X>
void visit(V& v, X& x) {
  v("tests", x.tests, "");
  v("unfair", x.unfair, "");
}

template <class V, results::Of<Candidate> X>
void visit(V& v, X& x) {
  v("of", x.of, "");
  v("model", x.model, "");
  v("address", x.address, "");
  v("same_bytes", x.same_bytes, "");
  v("component", x.component, "");
  v("tested", x.tested, "");
  v("components", x.components, "");
}

}  // namespace kindred::fingerprint

namespace kindred::evidence {

template <class V, results::Of<Unfair> X>
void visit(V& v, X& x) {
  v("gauge", x.gauge, "");
  v("reason", x.reason, "");
}

}  // namespace kindred::evidence
