// A test of rows of matrices whose names or families say nothing: their contents pair them.
#include <algorithm>
#include <cmath>

#include "evidence/checked.hpp"
#include "steps/test/content_pairs.hpp"
#include "steps/test/testing.hpp"
#include "words/names.hpp"

namespace kindred::steps {
namespace {

void record(const TestContents& step, const ContentPairs::Chosen& chosen,
            results::StepResult& result) {
  const TensorInfo& a = step.a[chosen.a].view.info;
  const TensorInfo& b = step.b[chosen.b].view.info;
  results::Observation o;
  o.step = step.step->name;
  o.metric = "cosine";
  o.figure = "matched";
  o.model_a = a.model;
  o.tensor_a = words::escaped(a.name);
  o.model_b = b.model;
  o.tensor_b = words::escaped(b.name);
  o.elements = a.elements;
  o.value = chosen.cosine;
  result.cosines.push_back(
      {o.model_a, o.tensor_a, o.model_b, o.tensor_b, o.elements, o.value, true});
  result.observations.push_back(std::move(o));
}

// What an adapter reads and writes are the coordinates of its base, whose order is no draw of its
// own: strangers with one base agree in it.
bool passesAdapterOver(const TestContents& step, results::StepResult& result) {
  for (const plan::Model* model : {step.model_a, step.model_b}) {
    if (model->checkpoint.adapter() == nullptr) continue;
    result.refused.push_back({step.step->name, step.model_a->key, step.model_b->key, "",
                              "'" + model->key +
                                  "' is an adapter, whose rows and columns are those "
                                  "of its base",
                              false});
    return true;
  }
  return false;
}

}  // namespace

// For models of which no architecture file describes most; others have tests of their own.
results::StepResult run(const TestContents& step, run::Executor& executor) {
  executor.progress.stage("matrices of equal shape", 0, step.work);
  results::StepResult result;
  if (passesAdapterOver(step, result)) return result;
  ContentPairs pairs = pairByContent(step, executor);
  result.ranges = std::move(pairs.ranges);
  result.left_out = std::move(pairs.left_out);
  if (pairs.rows.empty()) return result;
  const Basis basis = step.test->assumes() ? Basis::unverified : Basis::describes;
  std::vector<Finding> findings = evidence::checked(
      step.ready->tools.plugin->name(), basis,
      guarded(step, *step.ready->tools.plugin, [&] { return step.test->onRows(pairs.rows); }));
  const double choices = std::log10(static_cast<double>(pairs.candidates));
  for (Finding& finding : findings) {
    finding.log10_p = std::min(0.0, finding.log10_p + choices);
    finding.log10_p_floor = std::min(0.0, finding.log10_p_floor + choices);
    finding.details["candidates"] = static_cast<double>(pairs.candidates);
    finding.alignment =
        "pairs of equal shape were matched by their cosine; the p-value is "
        "multiplied by the number of such pairs";
  }
  for (const ContentPairs::Chosen& chosen : pairs.chosen) record(step, chosen, result);
  keep(step, *step.ready->tools.plugin, step.model_a->key, step.model_b->key, basis,
       std::move(findings), result);
  return result;
}

}  // namespace kindred::steps
