#include "steps/planning.hpp"
#include "steps/tool_maker.hpp"

namespace kindred::steps {

asked::Tensors::Tools makeTools(const asked::Tensors& asked, ToolMaker& maker) {
  return {maker.metrics<TensorMetric>(asked.metrics, kindred::Kind::tensor_metric,
                                      &plugin::Plugin::makeTensorMetric,
                                      "'describe' looks at one tensor")};
}

void planStep(const Ready<asked::Tensors>& ready, Planning& planning) {
  const asked::Tensors& asked = *ready.asked;
  DescribeTensors planned{{ready.step}, &ready, nullptr, {}};
  planned.model = &planning.models().model(ready.step->models.front());
  planned.models = {planned.model};
  planned.tensors = plan::select(*planned.model, asked.selection);
  std::vector<plan::ByteRange> ranges;
  for (plan::Selected& selected : planned.tensors) {
    selected.segments = plan::segments(asked.sample, selected.view.info.elements);
    plan::addRanges(selected.view, selected.segments, ranges);
  }
  Planning::price(planned, {{planned.model, std::move(ranges)}});
  planning.add(std::move(planned));
}

}  // namespace kindred::steps
