// What a recipe would read, and that a run reads it.
#include "steps/plan.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "job.hpp"
#include "support/quantised.hpp"

namespace kindred::steps::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::vector<support::TestTensor> layered(std::uint64_t seed) {
  std::vector<support::TestTensor> tensors;
  for (const char* name : {"l.0.up", "l.1.up", "l.2.up"}) {
    tensors.push_back(support::randomTensor(name, DType::F32, {40, 16}, seed++));
  }
  tensors.push_back(support::randomTensor("norm", DType::BF16, {16}, seed));
  return tensors;
}

// Two models of a few tensors that no family knows.
struct TwoModels : Job {
  TwoModels() {
    put("a", layered(1));
    put("b", layered(11));
  }
};

// (model, file, offset, length) of all that a step says it reads.
using Read = std::tuple<std::string, std::string, std::uint64_t, std::uint64_t>;
std::set<Read> planned(const Plan& plan) {
  std::set<Read> reads;
  for (const PlannedStep& step : plan.steps) {
    for (const auto& [model, ranges] : base(step).reads) {
      for (const plan::ByteRange& range : ranges) {
        reads.emplace(model->key, range.shard->name, range.offset, range.length);
      }
    }
  }
  return reads;
}
std::set<Read> done(const results::Results& results) {
  std::set<Read> reads;
  for (const results::RangeRead& range : results.ranges) {
    reads.emplace(range.model, range.file, range.offset, range.length);
  }
  return reads;
}
std::uint64_t bytesOf(const std::set<Read>& reads, const std::string& model) {
  std::uint64_t bytes = 0;
  for (const auto& [key, file, offset, length] : reads) bytes += key == model ? length : 0;
  return bytes;
}

class StepsThatRead : public ::testing::TestWithParam<const char*> {};

TEST_P(StepsThatRead, ReadWhatTheyPlanToAndNothingElse) {
  TwoModels job;
  const Plan plan = job.plan(std::string("  - {name: one, ") + GetParam() + "}\n");
  const std::set<Read> reads = planned(plan);
  ASSERT_FALSE(reads.empty());
  EXPECT_EQ(done(job.run(plan)), reads);
  EXPECT_EQ(base(plan.steps[0]).bytes, bytesOf(reads, "a") + bytesOf(reads, "b"));
}

INSTANTIATE_TEST_SUITE_P(
    OfEveryKind, StepsThatRead,
    ::testing::Values(
        "compare: [a, b], metrics: [cosine]",
        "compare: [a, b], metrics: [cosine, mad], sample: {head: 7}",
        "compare: [a, b], metrics: [cosine], sample: {blocks: 3, of: 8, seed: 5}",
        "compare: [a, b], select: [\"l.{layer}.up\"], pair: all-layers, metrics: [cosine]",
        "compare: a, select: [\"l.{layer}.up\"], pair: within, metrics: [cosine]",
        "compare: [a, b], pair: counterparts, metrics: [cosine]",
        "compare: [a, b], pair: {map: {l.0.up: l.2.up}}, metrics: [cosine]",
        "compare: [a, b], pair: content, metrics: [byte-hash]", "describe: a, metrics: [moments]",
        "describe: b, metrics: [moments], sample: {head: 100}"));

TEST(Plan, OfRowsIsWhatTheTestReads) {
  Job job;
  job.put("a", support::smallModel(support::Family::llama, 1));
  job.put("b", support::smallModel(support::Family::llama, 2));
  const Plan plan = job.plan(
      "  - {name: one, compare: [a, b], select: {role: mlp.up}, pair: same-layer,\n"
      "     test: {plugin: permutation-test}}\n");
  ASSERT_FALSE(planned(plan).empty());
  EXPECT_EQ(done(job.run(plan)), planned(plan));
}

TEST(Plan, OfASurveyBoundsWhatItReads) {
  TwoModels job;
  const Plan plan =
      job.plan("  - {name: one, compare: [a, b], select: [\"l.{layer}.up\"], survey: cka}\n");
  const std::set<Read> reads = done(job.run(plan));
  ASSERT_FALSE(reads.empty());
  for (const char* model : {"a", "b"}) {
    EXPECT_LE(bytesOf(reads, model), bytesOf(planned(plan), model)) << model;
  }
}

