#include "plan/plan.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <kindred/error.hpp>

namespace kindred::plan {
namespace {

using recipe::Pairing;
using recipe::Verb;

// Selected tensors that take part in a pair (all of them where the step makes no pairs).
std::vector<const Selected*> taking(const PlannedStep& step, bool side_b) {
  const std::vector<Selected>& all = side_b ? step.b : step.a;
  std::vector<const Selected*> list;
  if (step.step->pairing == Pairing::content || step.step->verb == Verb::describe) {
    for (const Selected& selected : all) list.push_back(&selected);
    return list;
  }
  std::set<std::size_t> used;
  for (const PairIndex& pair : step.pairs) used.insert(side_b ? pair.b : pair.a);
  for (const std::size_t i : used) list.push_back(&all[i]);
  return list;
}

class Planner {
 public:
  Planner(const std::vector<StepTools>& tools, Models& models) : tools_(tools), models_(models) {}

  Plan run(const recipe::Recipe& recipe) {
    for (std::size_t i = 0; i < recipe.steps.size(); ++i) addStep(recipe.steps[i], tools_[i]);
    plan_.headers = models_.spent();
    return std::move(plan_);
  }

 private:
  void addStep(const recipe::Step& step, const StepTools& tools) {
    PlannedStep planned;
    planned.step = &step;
    planned.tools = &tools;
    if (tools.matrix_test) {
      addMatrixTest(step, tools, planned);
      plan_.steps.push_back(std::move(planned));
      return;
    }
    if (!step.models.empty()) {
      planned.model_a = &models_.model(step.models.front());
      planned.a = select(*planned.model_a, step.selection);
    }
    if (step.pairing == Pairing::within) {
      planned.model_b = planned.model_a;
      planned.b = planned.a;
    } else if (step.models.size() > 1) {
      planned.model_b = &models_.model(step.models.back());
      planned.b = select(*planned.model_b, step.selection);
    }
    if (planned.model_b != nullptr) addPairs(step, planned);
    addCost(planned);
    plan_.steps.push_back(std::move(planned));
  }

  void addMatrixTest(const recipe::Step& step, const StepTools& tools, PlannedStep& planned) {
    planned.model_a = &models_.model(step.models.front());
    planned.model_b = &models_.model(step.models.back());
    std::vector<const Model*> all{planned.model_a, planned.model_b};
    const bool calibrated = tools.matrix_test->calibrated();
    for (const Model* control : calibrated ? models_.controls() : std::vector<const Model*>()) {
      if (control == planned.model_a || control == planned.model_b) continue;
      planned.controls.push_back(control);
      all.push_back(control);
    }
    for (const std::uint64_t budget : step.read) {
      bool whole = true;
      for (const Model* model : all) whole = isWhole(*model, budget) && whole;
      if (calibrated) planned.read.clear();
      planned.read.push_back(budget);
      if (whole) break;
    }
    for (const Model* model : all) {
      const WeightReading* reading = plan_.reading(*model, planned.read.back());
      if (reading == nullptr) continue;
      planned.bytes += reading->bytes;
      if (model->source->remote()) {
        planned.requests += model->source->price(rangesOf(*reading)).requests;
      }
    }
  }

  // Works out the reading where it is not known yet.
  bool isWhole(const Model& model, std::uint64_t budget) {
    if (model.architecture == nullptr) return true;
    const auto [at, fresh] = plan_.readings.try_emplace({&model, budget});
    if (fresh) at->second = readingOf(model, budget);
    return at->second.whole;
  }

  void addPairs(const recipe::Step& step, PlannedStep& planned) {
    Pairs made = pair(step, planned.a, planned.b);
    planned.pairs = std::move(made.pairs);
    plan_.left_out.insert(plan_.left_out.end(), made.left_out.begin(), made.left_out.end());
    if (!planned.pairs.empty() || step.pairing == Pairing::content) return;
    throw inputError(
        recipe::text(step.place),
        "step '" + step.name + "' compares nothing: " +
            (made.left_out.empty() ? "no tensor of '" + step.models.front() + "' meets one of '" +
                                         step.models.back() + "' by this pairing"
                                   : made.left_out.front().reason),
        "kindred inspect shows names and shapes; pair by role, by map or by layer");
  }

