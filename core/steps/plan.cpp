#include "steps/plan.hpp"

#include <algorithm>
#include <functional>

#include "plan/codes.hpp"
#include "steps/planning.hpp"

namespace kindred::steps {
namespace {

void addHeaders(const plan::Model& model, std::set<std::string>& counted,
                std::map<std::string, std::uint64_t>& bytes) {
  if (!counted.insert(model.filesKey()).second) return;
  for (const models::Shard& shard : model.checkpoint.shards()) {
    bytes[model.filesKey()] += shard.header_bytes;
  }
}

// Bytes that lie in any of the ranges.
std::uint64_t covered(std::vector<plan::ByteRange> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const plan::ByteRange& x, const plan::ByteRange& y) {
    const auto *file_x = x.shard->file.get(), *file_y = y.shard->file.get();
    return file_x == file_y ? x.offset < y.offset : std::less<>()(file_x, file_y);
  });
  std::uint64_t bytes = 0, end = 0;
  const File* file = nullptr;
  for (const plan::ByteRange& range : ranges) {
    if (range.shard->file.get() != file) end = 0;
    file = range.shard->file.get();
    const std::uint64_t first = std::max(end, range.offset);
    end = std::max(end, range.offset + range.length);
    bytes += end - std::min(first, end);
  }
  return bytes;
}

}  // namespace

std::uint64_t memoryOf(const StepBase& step) {
  const bool local = std::none_of(step.models.begin(), step.models.end(),
                                  [](const plan::Model* model) { return model->source->remote(); });
  return local && step.bytes > plan::kHeldBytes ? std::uint64_t{4} << 20
                                                : std::min(step.bytes, 2 * plan::kHeldBytes);
}

Plan Planning::run(const std::vector<ReadyStep>& steps) {
  openTogether(steps);
  const auto plan = [&](const auto& ready) {
    if (std::string why = hindrance(*ready.step); why.empty()) {
      planStep(ready, *this);
    } else {
      plan_.skipped.push_back({ready.step->name, 1, std::move(why)});
    }
  };
  for (const ReadyStep& step : steps) std::visit(plan, step);
  plan_.headers = models_.spent();
  return std::move(plan_);
}

// What waits for a server waits for all of it together.
void Planning::openTogether(const std::vector<ReadyStep>& steps) {
  models_.openRepositories();
  std::set<std::string> with_headers;
  const auto open = [&]<class Asked>(const Ready<Asked>& ready) {
    if constexpr (AboutDocuments<Asked>) {
      if (!hindrance(*ready.step).empty()) return;
      documents_[ready.step] = openDocuments(*ready.step, Asked::kKind, models_);
    } else {
      with_headers.insert(ready.step->models.begin(), ready.step->models.end());
    }
    if constexpr (std::is_same_v<Asked, asked::PairTest>) {
      const WholeModelTest* whole = wholeModelTest(ready.tools);
      if (whole == nullptr || !whole->test->calibrated()) return;
      const std::vector<std::string> controls = models_.controlKeys();
      with_headers.insert(controls.begin(), controls.end());
    }
  };
  for (const ReadyStep& step : steps) std::visit(open, step);
  models_.openTogether(with_headers);
}

std::string Planning::hindrance(const Step& step) const {
  for (const std::string& key : step.models) {
    const auto missing = models_.missing().find(key);
    if (missing == models_.missing().end()) continue;
    return plan::unopenedText(key, missing->second);
  }
  const auto* table = std::get_if<asked::TableTest>(&step.kind);
  if (table == nullptr) return {};
  const auto without =
      std::find_if(plan_.skipped.begin(), plan_.skipped.end(),
                   [&](const results::Skipped& s) { return s.step == table->address.step; });
  return without == plan_.skipped.end() ? "" : without->reason;
}

void Planning::leaveOut(const Step& step, std::vector<plan::LeftOut> list) {
  for (plan::LeftOut& left : list) {
    left.step = step.name;
    plan_.left_out.push_back(std::move(left));
  }
}

void Planning::leaveCodesOut(const plan::Model& model, const Step& step) {
  if (model.whole != nullptr) return;  // listed with its whole
  if (listed_.insert(&model).second) leaveOut(step, plan::codesOf(model, step.name));
}

TwoSides Planning::sides(const Step& step, const recipe::Selection& selection,
                         const recipe::Meeting& meeting) {
  TwoSides planned;
  planned.step = &step;
  planned.model_a = &models_.model(step.models.front());
  planned.a = plan::select(*planned.model_a, selection);
  if (meeting.by == recipe::Pairing::within) {
    planned.model_b = planned.model_a;
    planned.b = planned.a;
  } else {
    planned.model_b = &models_.model(step.models.back());
    planned.b = plan::select(*planned.model_b, selection);
  }
  planned.models = {planned.model_a, planned.model_b};
  return planned;
}