TEST(Plan, OfWholeModelsBoundsWhatTestsRead) {
  Job job;
  job.put("a", support::smallModel(support::Family::llama, 1));
  job.put("b", support::smallModel(support::Family::llama, 2));
  const Plan plan =
      job.plan("  - {name: one, compare: [a, b], test: {plugin: sign-test}, read: 30000}\n");
  const std::set<Read> reads = done(job.run(plan));
  std::uint64_t weights = 0;
  for (const auto& [key, file, offset, length] : reads) {
    weights += file == "model.safetensors" ? length : 0;
  }
  EXPECT_GT(weights, 0u);
  EXPECT_LE(weights, base(plan.steps[0]).bytes);
  EXPECT_LE(base(plan.steps[0]).bytes, 60000u) << "of two models";
}

// The same bytes in as few ranges as possible.
std::vector<Read> joined(const std::set<Read>& reads) {
  std::vector<Read> runs;
  for (const Read& read : reads) {
    const auto& [model, file, offset, length] = read;
    if (!runs.empty() &&
        std::tie(model, file) == std::tie(std::get<0>(runs.back()), std::get<1>(runs.back()))) {
      auto& [last_model, last_file, first, bytes] = runs.back();
      if (offset <= first + bytes) {
        bytes = std::max(bytes, offset + length - first);
        continue;
      }
    }
    runs.push_back(read);
  }
  return runs;
}

TEST(Plan, OfWholeModelsListsTheReadsThatItPrices) {
  Job job;
  job.put("a", support::smallModel(support::Family::llama, 1));
  job.put("b", support::smallModel(support::Family::mixed, 2));
  const Plan plan = job.plan("  - {name: one, compare: [a, b], test: {plugin: sign-test}}\n");
  const std::set<Read> reads = planned(plan);
  EXPECT_EQ(base(plan.steps[0]).bytes, bytesOf(reads, "a") + bytesOf(reads, "b"));
  std::size_t weights = 0;
  for (const Read& read : done(job.run(plan))) {
    const auto& [model, file, offset, length] = read;
    if (file != "model.safetensors") continue;
    ++weights;
    const std::vector<Read> listed = joined(reads);
    EXPECT_TRUE(std::any_of(listed.begin(), listed.end(),
                            [&, &where = read](const Read& run) {
                              return std::get<0>(run) == std::get<0>(where) &&
                                     std::get<1>(run) == std::get<1>(where) &&
                                     std::get<2>(run) <= std::get<2>(where) &&
                                     std::get<2>(where) + std::get<3>(where) <=
                                         std::get<2>(run) + std::get<3>(run);
                            }))
        << model << " from byte " << offset << ", " << length << " bytes";
  }
  EXPECT_GT(weights, 0u);
}

TEST(Plan, CountsBytesOnceThatStepsReadInDifferentPieces) {
  TwoModels job;
  const std::string whole = "  - {name: one, describe: a, metrics: [moments]}\n";
  const std::string part = "  - {name: two, describe: a, metrics: [moments], sample: {head: 7}}\n";
  EXPECT_EQ(bytesByModel(job.plan(whole + part)), bytesByModel(job.plan(whole)));
  EXPECT_NE(bytesByModel(job.plan(part)), bytesByModel(job.plan(whole)));
}

TEST(Plan, OfContentIsWhatFilesHoldAlsoWhereACodecMakesNumbersOfIt) {
  Job job;
  const support::Arrays arrays{{"up_proj.weight", {{64, 64}, std::vector<double>(64 * 64, 0.25)}}};
  for (const char* model : {"a", "b"}) {
    job.put(model, support::quantised(arrays, support::Quantised::fp8_rows));
    job.folder().write(std::string(model) + "/config.json",
                       support::quantisedConfig(R"({"x": 1})", support::Quantised::fp8_rows));
  }
  const Plan plan =
      job.plan("  - {name: one, compare: [a, b], pair: content, metrics: [byte-hash]}\n");
  EXPECT_EQ(done(job.run(plan)), planned(plan));
}

TEST(Plan, EndsWithTheFirstStageThatReadsBothModelsWhole) {
  Job job;
  job.put("a", support::smallModel(support::Family::llama, 1));
  job.put("b", support::smallModel(support::Family::llama, 2));
  const Plan plan = job.plan(
      "  - {name: one, compare: [a, b], test: {plugin: sign-test},\n"
      "     read: [20000, 50000000, 60000000]}\n");
  EXPECT_THAT(std::get<TestModels>(plan.steps[0]).read, ElementsAre(20000, 50000000));
  EXPECT_EQ(stagesOf(plan), 2u);
}

