#include "plan/plan.hpp"

#include <algorithm>
#include <set>

#include <kindred/error.hpp>

#include "models/names.hpp"
#include "plan/codes.hpp"
#include "plan/counterparts.hpp"
#include "plan/documents.hpp"

namespace kindred::plan {
namespace {

using recipe::Pairing;
using recipe::Verb;

// Selected tensors that take part in a pair.
std::vector<const Selected*> taking(const std::vector<Selected>& side,
                                    const std::vector<PairIndex>& pairs,
                                    std::size_t PairIndex::*of_pair) {
  std::set<std::size_t> used;
  for (const PairIndex& pair : pairs) used.insert(pair.*of_pair);
  std::vector<const Selected*> list;
  for (const std::size_t i : used) list.push_back(&side[i]);
  return list;
}

std::vector<const Selected*> all(const std::vector<Selected>& side) {
  std::vector<const Selected*> list;
  for (const Selected& selected : side) list.push_back(&selected);
  return list;
}

// Each range of real files once, by place.
std::vector<ByteRange> sortedOnce(const std::vector<ByteRange>& wanted) {
  std::vector<ByteRange> ranges;
  for (const ByteRange& range : wanted) {
    const std::vector<ByteRange> real = stored(range);
    ranges.insert(ranges.end(), real.begin(), real.end());
  }
  std::sort(ranges.begin(), ranges.end());
  ranges.erase(std::unique(ranges.begin(), ranges.end()), ranges.end());
  return ranges;
}

std::vector<ByteRange> sampledRanges(const std::vector<const Selected*>& tensors,
                                     const recipe::Sample& sample) {
  std::vector<ByteRange> ranges;
  for (const Selected* selected : tensors) {
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
    const auto add = [&](auto&& planned) { plan_.steps.emplace_back(std::move(planned)); };
    const StepBase base{&step, &tools};
    if (step.verb == Verb::inventory) {
      add(inventory(base));
    } else if (readsDocuments(step)) {
      CompareDocuments planned{base, std::move(documents)};
      priceDocuments(planned);
      add(std::move(planned));
    } else if (step.verb == Verb::survey) {
      add(survey(base));
    } else if (step.verb == Verb::describe) {
      add(description(base));
    } else if (tools.matrix_test) {
      add(testOfModels(base));
    } else if (!step.of.empty()) {
      add(TestTable{base});
    } else if (step.pairing == Pairing::content && step.verb == Verb::test) {
      add(testOfContents(base));
    } else if (step.pairing == Pairing::content) {
      add(sets(base));
    } else if (step.verb == Verb::test) {
      add(paired<TestRows>(base));
    } else {
      add(paired<ComparePairs>(base));
    }
  }

  TakeInventory inventory(const StepBase& base) {
    TakeInventory planned{base, {}};
    for (const std::string& key : base.step->models) planned.models.push_back(&models_.model(key));
    return planned;
  }

  DescribeTensors description(const StepBase& base) {
    DescribeTensors planned{base, &models_.model(base.step->models.front()), {}};
    planned.tensors = select(*planned.model, base.step->selection);
    addCost(planned, rangesOf(planned));
    planned.work = planned.bytes;
    return planned;
  }

  RunSurvey survey(const StepBase& base) {
    RunSurvey planned{base, {}};
    for (const std::string& key : base.step->models) {
      planned.surveyed.push_back(surveyed(key, *base.step));
    }
    addCost(planned, rangesOf(planned));
    planned.work = planned.bytes;
    return planned;
  }

  Surveyed surveyed(const std::string& key, const recipe::Step& step) {
    Surveyed surveyed{&models_.model(key), {}};
    surveyed.tensors = select(*surveyed.model, step.selection);
    std::erase_if(surveyed.tensors, [](const Selected& selected) {
      return models::shown(*selected.view.tensor) == models::Shown::nothing;
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
                return models::naturalLess(a.name, b.name);
              });
    return surveyed;
  }

  TwoSides sides(const StepBase& base) {
    const recipe::Step& step = *base.step;
    TwoSides planned{base, &models_.model(step.models.front()), nullptr, {}, {}};
    planned.a = select(*planned.model_a, step.selection);
    if (step.pairing == Pairing::within) {
      planned.model_b = planned.model_a;
      planned.b = planned.a;
    } else {
      planned.model_b = &models_.model(step.models.back());
      planned.b = select(*planned.model_b, step.selection);
    }
    return planned;
  }

  MatchSets sets(const StepBase& base) {
    MatchSets planned{sides(base)};
    listLeftOut(pair(*base.step, planned.a, planned.b));
    addCost(planned, rangesOf(planned));
    planned.work = planned.bytes;
    return planned;
  }

  TestContents testOfContents(const StepBase& base) {
    TestContents planned{sides(base)};
    listLeftOut(pair(*base.step, planned.a, planned.b));
    for (const Model* model : {planned.model_a, planned.model_b}) listCodes(*model, *base.step);
    return planned;
  }

  template <class Kind>
  Kind paired(const StepBase& base) {
    Kind planned{sides(base), {}};
    const recipe::Step& step = *base.step;
    if (step.pairing == Pairing::counterparts) {
      planned.pairs = counterparts(*planned.model_a, planned.a, *planned.model_b, planned.b);
    } else {
      Pairs made = pair(step, planned.a, planned.b);
      planned.pairs = std::move(made.pairs);
      if (planned.pairs.empty()) comparesNothing(step, made);
      listLeftOut(made);
      for (LeftOut& left : codesOf(planned.pairs, planned.a, planned.b, step.name)) {
        plan_.left_out.push_back(std::move(left));
      }
    }
    addCost(planned, rangesOf(planned));
    for (const PairIndex& pair : planned.pairs) {
      for (const Selected* s : {&planned.a[pair.a], &planned.b[pair.b]}) {
        const std::uint64_t elements = sampled(step.sample, s->view.info.elements);
        planned.work += elements * info(s->view.info.dtype).bits / 8;
      }
    }
    return planned;
  }

  [[noreturn]] static void comparesNothing(const recipe::Step& step, const Pairs& made) {
    throw inputError(
        recipe::text(step.place),
        "step '" + step.name + "' compares nothing: " +
            (made.left_out.empty() ? "no tensor of '" + step.models.front() + "' meets one of '" +
                                         step.models.back() + "' by this pairing"
                                   : made.left_out.front().reason),
        "kindred inspect shows names and shapes; pair by role, by map or by layer");
  }

  void listLeftOut(const Pairs& made) {
    plan_.left_out.insert(plan_.left_out.end(), made.left_out.begin(), made.left_out.end());
  }

  TestModels testOfModels(const StepBase& base) {
    const recipe::Step& step = *base.step;
    TestModels planned{
        base, &models_.model(step.models.front()), &models_.model(step.models.back()), {}, {}};
    std::vector<const Model*> all{planned.model_a, planned.model_b};
    const bool calibrated = base.tools->matrix_test->calibrated();
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
    return planned;
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

  static void addCost(StepBase& planned, const std::vector<ModelRanges>& reads) {
    for (const auto& [model, read] : reads) {
      std::vector<PlannedRange> ranges;
      for (const ByteRange& range : read) {
        planned.bytes += range.length;
        ranges.push_back({range.shard->file.get(), range.offset, range.length});
      }
      if (model->source->remote()) planned.requests += model->source->price(ranges).requests;
    }
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

ByteRange bytesOf(const models::View& view, const Run& run) {
  // The catalogue has checked that elements * bits fits in the file's size.
  const unsigned bits = info(view.info.dtype).bits;
  const std::uint64_t first = (view.first + run.first) * bits / 8;
  const std::uint64_t end = ((view.first + run.first + run.count) * bits + 7) / 8;
  return {view.shard, view.offset + first, end - first};
}

ByteRange bytesOfRows(const models::View& view, std::uint64_t first, std::uint64_t count) {
  const std::uint64_t columns = view.info.shape.empty() ? 1 : view.info.shape.back();
  if (view.isRun() || count == 0 || columns == 0) {
    return bytesOf(view, {first * columns, count * columns});
  }
  const std::uint64_t begin = view.rowAt(first);
  const std::uint64_t end = view.rowAt(first + count - 1) + (columns - 1) * view.column_step + 1;
  return bytesOf(view, {begin, end - begin});
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

namespace {

// Of one model on both sides every range once.
std::vector<ModelRanges> rangesOf(const Model* model_a, std::vector<ByteRange> a,
                                  const Model* model_b, std::vector<ByteRange> b) {
  if (model_a == model_b) {
    b.insert(b.end(), a.begin(), a.end());
    return {{model_b, sortedOnce(b)}};
  }
  return {{model_a, sortedOnce(a)}, {model_b, sortedOnce(b)}};
}

template <class Paired>
std::vector<ModelRanges> rangesOfPairs(const Paired& step) {
  const recipe::Sample& sample = step.step->sample;
  return rangesOf(step.model_a, sampledRanges(taking(step.a, step.pairs, &PairIndex::a), sample),
                  step.model_b, sampledRanges(taking(step.b, step.pairs, &PairIndex::b), sample));
}

}  // namespace

std::vector<ModelRanges> rangesOf(const PlannedStep& step) {
  using List = std::vector<ModelRanges>;
  return std::visit(
      ByKind{
          [](const ComparePairs& kind) { return rangesOfPairs(kind); },
          [](const TestRows& kind) { return rangesOfPairs(kind); },
          [](const MatchSets& kind) {
            return rangesOf(kind.model_a, sampledRanges(all(kind.a), {}), kind.model_b,
                            sampledRanges(all(kind.b), {}));
          },
          [](const DescribeTensors& kind) -> List {
            return {{kind.model, sortedOnce(sampledRanges(all(kind.tensors), kind.step->sample))}};
          },
          [](const RunSurvey& kind) {
            List list;
            const std::uint64_t most_rows = kind.tools->metrics.front().most_rows;
            for (const Surveyed& surveyed : kind.surveyed) {
              list.push_back({surveyed.model, sortedOnce(surveyedRanges(surveyed, most_rows))});
            }
            return list;
          },
          [](const auto&) { return List(); },
      },
      step);
}

std::vector<const Model*> modelsOf(const PlannedStep& step) {
  using List = std::vector<const Model*>;
  return std::visit(ByKind{
                        [](const TwoSides& kind) {
                          return List{kind.model_a, kind.model_b};
                        },
                        [](const DescribeTensors& kind) { return List{kind.model}; },
                        [](const RunSurvey& kind) {
                          List list;
                          for (const Surveyed& one : kind.surveyed) list.push_back(one.model);
                          return list;
                        },
                        [](const TakeInventory& kind) { return kind.models; },
                        [](const TestModels& kind) {
                          List list{kind.model_a, kind.model_b};
                          list.insert(list.end(), kind.controls.begin(), kind.controls.end());
                          return list;
                        },
                        [](const CompareDocuments&) { return List(); },
                        [](const TestTable&) { return List(); },
                    },
                    step);
}

namespace {

void addHeaders(const Model& model, std::set<std::string>& counted,
                std::map<std::string, std::uint64_t>& bytes) {
  if (!counted.insert(model.key).second) return;
  for (const models::Shard& shard : model.checkpoint.shards()) {
    bytes[model.key] += shard.header_bytes;
  }
}

}  // namespace

std::map<std::string, std::uint64_t> bytesByModel(const Plan& plan) {
  std::map<std::string, std::uint64_t> bytes;
  std::set<ByteRange> counted;
  std::set<std::pair<std::string, std::string>> documents;
  std::set<std::string> catalogues;
  for (const PlannedStep& step : plan.steps) {
    if (const auto* compared = std::get_if<CompareDocuments>(&step)) {
      for (const PlannedDocument& document : compared->documents) {
        const std::string& key = document.repository->key;
        const bool first = document.bytes > 0 && documents.emplace(key, document.name).second;
        bytes[key] += first ? document.bytes : 0;
      }
    }
    for (const Model* model : modelsOf(step)) addHeaders(*model, catalogues, bytes);
    for (const auto& [model, ranges] : rangesOf(step)) {
      for (const ByteRange& range : ranges) {
        if (counted.insert(range).second) {
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
