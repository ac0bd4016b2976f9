// Steps that test: a table of figures that an earlier step measured, or two models. Which of the
// latter a plugin tests, rows of matrices or whole models, is known once it is loaded.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <kindred/matrix_test.hpp>
#include <kindred/test.hpp>

#include "plan/ranges.hpp"
#include "plan/reading.hpp"
#include "recipe/schema.hpp"
#include "recipe/values.hpp"
#include "run/executor.hpp"
#include "steps/planned.hpp"
#include "steps/test/content_reads.hpp"
#include "steps/types.hpp"

namespace kindred::steps {

struct Plan;

// The plugin that aligns models for tests of whole ones.
inline constexpr const char* kAlignerPlugin = "aligner";

// A test of whole models, with what aligns them.
struct WholeModelTest {
  std::unique_ptr<MatrixTest> test;
  std::unique_ptr<Aligner> aligner;
  std::uint64_t seed = 0;
};

namespace asked {

struct TableTest {
  static constexpr const char* kWord = "test";
  recipe::PluginUse test;
  std::string of;  // STEP.METRIC[.FIGURE]
  recipe::FigureAddress address;
  recipe::Place of_place;

  struct Tools {
    const plugin::Plugin* plugin = nullptr;
    std::unique_ptr<Test> test;
  };
};

struct PairTest {
  static constexpr const char* kWord = "test";
  recipe::PluginUse test;
  recipe::Selection selection;
  recipe::Meeting meeting;
  recipe::Sample sample;
  // Bytes of weights that it reads of each model, stage by stage.
  std::vector<std::uint64_t> read{plan::kDefaultRead};
  std::string beacon = {};       // that draws what a further stage reads; empty: there is none
  std::uint64_t check_null = 0;  // redraws of the reference's signs, which the test goes through

  struct Tools {
    const plugin::Plugin* plugin = nullptr;
    std::variant<std::unique_ptr<Test>, WholeModelTest> test;
  };
};

}  // namespace asked

// A test of figures that an earlier step measured.
struct TestTable : StepBase {
  const Ready<asked::TableTest>* ready = nullptr;
};

// A test of the rows of pairs of matrices.
struct TestRows : TwoSides {
  const Ready<asked::PairTest>* ready = nullptr;
  Test* test = nullptr;
  std::vector<plan::PairIndex> pairs;
};

// The same of matrices that their contents pair.
struct TestContents : TwoSides {
  const Ready<asked::PairTest>* ready = nullptr;
  Test* test = nullptr;
  std::vector<ContentRead> reads_of_a, reads_of_b;
};

// A test of two whole models.
struct TestModels : StepBase {
  const Ready<asked::PairTest>* ready = nullptr;
  const WholeModelTest* test = nullptr;
  const plan::Model* model_a = nullptr;
  const plan::Model* model_b = nullptr;
  std::vector<const plan::Model*> controls;  // whose pairs calibrate the test
  // Bytes to read of each model, stage by stage; ends with the first stage that reads both whole.
  // Calibrated tests have one stage, the last.
  std::vector<std::uint64_t> read;
  // Of a stage after those, of which nobody could know what it reads; none where a beacon would
  // draw nothing, since both models are read whole at once.
  std::optional<plan::ReadLimit> drawn = {};
  std::uint64_t elements = 0;  // of all its models, that its last stage reads
};

asked::TableTest::Tools makeTools(const asked::TableTest& asked, ToolMaker& maker);
asked::PairTest::Tools makeTools(const asked::PairTest& asked, ToolMaker& maker);
// Null: no test of whole models.
const WholeModelTest* wholeModelTest(const asked::PairTest::Tools& tools);
void planStep(const Ready<asked::TableTest>& ready, Planning& planning);
void planStep(const Ready<asked::PairTest>& ready, Planning& planning);

// What is read stands in profiles as floats, and tests compute with as much again.
inline std::uint64_t memoryOf(const TestModels& step) {
  return 2 * sizeof(float) * step.elements + std::min(step.bytes, plan::kHeldBytes);
}

// Findings.
results::StepResult run(const TestTable& step, const results::StepResult& earlier,
                        run::Executor& executor);
results::StepResult run(const TestRows& step, run::Executor& executor);
results::StepResult run(const TestContents& step, run::Executor& executor);
// Together, so that what is computed of a model or a pair is computed once. Earlier findings say
// with them which pairs are related.
results::StepResult run(const std::vector<const TestModels*>& steps, const Plan& plan,
                        const results::StepResult& earlier, run::Executor& executor);

struct TestSteps {
  using Asked = Types<asked::TableTest, asked::PairTest>;
  using Planned = Types<TestTable, TestRows, TestContents, TestModels>;
  static constexpr const char* kWords = "test";
  static constexpr bool kNamesModels = true, kMeasures = true;
  static std::span<const recipe::Key> keys();
  static std::variant<asked::TableTest, asked::PairTest> read(StepReading& reading);
};

}  // namespace kindred::steps
