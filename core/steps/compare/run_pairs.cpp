// Pairs of tensors, streamed through all pair metrics of a step in one pass.
#include <kindred/error.hpp>

#include <kindred/analysis/cosine/accumulator.hpp>

#include "plugin/guard.hpp"
#include "run/interrupt.hpp"
#include "run/ordered.hpp"
#include "run/reader.hpp"
#include "run/tiles.hpp"
#include "steps/compare/compare.hpp"
#include "steps/observation.hpp"
#include "steps/step.hpp"
#include "words/names.hpp"

namespace kindred::steps {
namespace {

using PairAccumulators = std::vector<std::unique_ptr<PairAccumulator>>;

struct Item {
  std::size_t pair;
  const plan::Segment* segment;
  bool last;  // of its pair
};

struct ComparedSegment {
  PairAccumulators accumulators;
  cosine::Accumulator plain;
  std::vector<results::RangeRead> ranges;
};

class PairComparer {
 public:
  PairComparer(const ComparePairs& step, run::Executor& executor)
      : step_(step), executor_(executor) {}

  results::StepResult run() {
    listItems();
    const bool remote = step_.model_a->source->remote() || step_.model_b->source->remote();
    if (!remote && step_.bytes > plan::kHeldBytes) {
      stream(0, items_.size(), nullptr);
      return std::move(result_);
    }
    for (std::size_t first = 0; first < items_.size() && !run::interrupted();) {
      run::Held held;
      const std::size_t end = gather(first, held);
      held.read(result_.ranges);
      stream(first, end, &held);
      first = end;
    }
    return std::move(result_);
  }

 private:
  const plan::Selected& a(std::size_t pair) const { return step_.a[step_.pairs[pair].a]; }
  const plan::Selected& b(std::size_t pair) const { return step_.b[step_.pairs[pair].b]; }

  // Two that meet are cut alike (see plan::pair).
  const std::vector<plan::Segment>& segments(std::size_t pair) const { return a(pair).segments; }
  std::uint64_t sampled(std::size_t pair) const { return plan::elementsOf(segments(pair)); }

  void listItems() {
    static const plan::Segment nothing;  // no elements: figures are undefined
    for (std::size_t p = 0; p < step_.pairs.size(); ++p) {
      const std::vector<plan::Segment>& cut = segments(p);
      if (cut.empty()) items_.push_back({p, &nothing, true});
      for (const plan::Segment& segment : cut) {
        items_.push_back({p, &segment, &segment == &cut.back()});
      }
    }
  }

  // Wants the bytes of as many items as may be held at once; returns the first left over.
  std::size_t gather(std::size_t first, run::Held& held) const {
    std::size_t end = first;
    while (end < items_.size() && (end == first || held.bytes() < plan::kHeldBytes)) {
      const Item& item = items_[end++];
      for (const plan::Run& run : item.segment->runs) {
        held.want(*step_.model_a, plan::bytesOf(a(item.pair).view, run));
        held.want(*step_.model_b, plan::bytesOf(b(item.pair).view, run));
      }
    }
    return end;
  }

  void stream(std::size_t first, std::size_t end, const run::Held* held) {
    run::inOrder<ComparedSegment>(
        end - first, executor_.threads,
        [&](std::size_t i) { return compute(items_[first + i], held); },
        [&](std::size_t i, ComparedSegment&& outcome) {
          consume(items_[first + i], std::move(outcome));
        },
        run::interrupted);
  }

  ComparedSegment compute(const Item& item, const run::Held* held) const {
    const models::View& view_a = a(item.pair).view;
    const models::View& view_b = b(item.pair).view;
    const Pair pair{view_a.info, view_b.info, sampled(item.pair)};
    ComparedSegment outcome;
    std::vector<run::PairUse> uses;
    for (const MetricOf<PairMetric>& metric : step_.ready->tools.metrics) {
      outcome.accumulators.push_back(
          plugin::guard(metric.plugin->name(), [&] { return metric.object->start(pair); }));
      if (!outcome.accumulators.back()) {
        throw Error(Category::plugin, "plugin '" + metric.plugin->name() + "'",
                    "start() gave no accumulator");
      }
      uses.push_back({metric.plugin->descriptor->name, outcome.accumulators.back().get()});
    }
    if (belong(item.pair)) uses.push_back({"cosine", &outcome.plain});
    if (item.segment->elements == 0) return outcome;
    run::SegmentBytes bytes_a(*step_.model_a, view_a, *item.segment, held);
    run::SegmentBytes bytes_b(*step_.model_b, view_b, *item.segment, held);
    run::streamPair({bytes_a.file(), bytes_a.offset(), view_a.info.dtype, view_a.info.name},
                    {bytes_b.file(), bytes_b.offset(), view_b.info.dtype, view_b.info.name},
                    item.segment->elements, item.segment->position, uses);
    bytes_a.reportRanges(outcome.ranges);
    bytes_b.reportRanges(outcome.ranges);
    return outcome;
  }

