// One model's tensors, streamed through tensor metrics.
#include "plugin/guard.hpp"
#include "run/interrupt.hpp"
#include "run/ordered.hpp"
#include "run/reader.hpp"
#include "run/tiles.hpp"
#include "steps/describe/describe.hpp"
#include "steps/observation.hpp"
#include "steps/step.hpp"

namespace kindred::steps {
namespace {

using TensorAccumulators = std::vector<std::unique_ptr<TensorAccumulator>>;

struct DescribedSegment {
  TensorAccumulators accumulators;
  std::vector<results::RangeRead> ranges;
};

class Describer {
 public:
  Describer(const DescribeTensors& step, run::Executor& executor)
      : step_(step), executor_(executor) {}

  results::StepResult run() {
    run::inOrder<DescribedSegment>(
        step_.tensors.size(), executor_.threads,
        [&](std::size_t i) { return compute(step_.tensors[i]); },
        [&](std::size_t i, DescribedSegment&& outcome) {
          consume(step_.tensors[i], std::move(outcome));
        },
        run::interrupted);
    return std::move(result_);
  }

 private:
  TensorAccumulators start(const plan::Selected& tensor) const {
    TensorAccumulators fresh;
    for (const MetricOf<TensorMetric>& metric : step_.ready->tools.metrics) {
      fresh.push_back(plugin::guard(metric.plugin->name(), [&] {
        return metric.object->start(tensor.view.info, plan::elementsOf(tensor.segments));
      }));
    }
    return fresh;
  }

  // One tensor's segments one after the other: tensors run side by side, not segments.
  DescribedSegment compute(const plan::Selected& tensor) const {
    const models::View& view = tensor.view;
    DescribedSegment outcome{start(tensor), {}};
    bool first = true;
    for (const plan::Segment& segment : tensor.segments) {
      TensorAccumulators part = first ? TensorAccumulators{} : start(tensor);
      TensorAccumulators& into = first ? outcome.accumulators : part;
      std::vector<run::TensorUse> uses;
      for (std::size_t m = 0; m < into.size(); ++m) {
        uses.push_back({step_.ready->tools.metrics[m].plugin->descriptor->name, into[m].get()});
      }
      run::SegmentBytes bytes(*step_.model, view, segment, nullptr);
      run::streamTensor({bytes.file(), bytes.offset(), view.info.dtype, view.info.name},
                        segment.elements, segment.position, uses);
      bytes.reportRanges(outcome.ranges);
      for (std::size_t m = 0; m < part.size(); ++m) {
        plugin::guard(step_.ready->tools.metrics[m].plugin->name(),
                      [&] { outcome.accumulators[m]->merge(*part[m]); });
      }
      first = false;
    }
    return outcome;
  }

  void consume(const plan::Selected& tensor, DescribedSegment&& outcome) {
    const TensorInfo& info = tensor.view.info;
    const std::uint64_t elements = plan::elementsOf(tensor.segments);
    auto& ranges = result_.ranges;
    ranges.insert(ranges.end(), outcome.ranges.begin(), outcome.ranges.end());
    for (std::size_t m = 0; m < outcome.accumulators.size(); ++m) {
      const Measure& metric = step_.ready->tools.metrics[m];
      const std::vector<double> values =
          plugin::guard(metric.plugin->name(), [&] { return outcome.accumulators[m]->finish(); });
      checkFigures(metric, values.size());
      for (std::size_t f = 0; f < values.size(); ++f) {
        result_.observations.push_back(
            observation(step_.step->name, metric, f, info, nullptr, elements, values[f]));
      }
    }
    executor_.progress.advance(elements * kindred::info(info.dtype).bits / 8, true);
    executor_.noteMemory();
  }

  const DescribeTensors& step_;
  run::Executor& executor_;
  results::StepResult result_;
};

}  // namespace

results::StepResult run(const DescribeTensors& step, run::Executor& executor) {
  executor.progress.stage("tensors", step.tensors.size(), step.work);
  return Describer(step, executor).run();
}

}  // namespace kindred::steps