void Planning::price(StepBase& planned, std::vector<ModelRanges> reads) {
  for (ModelRanges& read : reads) {
    read.ranges = plan::storedOnce(read.ranges);
    std::vector<PlannedRange> ranges;
    for (const plan::ByteRange& range : read.ranges) {
      planned.bytes += range.length;
      ranges.push_back({range.shard->file.get(), range.offset, range.length});
    }
    const Source& source = *read.model->source;
    if (source.remote()) planned.requests += source.price(ranges).requests;
  }
  planned.work = planned.bytes;
  planned.reads = std::move(reads);
}

void Planning::priceSides(TwoSides& planned, std::vector<plan::ByteRange> a,
                          std::vector<plan::ByteRange> b) {
  if (planned.model_a != planned.model_b) {
    return price(planned, {{planned.model_a, std::move(a)}, {planned.model_b, std::move(b)}});
  }
  b.insert(b.end(), a.begin(), a.end());
  price(planned, {{planned.model_b, std::move(b)}});
}

Plan makePlan(const std::vector<ReadyStep>& steps, plan::Models& models) {
  return Planning(models).run(steps);
}

const plan::WeightReading* Plan::reading(const plan::Model& model,
                                         const plan::ReadLimit& limit) const {
  const auto found = readings.find({&model, limit});
  return found == readings.end() ? nullptr : &found->second;
}

std::size_t stagesOf(const Plan& plan) {
  std::size_t stages = 1, drawn = 0;
  for (const PlannedStep& step : plan.steps) {
    if (const auto* test = std::get_if<TestModels>(&step)) {
      stages = std::max(stages, test->read.size());
      if (test->drawn) drawn = 1;
    }
  }
  return stages + drawn;
}

std::uint64_t memoryOf(const Plan& plan) {
  std::uint64_t largest = 0, prepared = 0, working = 0;
  std::set<const plan::Model*> models;
  for (const PlannedStep& step : plan.steps) {
    largest = std::max(largest, base(step).memory);
    const auto* test = std::get_if<TestModels>(&step);
    if (test == nullptr) continue;
    working = std::max(working, test->memory - sizeof(float) * test->elements);
    for (const plan::Model* model : test->models) {
      const plan::WeightReading* reading = plan.reading(*model, {test->read.back()});
      if (reading == nullptr || !models.insert(model).second) continue;
      prepared += sizeof(float) * plan::elementsRead(*reading);
    }
  }
  return std::max(largest, prepared + working);
}

std::map<std::string, std::uint64_t> bytesByModel(const Plan& plan) {
  std::map<std::string, std::uint64_t> bytes;
  std::map<std::string, std::vector<plan::ByteRange>> read;
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
    for (const plan::Model* model : base(step).models) addHeaders(*model, catalogues, bytes);
    for (const auto& [model, ranges] : base(step).reads) {
      std::vector<plan::ByteRange>& all = read[model->filesKey()];
      all.insert(all.end(), ranges.begin(), ranges.end());
    }
  }
  for (auto& [key, ranges] : read) bytes[key] += covered(std::move(ranges));
  return bytes;
}

std::map<std::string, std::uint64_t> passesByModel(const Plan& plan) {
  std::map<std::string, std::uint64_t> bytes;
  std::map<std::string, std::vector<plan::ByteRange>> shared;
  for (const PlannedStep& step : plan.steps) {
    const bool shares = std::holds_alternative<TestModels>(step);
    for (const auto& [model, ranges] : base(step).reads) {
      std::vector<plan::ByteRange>& all = shared[model->filesKey()];
      if (shares) {
        all.insert(all.end(), ranges.begin(), ranges.end());
      } else {
        for (const plan::ByteRange& range : ranges) bytes[model->filesKey()] += range.length;
      }
    }
  }
  for (auto& [key, ranges] : shared) bytes[key] += covered(std::move(ranges));
  return bytes;
}

std::uint64_t fetchedBytes(const Plan& plan) {
  std::map<const Source*, std::vector<plan::ByteRange>> read;
  std::set<std::pair<std::string, std::string>> documents;
  std::uint64_t bytes = plan.headers.bytes;
  for (const PlannedStep& step : plan.steps) {
    if (const auto* compared = std::get_if<CompareDocuments>(&step)) {
      for (const PlannedDocument& document : compared->documents) {
        const plan::Repository& repository = *document.repository;
        const bool first = documents.emplace(repository.key, document.name).second;
        if (first && repository.source->remote()) bytes += document.bytes;
      }
    }
    for (const auto& [model, ranges] : base(step).reads) {
      if (!model->source->remote()) continue;
      std::vector<plan::ByteRange>& all = read[model->source];
      all.insert(all.end(), ranges.begin(), ranges.end());
    }
  }
  for (auto& [source, all] : read) {
    std::vector<PlannedRange> ranges;
    for (const plan::ByteRange& range : plan::storedOnce(all)) {
      ranges.push_back({range.shard->file.get(), range.offset, range.length});
    }
    bytes += source->price(ranges).bytes;
  }
  return bytes;
}

}  // namespace kindred::steps