TEST(Plan, OfACalibratedTestOpensTheControlsThatAreNotAskedAbout) {
  Job job;
  job.put("a", support::smallModel(support::Family::llama, 1));
  job.put("b", support::smallModel(support::Family::llama, 2), "control");
  job.put("c", support::smallModel(support::Family::llama, 3), "control");
  const Plan plan = job.plan(
      "  - {name: exact, compare: [a, b], test: {plugin: sign-test}}\n"
      "  - {name: one, compare: [a, b], test: {plugin: gram}, read: [1000, 2000]}\n");
  EXPECT_THAT(std::get<TestModels>(plan.steps[0]).controls, IsEmpty());
  const auto& calibrated = std::get<TestModels>(plan.steps[1]);
  ASSERT_EQ(calibrated.controls.size(), 1u);
  EXPECT_EQ(calibrated.controls[0]->key, "c");
  EXPECT_THAT(calibrated.read, ElementsAre(2000)) << "controls are compared once";
}

TEST(Plan, CountsWhatSeveralPairsReadOnce) {
  TwoModels job;
  const Plan plan = job.plan(
      "  - {name: one, compare: [a, b], select: [\"l.{layer}.up\"], pair: all-layers,\n"
      "     metrics: [cosine]}\n");
  const StepBase& step = base(plan.steps[0]);
  EXPECT_EQ(step.pair_count, 9u);
  EXPECT_EQ(step.bytes, 2 * 3 * 40 * 16 * sizeof(float));
  EXPECT_EQ(step.work, 3 * step.bytes) << "each tensor meets three";
}

TEST(Plan, CountsWhatSeveralStepsReadOnce) {
  TwoModels job;
  const std::string step = "compare: [a, b], metrics: [cosine]}\n";
  const auto once = bytesByModel(job.plan("  - {name: one, " + step));
  const auto twice = bytesByModel(job.plan("  - {name: one, " + step + "  - {name: two, " + step +
                                           "  - {name: three, describe: a, metrics: [moments]}\n"));
  EXPECT_EQ(once, twice);
  EXPECT_GT(once.at("a"), 3 * 40 * 16 * sizeof(float) + 32) << "headers included";
}

TEST(Plan, ListsWhatHasNoCounterpartUnderItsStep) {
  TwoModels job;
  std::vector<support::TestTensor> more = layered(21);
  more.push_back(support::randomTensor("extra", DType::F32, {3}, 7));
  job.put("c", more);
  const Plan plan = job.plan("  - {name: one, compare: [a, c], metrics: [cosine]}\n");
  ASSERT_EQ(plan.left_out.size(), 1u);
  EXPECT_EQ(plan.left_out[0].step, "one");
  EXPECT_EQ(plan.left_out[0].tensor_b, "extra");
  EXPECT_EQ(plan.left_out[0].reason, "no counterpart in a");
}

TEST(Plan, ListsCodesOnceForAllStepsOverAModel) {
  Job job;
  for (const char* model : {"a", "b"}) {
    support::SmallModel content = support::smallModel(support::Family::llama, *model);
    content.tensors.push_back(support::randomTensor("codes", DType::U8, {64, 64}, 3));
    job.put(model, content);
  }
  const std::string test = "compare: [a, b], test: {plugin: sign-test}}\n";
  const Plan plan = job.plan("  - {name: one, " + test + "  - {name: two, " + test);
  ASSERT_EQ(plan.left_out.size(), 2u) << "of two models";
  EXPECT_EQ(plan.left_out[0].step, "one");
  EXPECT_EQ(plan.left_out[0].tensor_a, "codes");
  EXPECT_EQ(plan.left_out[1].step, "one");
}

TEST(Plan, RefusesAStepThatComparesNothing) {
  TwoModels job;
  job.put("c", {support::randomTensor("l.0.up", DType::F32, {5, 5}, 1)});
  const Error error = job.refusal("  - {name: one, compare: [a, c], metrics: [cosine]}\n");
  EXPECT_EQ(error.place(), "recipe.yaml:8:5");
  EXPECT_THAT(error.message(),
              HasSubstr("step 'one' compares nothing: shapes differ: [40, 16] and [5, 5]"));
}

