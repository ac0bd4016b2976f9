#include "steps/observation.hpp"

#include <kindred/error.hpp>

#include "evidence/checked.hpp"
#include "words/names.hpp"

namespace kindred::steps {

void checkFigures(const Measure& metric, std::size_t count) {
  if (count == metric.figures.size()) return;
  throw Error(Category::plugin, "plugin '" + metric.plugin->name() + "'",
              "gave " + std::to_string(count) + " figures, but declares " +
                  std::to_string(metric.figures.size()));
}

results::Observation observation(const std::string& step, const Measure& metric, std::size_t figure,
                                 const TensorInfo& a, const TensorInfo* b, std::uint64_t elements,
                                 double value) {
  results::Observation o;
  o.step = step;
  o.metric = metric.name;
  o.figure = metric.figures[figure];
  o.model_a = a.model;
  o.tensor_a = words::escaped(a.name);
  o.layer_a = a.layer;
  o.expert_a = a.expert;
  if (b != nullptr) {
    o.model_b = b->model;
    o.tensor_b = words::escaped(b->name);
    o.layer_b = b->layer;
    o.expert_b = b->expert;
  }
  o.elements = elements;
  o.value = evidence::checkedFigure(metric.plugin->name(), metric.figures[figure], a, value);
  return o;
}

}  // namespace kindred::steps
