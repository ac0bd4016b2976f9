#include "steps/test/adapter_test.hpp"

#include <utility>

#include "evidence/checked.hpp"
#include "models/adapter.hpp"
#include "plugin/guard.hpp"
#include "steps/test/adapter_pairs.hpp"
#include "words/names.hpp"

namespace kindred::steps {
namespace {

void addFindings(const TestModels& step, const plan::Model& a, const plan::Model& b,
                 const std::vector<RowPair>& rows, results::StepResult& outcome) {
  const std::string test = step.ready->tools.plugin->name();
  const Basis basis = a.checkpoint.adapter()->stated ? Basis::exact : Basis::unverified;
  std::vector<Finding> findings =
      plugin::guard(test, [&] { return step.test->test->runOnAdapters(rows); });
  for (Finding& finding : findings) {
    finding.gauge = Gauge::adapter_rank;
    finding.reference = a.key;
  }
  for (Finding& finding : evidence::checked(test, basis, std::move(findings))) {
    outcome.findings.push_back({step.step->name, a.key, b.key, std::move(finding), 0});
  }
}

}  // namespace

bool isAdapter(const plan::Model& model) { return model.checkpoint.adapter() != nullptr; }

results::StepResult testAdapters(const ModelPair& pair) {
  results::StepResult outcome;
  const bool in_order = models::beganAtRandom(*pair.models.first->checkpoint.adapter());
  const plan::Model& a = in_order ? *pair.models.first : *pair.models.second;
  const plan::Model& b = in_order ? *pair.models.second : *pair.models.first;
  AdapterPairs pairs;
  if (models::beganAtRandom(*a.checkpoint.adapter())) {
    pairs = pairAdapters(a, b, pair.limit.bytes);
  } else {
    pairs.none = "the factors of both began at what was computed from their base, not at random";
  }
  outcome.ranges = std::move(pairs.ranges);
  const std::string& first = pair.steps.front()->step->name;
  const bool last = pair.limit.bytes == pair.steps.front()->read.back();
  for (const std::string& module : last ? pairs.left_out : std::vector<std::string>()) {
    outcome.left_out.push_back(
        {first, a.key, words::escaped(module), b.key, words::escaped(module), "over budget"});
  }
  for (const TestModels* step : pair.steps) {
    if (pairs.rows.empty()) break;
    addFindings(*step, a, b, pairs.rows, outcome);
  }
  if (!outcome.findings.empty()) return outcome;
  if (pairs.none.empty()) {
    pairs.none = "no component gives a coin: they are zero, constant or copies of each other";
  }
  outcome.refused.push_back({first, a.key, b.key, Gauge::adapter_rank, pairs.none, false});
  return outcome;
}

}  // namespace kindred::steps