TEST(Plan, RefusesASurveyOfCodesAlone) {
  Job job;
  for (const char* model : {"a", "b"}) {
    job.put(model, {support::randomTensor("codes", DType::U8, {64, 64}, 3)});
  }
  EXPECT_THAT(job.refusal("  - {name: one, compare: [a, b], survey: cka}\n").message(),
              HasSubstr("selects nothing but codes of model 'a'"));
}

TEST(Plan, OfDocumentsReadsThemWholeAndNoHeader) {
  TwoModels job;
  job.folder().write("a/config.json", "{\"x\": 1}");
  job.folder().write("b/config.json", "{\"x\": 22}");
  const Plan plan = job.plan("  - {name: one, configs: [a, b]}\n");
  EXPECT_EQ(base(plan.steps[0]).bytes, 8u + 9u);
  EXPECT_EQ(bytesByModel(plan), (std::map<std::string, std::uint64_t>{{"a", 8}, {"b", 9}}));
}

TEST(Plan, OfDocumentsSaysWhatAModelLacks) {
  TwoModels job;
  EXPECT_THAT(job.refusal("  - {name: one, tokenizers: [a, b]}\n").message(),
              HasSubstr("has no tokenizer.json"));
  EXPECT_THAT(job.refusal("  - {name: one, licence: a, against: \"file:" +
                          job.folder().write("own.txt", "Text.").string() + "\"}\n")
                  .message(),
              HasSubstr("has no LICENSE, LICENSE.txt, LICENSE.md or LICENCE"));
}

TEST(Plan, SaysWhatAStepKeepsInMemory) {
  Job job;
  job.put("a", {support::randomTensor("x", DType::F32, {1024, 10240}, 1)});
  const Plan plan = job.plan(
      "  - {name: large, describe: a, metrics: [moments]}\n"
      "  - {name: small, describe: a, metrics: [moments], sample: {head: 1000}}\n");
  EXPECT_EQ(base(plan.steps[0]).memory, std::uint64_t{4} << 20) << "streamed";
  EXPECT_EQ(base(plan.steps[1]).memory, 4000u) << "held";
}

// What is read stands in memory as floats; models of other pairs stay there.
TEST(Plan, OfWholeModelsSaysWhatTheyKeepInMemory) {
  Job job;
  std::uint64_t bytes = 0;  // of F32
  for (const char* model : {"a", "b", "c"}) {
    const support::SmallModel content = support::smallModel(support::Family::llama, 1);
    bytes = 0;
    for (const support::TestTensor& tensor : content.tensors) bytes += tensor.bytes.size();
    job.put(model, content);
  }
  const std::string pair = "test: {plugin: sign-test}}\n";
  const Plan one = job.plan("  - {name: one, compare: [a, b], " + pair);
  const Plan all =
      job.plan("  - {name: one, compare: [a, b], " + pair + "  - {name: two, compare: [a, c], " +
               pair + "  - {name: three, compare: [b, c], " + pair);
  EXPECT_GT(base(one.steps[0]).memory, 2 * bytes);
  EXPECT_EQ(memoryOf(one), base(one.steps[0]).memory);
  EXPECT_GT(memoryOf(all), memoryOf(one) + bytes / 2);
  EXPECT_LE(memoryOf(all), memoryOf(one) + bytes);
}

TEST(Plan, IsPrintedAndWrittenWithWhatItReads) {
  TwoModels job;
  const Plan plan = job.plan("  - {name: one, compare: [a, b], metrics: [cosine]}\n");
  EXPECT_THAT(describe(plan), HasSubstr("one                             4         0"));
  EXPECT_THAT(toJson(plan), HasSubstr("\"bytes\": " + std::to_string(base(plan.steps[0]).bytes)));
}

struct Misuse {
  const char* step;
  const char* message;
};
void PrintTo(const Misuse& misuse, std::ostream* out) { *out << misuse.step; }
class ToolsOfTheWrongKind : public ::testing::TestWithParam<Misuse> {};

