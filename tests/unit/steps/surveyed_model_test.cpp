#include "steps/survey/surveyed_model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <csignal>

#include <kindred/error.hpp>

#include "run/interrupt.hpp"
#include "support/open_model.hpp"
#include "support/refusal.hpp"
#include "support/safetensors.hpp"
#include "support/sources.hpp"

namespace kindred::steps {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A model of eight vectors of two numbers and one matrix of 100 rows, behind a source that counts.
class SurveyedFile {
 public:
  explicit SurveyedFile(bool remote) : source_(remote) {
    std::vector<support::TestTensor> tensors;
    for (int layer = 0; layer < 8; ++layer) {
      tensors.push_back(support::tensorOf("layers." + std::to_string(layer) + ".norm", DType::F32,
                                          {2}, {1.0 * layer, 2.0 * layer}));
    }
    std::vector<double> values(300);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
    tensors.push_back(support::tensorOf("m", DType::BF16, {100, 3}, values));
    source_.put("org/m", "model.safetensors", support::safetensorsBytes(tensors));
    model_.key = "m";
    model_.source = &source_;
    model_.location = source_.open("org/m");
    model_.checkpoint = support::openStored("m", source_, *model_.location);
    surveyed_.model = &model_;
    for (const models::Tensor& tensor : model_.checkpoint.tensors()) {
      surveyed_.tensors.push_back({models::whole(model_.checkpoint, tensor), "", ""});
    }
    step_.name = "look";
    step_.place = {"recipe.yaml", 7, 5};
    before_ = source_.calls();
  }

  ReadingModel open() { return {step_, surveyed_, executor_, mutex_}; }
  std::uint64_t calls() const { return source_.calls() - before_; }

 private:
  support::MemorySource source_;
  plan::Model model_;
  Surveyed surveyed_;
  Step step_;
  run::Progress progress_{false};
  run::Executor executor_{progress_};
  std::mutex mutex_;
  std::uint64_t before_ = 0;
};

TEST(SurveyedModel, ReadsVectorsAndMatrices) {
  SurveyedFile file(false);
  const ReadingModel model = file.open();
  EXPECT_THAT(model.read(3).values, ElementsAre(3, 6));
  const Matrix matrix = model.read(8);
  EXPECT_EQ(matrix.rows, 100u);
  EXPECT_EQ(matrix.columns, 3u);
  EXPECT_EQ(matrix.tensor->name, "m");
  EXPECT_EQ(matrix.values[7], 7);
}

TEST(SurveyedModel, ReadsSmallTensorsOfARemoteModelAheadInOneCall) {
  SurveyedFile file(true);
  const ReadingModel model = file.open();
  for (std::size_t layer = 0; layer < 8; ++layer) model.read(layer);
  EXPECT_EQ(file.calls(), 1u);
  EXPECT_EQ(model.takeRanges().size(), 9u);
}

TEST(SurveyedModel, ReadsManyRowsInOneCallAndGivesThemInOrder) {
  SurveyedFile file(true);
  const ReadingModel model = file.open();
  const std::array<std::uint32_t, 5> rows{80, 2, 3, 80, 0};
  EXPECT_THAT(model.read(8, rows).values,
              ElementsAre(240, 241, 242, 6, 7, 8, 9, 10, 11, 240, 241, 242, 0, 1, 2));
  EXPECT_EQ(file.calls(), 1u);
  const std::vector<results::RangeRead> ranges = model.takeRanges();
  ASSERT_EQ(ranges.size(), 3u);  // row 0, rows 2 and 3, row 80
  EXPECT_EQ(ranges[1].length, 2 * 3 * 2u);
}

TEST(SurveyedModel, RefusesRowsThatAreNotThere) {
  SurveyedFile file(false);
  const ReadingModel model = file.open();
  const std::array<std::uint32_t, 1> beyond{100};
  EXPECT_EQ(support::refusalOf([&] { model.read(8, beyond); }).message(),
            "asks for row 100 of a matrix of 100");
  EXPECT_EQ(support::refusalOf([&] { model.read(99); }).message(),
            "asks for a tensor that its step does not select");
}

TEST(SurveyedModel, NamesTheStepOfWhatIsTooMuchToHold) {
  SurveyedFile file(false);
  const ReadingModel model = file.open();
  const std::vector<std::uint32_t> rows((std::size_t{256} << 20) / 12 + 1, 5);
  try {
    model.read(8, rows);
    FAIL() << "was read";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("recipe.yaml:7:5: survey step 'look' would hold"));
    EXPECT_THAT(error.what(), HasSubstr("take fewer rows"));
  }
}

TEST(SurveyedModel, ReadsNothingMoreOnceTheRunIsInterrupted) {
  SurveyedFile file(true);
  const ReadingModel model = file.open();
  {
    const run::InterruptGuard guard;
    std::raise(SIGINT);
    EXPECT_EQ(support::refusalOf([&] { model.read(0); }).message(), "interrupted");
    EXPECT_EQ(support::refusalOf([&] { model.tokens(); }).message(), "interrupted");
  }
  const run::InterruptGuard begins_anew;
  EXPECT_EQ(file.calls(), 0u);
  EXPECT_EQ(model.read(0).values.size(), 2u);
}

TEST(SurveyedModel, WithoutATokenizerHasNoTokens) {
  SurveyedFile file(false);
  EXPECT_TRUE(file.open().tokens().empty());
}

}  // namespace
}  // namespace kindred::steps
