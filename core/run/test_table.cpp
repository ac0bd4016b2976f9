// A test over a table of observations already made.
#include <fmt/format.h>

#include <kindred/error.hpp>

#include "run/steps.hpp"
#include "run/testing.hpp"

namespace kindred::run {

results::StepResult run(const plan::TestTable& step, const results::StepResult& earlier,
                        Executor& executor) {
  executor.progress.step(step.step->name, 0);
  const recipe::FigureAddress& of = step.step->of_address;
  Table table;
  table.figure = step.step->of;
  std::string figure = of.figure, a, b;
  bool of_codes = false;
  for (const results::Observation& o : earlier.observations) {
    if (o.step != of.step || o.metric != of.metric) continue;
    of_codes = of_codes || o.of_codes;
    if (o.of_codes) continue;
    if (figure.empty()) figure = o.figure;
    if (o.figure != figure) continue;
    table.rows.push_back({o.layer_a, o.layer_b, o.tensor_a, o.tensor_b, o.value});
    a = o.model_a;
    b = o.model_b;
  }
  if (table.rows.empty() && of_codes) {
    throw inputError(
        recipe::text(step.step->place),
        fmt::format("'{}' holds figures of codes alone, which no test takes", step.step->of),
        "kindred inspect says how tensors are stored");
  }
  // Layers have no symmetry: what tables say describes.
  results::StepResult result;
  keep(step, a, b, Basis::describes,
       guarded(step, [&] { return step.tools->test->onTable(table); }), result);
  return result;
}

}  // namespace kindred::run
