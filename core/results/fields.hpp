// The fields of everything that is saved, each once: writing, reading, comparing and the published
// schema are visitors of these tables (see results/fields/visitor.hpp).
#pragma once

#include "results/fields/findings.hpp"
#include "results/fields/manifest.hpp"
#include "results/fields/steps.hpp"
#include "results/fields/verdict.hpp"
#include "results/report.hpp"

namespace kindred::results {

template <class V, Of<Report> X>
void visit(V& v, X& x) {
  v("kindred", x.kindred, "version of the program", Repeats::no);
  v("schema", x.schema, "version of this layout; fields are added without a new one");
  v("title", x.title, "");
  v("question", x.question, "");
  v.unlessEmpty("claim", x.claim, "who claims what, as the recipe says");
  v.unlessEmpty("why", x.why, "what the run can tell of it, as the recipe says");
  v.unlessEmpty("beacon", x.beacon, "draws layers and rows that tests read besides; the recipe's");
  v("complete", x.complete, "false: interrupted");
  v("adjustment", x.adjustment, "what p-values are adjusted for, and what not");
  v("verdict", x.verdict,
    "of the pair asked about, whatever the controls; of several pairs the class is 'several'");
  v("pairs", x.pairs, "");
  v.added("unlisted", x.unlisted, "pairs that are counted and not listed, where there are many");
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

}  // namespace kindred::results