TEST_P(ToolsOfTheWrongKind, AreRefusedWhereTheyAreNamed) {
  TwoModels job;
  const std::string problems = job.make(std::string("  - {name: one, ") + GetParam().step + "}\n");
  EXPECT_THAT(problems, StartsWith("recipe.yaml:7:"));
  EXPECT_THAT(problems, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    OfEveryKind, ToolsOfTheWrongKind,
    ::testing::Values(
        Misuse{"describe: a, metrics: [cosine]",
               "plugin 'cosine' compares pairs, but 'describe' looks at one tensor"},
        Misuse{"compare: [a, b], pair: content, metrics: [cosine]",
               "plugin 'cosine' compares pairs, but 'pair: content' makes none"},
        Misuse{"compare: [a, b], metrics: [byte-hash]",
               "plugin 'byte-hash' compares whole sets of tensors: the step needs 'pair: content'"},
        Misuse{"compare: [a, b], metrics: [moments]",
               "plugin 'moments' describes one tensor: the step needs 'describe'"},
        Misuse{"compare: [a, b], metrics: [local-mmap]", "is a source, not a metric"},
        Misuse{"compare: [a, b], metrics: [cka]", "is a survey: the step needs 'survey'"},
        Misuse{"compare: [a, b], metrics: [sign-test]", "is a test: the step needs 'test'"},
        Misuse{"compare: [a, b], survey: cosine", "not a survey"},
        Misuse{"compare: [a, b], metrics: [cosin]", "did you mean 'cosine'?"},
        Misuse{"compare: [a, b], metrics: [{plugin: cosine, centerd: true}]",
               "did you mean 'centred'?"}));

TEST(Tools, KnowTheFiguresThatExpectationsName) {
  TwoModels job;
  EXPECT_THAT(job.make("  - {name: one, compare: [a, b], metrics: [cosine]}\n"
                       "expect: [{figure: one.cosine.angel.mean, at-least: 0}]\n"),
              HasSubstr("metric 'cosine' has no figure 'angel'"));
  EXPECT_THAT(job.make("  - {name: one, compare: [a, b], test: {plugin: sign-test}}\n"
                       "expect: [{figure: one.nothing, at-least: 0}]\n"),
              HasSubstr("test 'sign-test' has no figure 'nothing'"));
}

TEST(Tools, KnowTheMetricsThatExpectationsAndTestsName) {
  TwoModels job;
  const std::string step = "  - {name: one, compare: [a, b], metrics: [cosine]}\n";
  EXPECT_THAT(job.make(step + "expect: [{figure: one.cosin.mean, at-least: 0}]\n"),
              HasSubstr("step 'one' has no metric 'cosin' (did you mean 'cosine'?)"));
  EXPECT_THAT(job.make(step + "expect: [{figure: one.mad.mean, at-least: 0}]\n"),
              HasSubstr("step 'one' has no metric 'mad' (known: cosine)"));
  EXPECT_THAT(
      job.make(step + "  - {name: two, test: {plugin: permutation-test, of: one.cosnie}}\n"),
      HasSubstr("step 'one' has no metric 'cosnie' (did you mean 'cosine'?)"));
}

TEST(Tools, ReportAMisspeltMetricWhereItStandsAndNotWhereItIsExpected) {
  TwoModels job;
  const std::string problems = job.make(
      "  - {name: one, compare: [a, b], metrics: [mad, cosin]}\n"
      "expect: [{figure: one.cosine.mean, at-least: 0}, {figure: one.other.mean, at-least: 0}]\n");
  EXPECT_THAT(problems, HasSubstr("there is no plugin 'cosin'"));
  EXPECT_THAT(problems, ::testing::Not(HasSubstr("has no metric")));
}

TEST(Tools, OfATestOfModelsRefuseATable) {
  TwoModels job;
  EXPECT_THAT(job.make("  - {name: one, compare: [a, b], metrics: [cosine]}\n"
                       "  - {name: two, test: {plugin: sign-test, of: one.cosine}}\n"),
              HasSubstr("test 'sign-test' works on models, not on a table"));
}

TEST(Tools, CountTheAlignerAmongThePluginsUsed) {
  TwoModels job;
  EXPECT_EQ(job.make("  - {name: one, compare: [a, b], test: {plugin: sign-test}}\n"), "");
  EXPECT_THAT(job.plugins(), ElementsAre("aligner", "local-mmap", "sign-test"));
}

}  // namespace
}  // namespace kindred::steps::testing
