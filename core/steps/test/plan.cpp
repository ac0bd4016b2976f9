#include <algorithm>
#include <cstdlib>

#include "steps/planning.hpp"
#include "steps/test/adapter_pairs.hpp"
#include "steps/tool_maker.hpp"

namespace kindred::steps {
namespace {

WholeModelTest makeWholeModelTest(const recipe::PluginUse& use, const plugin::Plugin& plugin,
                                  ToolMaker& maker) {
  WholeModelTest tools;
  const auto seed = std::find_if(use.parameters.begin(), use.parameters.end(),
                                 [](const auto& given) { return given.name == "seed"; });
  if (seed != use.parameters.end()) tools.seed = std::strtoull(seed->value.c_str(), nullptr, 10);
  tools.test = maker.make(use, plugin, &plugin::Plugin::makeMatrixTest);
  recipe::PluginUse aligner;
  aligner.plugin = kAlignerPlugin;
  aligner.place = use.place;
  if (const plugin::Plugin* found = maker.find(aligner)) {
    tools.aligner = maker.make(aligner, *found, &plugin::Plugin::makeAligner);
  }
  return tools;
}

std::uint64_t bytesOf(const plan::Model& model) {
  std::uint64_t bytes = 0;
  for (const models::Tensor& tensor : model.checkpoint.tensors()) bytes += tensor.bytes;
  return bytes;
}

// Works out the reading where it is not known yet; whether it takes in all of the model.
bool isWhole(const plan::Model& model, const plan::ReadLimit& limit, Plan& plan) {
  if (model.checkpoint.adapter() != nullptr) return bytesOf(model) <= limit.bytes;
  if (model.architecture == nullptr) return true;
  const auto [at, fresh] = plan.readings.try_emplace({&model, limit});
  if (fresh) at->second = plan::readingOf(model, limit);
  return at->second.whole;
}

// A bare adapter's components are paired one by one, by no rule that a beacon could replace.
bool isDrawn(const TestModels& planned, const std::string& beacon) {
  return !beacon.empty() && !planned.test->test->calibrated() &&
         std::none_of(planned.models.begin(), planned.models.end(), [](const plan::Model* model) {
           return model->architecture == nullptr || model->checkpoint.adapter() != nullptr;
         });
}

// What the two stages that read most read of a model.
std::vector<plan::ByteRange> rangesOf(const plan::Model& model, const TestModels& planned,
                                      const Plan& plan) {
  std::vector<plan::ByteRange> ranges;
  std::vector<plan::ReadLimit> limits{{planned.read.back()}};
  if (planned.drawn) limits.push_back(*planned.drawn);
  for (const plan::ReadLimit& limit : limits) {
    const plan::WeightReading* reading = plan.reading(model, limit);
    if (reading == nullptr) continue;
    for (const plan::ByteRange& range : plan::rangesOf(*reading)) ranges.push_back(range);
  }
  return ranges;
}

// What of a control stands beside two components: its part of their kind; null: it has none.
const plan::Model* likePart(const plan::Model& control, models::Component kind) {
  for (const auto& part : control.components) {
    if (part->architecture->component() == kind) return part.get();
  }
  const bool alone = control.components.empty() && control.architecture != nullptr &&
                     control.architecture->component() == kind;
  return alone ? &control : nullptr;
}

// The two, and the controls that are neither.
void setModels(TestModels& planned, const plan::Model& a, const plan::Model& b,
               Planning& planning) {
  planned.model_a = &a;
  planned.model_b = &b;
  planned.models = {planned.model_a, planned.model_b};
  if (!planned.test->test->calibrated()) return;
  const bool parts = a.whole != nullptr || b.whole != nullptr;
  for (const plan::Model* control : planning.models().controls()) {
    if (control == &a || control == a.whole || control == &b || control == b.whole) continue;
    if (parts) control = likePart(*control, a.architecture->component());
    if (control == nullptr) continue;
    planned.controls.push_back(control);
    planned.models.push_back(control);
  }
}

void planModels(const Ready<asked::PairTest>& ready, const WholeModelTest& test,
                const plan::Model& a, const plan::Model& b, Planning& planning) {
  TestModels planned{{ready.step}, &ready, &test, nullptr, nullptr, {}, {}};
  setModels(planned, a, b, planning);
  for (const plan::Model* model : planned.models) planning.leaveCodesOut(*model, *ready.step);
  const auto areWhole = [&](const plan::ReadLimit& limit) {
    bool whole = true;
    for (const plan::Model* model : planned.models) {
      whole = isWhole(*model, limit, planning.made()) && whole;
    }
    return whole;
  };
  bool whole = false;
  for (const std::uint64_t budget : ready.asked->read) {
    whole = areWhole({budget});
    if (test.test->calibrated()) planned.read.clear();
    planned.read.push_back(budget);
    if (whole) break;
  }
  const bool at_once = whole && planned.read.size() == 1;
  if (!at_once && isDrawn(planned, ready.asked->beacon)) {
    planned.drawn = plan::ReadLimit{planned.read.back(), ready.asked->beacon};
    areWhole(*planned.drawn);
  }
  std::vector<ModelRanges> reads;
  for (const plan::Model* model : planned.models) {
    const plan::WeightReading* reading = planning.made().reading(*model, {planned.read.back()});
    if (reading == nullptr) continue;
    planned.elements += plan::elementsRead(*reading);
    reads.push_back({model, rangesOf(*model, planned, planning.made())});
  }
  if (a.checkpoint.adapter() != nullptr && b.checkpoint.adapter() != nullptr) {
    auto [of_a, of_b] = adapterReads(a, b, planned.read.back());
    reads.push_back({&a, std::move(of_a)});
    reads.push_back({&b, std::move(of_b)});
  }
  Planning::price(planned, std::move(reads));
  planned.work = 0;  // no metric sees it
  planning.add(std::move(planned));
}

// The models as they are, and their components that may be counterparts.
void planWholeModels(const Ready<asked::PairTest>& ready, const WholeModelTest& test,
                     Planning& planning) {
  const std::vector<std::string>& keys = ready.step->models;
  const plan::Model& a = planning.models().model(keys.front());
  const plan::Model& b = planning.models().model(keys.back());
  planModels(ready, test, a, b, planning);
  for (const plan::ComponentPair& pair : plan::componentPairs(a, b)) {
    if (!pair.own) planModels(ready, test, *pair.a, *pair.b, planning);
  }
}

void planContents(const Ready<asked::PairTest>& ready, Test* test, TwoSides sides,
                  Planning& planning) {
  ContentReads reads = contentReads(sides, ready.asked->read.back());
  planning.leaveOut(*ready.step, std::move(reads.left_out));
  TestContents planned{std::move(sides), &ready, test, std::move(reads.a), std::move(reads.b)};
  Planning::priceSides(planned, rangesOf(planned.reads_of_a, planned.a),
                       rangesOf(planned.reads_of_b, planned.b));
  planned.work = 0;  // no metric sees it
  planning.add(std::move(planned));
}

}  // namespace

const WholeModelTest* wholeModelTest(const asked::PairTest::Tools& tools) {
  return std::get_if<WholeModelTest>(&tools.test);
}

asked::TableTest::Tools makeTools(const asked::TableTest& asked, ToolMaker& maker) {
  asked::TableTest::Tools tools{maker.find(asked.test), nullptr};
  if (tools.plugin == nullptr) return tools;
  if (tools.plugin->kind() != kindred::Kind::matrix_test) {
    tools.test = maker.make(asked.test, *tools.plugin, &plugin::Plugin::makeTest);
    return tools;
  }
  maker.report(asked.of_place,
               "test '" + tools.plugin->name() + "' works on models, not on a table",
               "name two models with 'compare'");
  maker.make(asked.test, *tools.plugin, &plugin::Plugin::makeMatrixTest);
  return tools;
}

asked::PairTest::Tools makeTools(const asked::PairTest& asked, ToolMaker& maker) {
  asked::PairTest::Tools tools{maker.find(asked.test), {}};
  if (tools.plugin == nullptr) return tools;
  if (tools.plugin->kind() == kindred::Kind::matrix_test) {
    tools.test = makeWholeModelTest(asked.test, *tools.plugin, maker);
  } else {
    tools.test = maker.make(asked.test, *tools.plugin, &plugin::Plugin::makeTest);
  }
  return tools;
}

void planStep(const Ready<asked::TableTest>& ready, Planning& planning) {
  planning.add(TestTable{{ready.step}, &ready});
}

void planStep(const Ready<asked::PairTest>& ready, Planning& planning) {
  const asked::PairTest& asked = *ready.asked;
  if (const WholeModelTest* test = wholeModelTest(ready.tools)) {
    return planWholeModels(ready, *test, planning);
  }
  Test* test = std::get<std::unique_ptr<Test>>(ready.tools.test).get();
  TwoSides sides = planning.sides(*ready.step, asked.selection, asked.meeting);
  if (asked.meeting.by == recipe::Pairing::content) {
    for (const plan::Model* model : sides.models) planning.leaveCodesOut(*model, *ready.step);
    return planContents(ready, test, std::move(sides), planning);
  }
  TestRows planned{std::move(sides), &ready, test, {}};
  planned.pairs = planPairs(asked.meeting, asked.sample, planned, planning);
  planning.add(std::move(planned));
}

}  // namespace kindred::steps