  void consume(const Item& item, ComparedSegment&& outcome) {
    std::vector<results::RangeRead>& ranges = result_.ranges;
    ranges.insert(ranges.end(), outcome.ranges.begin(), outcome.ranges.end());
    if (!begun_) {
      pending_ = std::move(outcome.accumulators);
      plain_so_far_ = outcome.plain;
      begun_ = true;
    } else {
      plain_so_far_.merge(outcome.plain);
      for (std::size_t m = 0; m < pending_.size(); ++m) {
        plugin::guard(step_.ready->tools.metrics[m].plugin->name(),
                      [&] { pending_[m]->merge(*outcome.accumulators[m]); });
      }
    }
    std::uint64_t bytes = 0;
    for (const plan::Run& run : item.segment->runs) {
      bytes += plan::bytesOf(a(item.pair).view, run).length;
      bytes += plan::bytesOf(b(item.pair).view, run).length;
    }
    executor_.progress.advance(bytes, item.last);
    if (item.last) finish(item.pair);
  }

  void finish(std::size_t pair) {
    executor_.noteMemory();
    const TensorInfo& info_a = a(pair).view.info;
    const TensorInfo& info_b = b(pair).view.info;
    const std::uint64_t elements = sampled(pair);
    const bool of_codes = isOfCodes(a(pair).view) || isOfCodes(b(pair).view);
    for (std::size_t m = 0; m < pending_.size(); ++m) {
      const Measure& metric = step_.ready->tools.metrics[m];
      const std::vector<double> values =
          plugin::guard(metric.plugin->name(), [&] { return pending_[m]->finish(); });
      checkFigures(metric, values.size());
      for (std::size_t f = 0; f < values.size(); ++f) {
        result_.observations.push_back(
            observation(step_.step->name, metric, f, info_a, &info_b, elements, values[f]));
        result_.observations.back().of_codes = of_codes;
      }
    }
    if (belong(pair)) keepPlain(info_a, info_b, elements);
    pending_.clear();
    begun_ = false;
  }

  void keepPlain(const TensorInfo& a, const TensorInfo& b, std::uint64_t elements) {
    result_.cosines.push_back({a.model, words::escaped(a.name), b.model, words::escaped(b.name),
                               elements, plain_so_far_.value()});
  }

  // Whether the two may be each other's counterparts: only of these is the plain cosine taken.
  bool belong(std::size_t pair) const {
    if (step_.ready->asked->meeting.by == recipe::Pairing::counterparts) return true;
    const TensorInfo& x = a(pair).view.info;
    const TensorInfo& y = b(pair).view.info;
    const bool same_role =
        !x.role.empty() && x.role == y.role && x.layer == y.layer && x.expert == y.expert;
    return step_.model_a != step_.model_b && (x.name == y.name || same_role);
  }

  static bool isOfCodes(const models::View& view) {
    return models::shown(*view.tensor) != models::Shown::values;
  }

  const ComparePairs& step_;
  run::Executor& executor_;
  results::StepResult result_;
  std::vector<Item> items_;
  // Of the pair at hand: its segments so far, merged in order.
  bool begun_ = false;
  PairAccumulators pending_;
  cosine::Accumulator plain_so_far_;
};

}  // namespace

results::StepResult run(const ComparePairs& step, run::Executor& executor) {
  executor.progress.stage("pairs", step.pairs.size(), step.work);
  return PairComparer(step, executor).run();
}

}  // namespace kindred::steps