  static void addCost(PlannedStep& planned) {
    for (const bool side_b : {false, true}) {
      const Model* model = side_b ? planned.model_b : planned.model_a;
      if (model == nullptr || (side_b && planned.step->pairing == Pairing::within)) continue;
      std::vector<PlannedRange> ranges;
      for (const ByteRange& range : rangesOf(planned, side_b)) {
        planned.bytes += range.length;
        ranges.push_back({range.shard->file.get(), range.offset, range.length});
      }
      if (model->source->remote()) planned.requests += model->source->price(ranges).requests;
    }
    for (const PairIndex& pair : planned.pairs) {
      for (const Selected* s : {&planned.a[pair.a], &planned.b[pair.b]}) {
        const std::uint64_t elements = sampled(planned.step->sample, s->view.info.elements);
        planned.work += elements * info(s->view.info.dtype).bits / 8;
      }
    }
    if (planned.pairs.empty()) planned.work = planned.bytes;
  }

  const std::vector<StepTools>& tools_;
  Models& models_;
  Plan plan_;
};

}  // namespace

const WeightReading* Plan::reading(const Model& model, std::uint64_t budget) const {
  const auto found = readings.find({&model, budget});
  return found == readings.end() ? nullptr : &found->second;
}

ByteRange bytesOf(const checkpoint::View& view, const Run& run) {
  // The catalogue has checked that elements * bits fits in the file's size.
  const unsigned bits = info(view.info.dtype).bits;
  const std::uint64_t first = (view.first + run.first) * bits / 8;
  const std::uint64_t end = ((view.first + run.first + run.count) * bits + 7) / 8;
  return {view.shard, view.tensor->offset + first, end - first};
}

std::vector<ByteRange> rangesOf(const PlannedStep& step, bool side_b) {
  std::vector<ByteRange> ranges;
  const bool whole = step.step->pairing == Pairing::content;
  for (const Selected* selected : taking(step, side_b)) {
    const recipe::Sample sample = whole ? recipe::Sample{} : step.step->sample;
    for (const Segment& segment : segments(sample, selected->view.info.elements)) {
      for (const Run& run : segment.runs) ranges.push_back(bytesOf(selected->view, run));
    }
  }
  const auto key = [](const ByteRange& r) { return std::tuple(r.shard, r.offset, r.length); };
  std::sort(ranges.begin(), ranges.end(),
            [&](const ByteRange& x, const ByteRange& y) { return key(x) < key(y); });
  ranges.erase(
      std::unique(ranges.begin(), ranges.end(),
                  [&](const ByteRange& x, const ByteRange& y) { return key(x) == key(y); }),
      ranges.end());
  return ranges;
}

namespace {

void addHeaders(const Model& model, std::map<std::string, std::uint64_t>& bytes) {
  if (bytes.contains(model.key)) return;
  for (const checkpoint::Shard& shard : model.checkpoint.shards()) {
    bytes[model.key] += shard.header_bytes;
  }
}

}  // namespace

std::map<std::string, std::uint64_t> bytesByModel(const Plan& plan) {
  using Key = std::tuple<const checkpoint::Shard*, std::uint64_t, std::uint64_t>;
  std::map<std::string, std::uint64_t> bytes;
  std::set<Key> counted;
  for (const PlannedStep& step : plan.steps) {
    for (const Model* control : step.controls) addHeaders(*control, bytes);
    for (const bool side_b : {false, true}) {
      const Model* model = side_b ? step.model_b : step.model_a;
      if (model == nullptr) continue;
      addHeaders(*model, bytes);
      for (const ByteRange& range : rangesOf(step, side_b)) {
        if (counted.insert({range.shard, range.offset, range.length}).second) {
          bytes[model->key] += range.length;
        }
      }
    }
  }
  std::map<std::string, std::uint64_t> by_tests;  // the largest budget reads what smaller ones do
  for (const auto& [where, reading] : plan.readings) {
    std::uint64_t& most = by_tests[where.first->key];
    most = std::max(most, reading.bytes);
  }
  for (const auto& [model, most] : by_tests) bytes[model] += most;
  return bytes;
}

Plan makePlan(const recipe::Recipe& recipe, const std::vector<StepTools>& tools, Models& models) {
  return Planner(tools, models).run(recipe);
}

}  // namespace kindred::plan
