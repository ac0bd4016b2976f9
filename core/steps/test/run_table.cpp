// A test over a table of observations already made.
#include <fmt/format.h>

#include <kindred/error.hpp>

#include "steps/test/testing.hpp"

namespace kindred::steps {

results::StepResult run(const TestTable& step, const results::StepResult& earlier,
                        run::Executor& executor) {
  executor.progress.stage("test of a table");
  const recipe::FigureAddress& of = step.ready->asked->address;
  Table table;
  table.figure = step.ready->asked->of;
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
    throw inputError(recipe::text(step.step->place),
                     fmt::format("'{}' holds figures of codes alone, which no test takes",
                                 step.ready->asked->of),
                     "kindred inspect says how tensors are stored");
  }
  // Layers have no symmetry: what tables say describes.
  results::StepResult result;
  keep(step, *step.ready->tools.plugin, a, b, Basis::describes,
       guarded(step, *step.ready->tools.plugin,
               [&] { return step.ready->tools.test->onTable(table); }),
       result);
  return result;
}

}  // namespace kindred::steps
