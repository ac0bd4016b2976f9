#include "plan/plan.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <kindred/error.hpp>

#include "checkpoint/names.hpp"
#include "plan/codes.hpp"
#include "plan/counterparts.hpp"
#include "plan/documents.hpp"

namespace kindred::plan {
namespace {

using recipe::Pairing;
using recipe::Verb;

// Selected tensors that take part in a pair (all of them where the step makes no pairs).
std::vector<const Selected*> taking(const PlannedStep& step, bool side_b) {
  const std::vector<Selected>& all = side_b ? step.b : step.a;
  std::vector<const Selected*> list;
  // What such a test reads depends on what it finds, within the budget of tests.
  if (step.step->pairing == Pairing::content && step.step->verb == Verb::test) return list;
  if (step.step->pairing == Pairing::content || step.step->verb == Verb::describe) {
    for (const Selected& selected : all) list.push_back(&selected);
    return list;
  }
  std::set<std::size_t> used;
  for (const PairIndex& pair : step.pairs) used.insert(side_b ? pair.b : pair.a);
  for (const std::size_t i : used) list.push_back(&all[i]);
  return list;
}

// Each range of real files once, by place.
std::vector<ByteRange> sortedOnce(const std::vector<ByteRange>& wanted) {
  std::vector<ByteRange> ranges;
  for (const ByteRange& range : wanted) {
    const std::vector<ByteRange> real = stored(range);
    ranges.insert(ranges.end(), real.begin(), real.end());
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

std::vector<ByteRange> pairedRanges(const PlannedStep& step, bool side_b) {
  std::vector<ByteRange> ranges;
  const bool whole = step.step->pairing == Pairing::content;
  for (const Selected* selected : taking(step, side_b)) {
    const recipe::Sample sample = whole ? recipe::Sample{} : step.step->sample;
    for (const Segment& segment : segments(sample, selected->view.info.elements)) {
      for (const Run& run : segment.runs) ranges.push_back(bytesOf(selected->view, run));
    }
  }
  return ranges;
}

std::vector<ByteRange> surveyedRanges(const Surveyed& surveyed, std::uint64_t most_rows) {
  std::vector<ByteRange> ranges;
  for (const Selected& selected : surveyed.tensors) {
    const TensorInfo& info = selected.view.info;
    const std::uint64_t rows = info.shape.size() < 2 ? 1 : info.shape.front();
    if (info.elements == 0) continue;
    if (most_rows == 0 || rows <= most_rows) {
      ranges.push_back(bytesOf(selected.view, {0, info.elements}));
      continue;
    }
    const std::uint64_t columns = info.elements / rows;
    for (std::uint64_t i = 0; i < most_rows; ++i) {
      ranges.push_back(bytesOf(selected.view, {rows / most_rows * i * columns, columns}));
    }
  }
  return ranges;
}

class Planner {
 public:
  Planner(const std::vector<StepTools>& tools, Models& models) : tools_(tools), models_(models) {}

  Plan run(const recipe::Recipe& recipe) {
    openTogether(recipe);
    for (std::size_t i = 0; i < recipe.steps.size(); ++i) {
      addStep(recipe.steps[i], tools_[i], std::move(documents_[i]));
    }
    plan_.headers = models_.spent();
    return std::move(plan_);
  }

 private:
  // What waits for a server waits for all of it together.
  void openTogether(const recipe::Recipe& recipe) {
    models_.openRepositories();
    documents_.resize(recipe.steps.size());
    std::set<std::string> with_headers;
    for (std::size_t i = 0; i < recipe.steps.size(); ++i) {
      const recipe::Step& step = recipe.steps[i];
      if (readsDocuments(step)) {
        documents_[i] = openDocuments(step, models_);
        continue;
      }
      with_headers.insert(step.models.begin(), step.models.end());
      if (!tools_[i].matrix_test || !tools_[i].matrix_test->calibrated()) continue;
      for (const recipe::ModelSpec& spec : recipe.models) {
        if (spec.role == recipe::ModelRole::control) with_headers.insert(spec.key);
      }
    }
    models_.openTogether(with_headers);
  }

  void addStep(const recipe::Step& step, const StepTools& tools,
               std::vector<PlannedDocument> documents) {
    PlannedStep planned;
    planned.step = &step;
    planned.tools = &tools;
    if (step.verb == Verb::survey) {
      for (const std::string& model : step.models) addSurveyed(model, step, planned);
      addCost(planned);
      plan_.steps.push_back(std::move(planned));
      return;
    }
    if (tools.matrix_test) {
      addMatrixTest(step, tools, planned);
      plan_.steps.push_back(std::move(planned));
      return;
    }
    if (step.verb == Verb::inventory) {
      planned.model_a = &models_.model(step.models.front());
      if (step.models.size() > 1) planned.model_b = &models_.model(step.models.back());
      plan_.steps.push_back(std::move(planned));
      return;
    }
    if (readsDocuments(step)) {
      planned.documents = std::move(documents);
      addDocuments(step, planned);
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

  void addSurveyed(const std::string& key, const recipe::Step& step, PlannedStep& planned) {
    Surveyed surveyed{&models_.model(key), {}};
    surveyed.tensors = select(*surveyed.model, step.selection);
    std::erase_if(surveyed.tensors, [](const Selected& selected) {
      return checkpoint::shown(*selected.view.tensor) == checkpoint::Shown::nothing;
    });
    listCodes(*surveyed.model, step);
    if (surveyed.tensors.empty()) {
      throw inputError(recipe::text(step.place),
                       "step '" + step.name + "' selects nothing but codes of model '" + key + "'",
                       "select tensors that are stored as numbers; kindred inspect shows dtypes");
    }
    std::sort(surveyed.tensors.begin(), surveyed.tensors.end(),
              [](const Selected& x, const Selected& y) {
                const TensorInfo &a = x.view.info, &b = y.view.info;
                if (a.layer != b.layer) return a.layer < b.layer;
                if (a.expert != b.expert) return a.expert < b.expert;
                return checkpoint::naturalLess(a.name, b.name);
              });
    planned.surveyed.push_back(std::move(surveyed));
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
    for (const Model* model : all) listCodes(*model, step);
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

  // Once for each model.
  void listCodes(const Model& model, const recipe::Step& step) {
    if (!listed_.insert(&model).second) return;
    for (LeftOut& left : codesOf(model, step.name)) plan_.left_out.push_back(std::move(left));
  }

  // Works out the reading where it is not known yet.
  bool isWhole(const Model& model, std::uint64_t budget) {
    if (model.architecture == nullptr) return true;
    const auto [at, fresh] = plan_.readings.try_emplace({&model, budget});
    if (fresh) at->second = readingOf(model, budget);
    return at->second.whole;
  }

  void addPairs(const recipe::Step& step, PlannedStep& planned) {
    if (step.pairing == Pairing::counterparts) {
      planned.pairs = counterparts(*planned.model_a, planned.a, *planned.model_b, planned.b);
      return;
    }
    Pairs made = pair(step, planned.a, planned.b);
    planned.pairs = std::move(made.pairs);
    plan_.left_out.insert(plan_.left_out.end(), made.left_out.begin(), made.left_out.end());
    for (LeftOut& left : codesOf(planned.pairs, planned.a, planned.b, step.name)) {
      plan_.left_out.push_back(std::move(left));
    }
    if (step.pairing == Pairing::content && step.verb == Verb::test) {
      for (const Model* model : {planned.model_a, planned.model_b}) listCodes(*model, step);
    }
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
    for (const auto& [model, read] : rangesOf(planned)) {
      std::vector<PlannedRange> ranges;
      for (const ByteRange& range : read) {
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
  std::set<const Model*> listed_;                        // whose codes are left out
  std::vector<std::vector<PlannedDocument>> documents_;  // by step
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
  return {view.shard, view.offset + first, end - first};
}

ByteRange bytesOfRows(const checkpoint::View& view, std::uint64_t first, std::uint64_t count) {
  const std::uint64_t columns = view.info.shape.empty() ? 1 : view.info.shape.back();
  if (view.isRun() || count == 0 || columns == 0) {
    return bytesOf(view, {first * columns, count * columns});
  }
  const std::uint64_t last = (count - 1) * view.row_step + (columns - 1) * view.column_step;
  return bytesOf(view, {first * view.row_step, last + 1});
}

std::vector<ByteRange> stored(const ByteRange& range) {
  if (range.shard->decoded == nullptr) return {range};
  return range.shard->decoded->stored(range.offset, range.length);
}

std::uint64_t storedBytes(const ByteRange& range) {
  if (range.shard->decoded == nullptr) return range.length;
  std::uint64_t bytes = 0;
  for (const ByteRange& real : stored(range)) bytes += real.length;
  return bytes;
}

std::vector<ModelRanges> rangesOf(const PlannedStep& step) {
  std::vector<ModelRanges> all;
  for (const Surveyed& surveyed : step.surveyed) {
    const std::uint64_t most_rows = step.tools->metrics.front().most_rows;
    all.push_back({surveyed.model, sortedOnce(surveyedRanges(surveyed, most_rows))});
  }
  for (const bool side_b : {false, true}) {
    const Model* model = side_b ? step.model_b : step.model_a;
    if (model == nullptr) continue;
    std::vector<ByteRange> ranges = pairedRanges(step, side_b);
    if (!all.empty() && all.front().model == model) {  // one model on both sides
      ranges.insert(ranges.end(), all.front().ranges.begin(), all.front().ranges.end());
      all.clear();
    }
    all.push_back({model, sortedOnce(std::move(ranges))});
  }
  return all;
}

namespace {

void addHeaders(const Model& model, std::set<std::string>& counted,
                std::map<std::string, std::uint64_t>& bytes) {
  if (!counted.insert(model.key).second) return;
  for (const checkpoint::Shard& shard : model.checkpoint.shards()) {
    bytes[model.key] += shard.header_bytes;
  }
}

}  // namespace

std::map<std::string, std::uint64_t> bytesByModel(const Plan& plan) {
  using Key = std::tuple<const checkpoint::Shard*, std::uint64_t, std::uint64_t>;
  std::map<std::string, std::uint64_t> bytes;
  std::set<Key> counted;
  std::set<std::pair<std::string, std::string>> documents;
  std::set<std::string> catalogues;
  for (const PlannedStep& step : plan.steps) {
    for (const PlannedDocument& document : step.documents) {
      const std::string& key = document.repository->key;
      const bool first = document.bytes > 0 && documents.emplace(key, document.name).second;
      bytes[key] += first ? document.bytes : 0;
    }
    for (const Model* control : step.controls) addHeaders(*control, catalogues, bytes);
    for (const auto& [model, ranges] : rangesOf(step)) {
      addHeaders(*model, catalogues, bytes);
      for (const ByteRange& range : ranges) {
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
