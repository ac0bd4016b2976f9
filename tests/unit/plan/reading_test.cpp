// Which weights matrix tests may read of a model within a budget.
#include "plan/reading.hpp"

#include <gmock/gmock.h>

#include <set>

#include "plan/ranges.hpp"
#include "support.hpp"

namespace kindred::plan::testing {
namespace {

constexpr support::Family kKnown[] = {support::Family::llama, support::Family::mixed,
                                      support::Family::latent, support::Family::fused};

class Reading : public ::testing::TestWithParam<support::Family> {
 protected:
  const Model& model() const { return model_.model(); }
  std::uint64_t wholeBytes() const { return readingOf(model(), kDefaultRead).bytes; }

  MemoryModel model_{"m", support::smallModel(GetParam(), 1)};
};

TEST_P(Reading, OfAModelThatFitsIsWhole) {
  const WeightReading reading = readingOf(model(), kDefaultRead);
  EXPECT_TRUE(reading.whole);
  EXPECT_TRUE(readingOf(model(), reading.bytes).whole) << "it fits to the byte";
  EXPECT_FALSE(readingOf(model(), reading.bytes - 1).whole);
}

TEST_P(Reading, TakesWhatItStates) {
  for (const std::uint64_t share : {1, 2, 4}) {
    const WeightReading reading = readingOf(model(), wholeBytes() / share);
    std::uint64_t bytes = 0;
    for (const auto& [key, matrix] : reading.matrices) {
      if (key.first == role::kEmbedding || key.first == role::kOutput) {
        bytes += reading.tokens * matrix.view.info.shape.back() * sizeof(float);
      } else if (matrix.view.shard->decoded != nullptr) {  // a product costs what it is made of
        bytes += storedBytes(bytesOfRows(matrix.view, 0, matrix.rows));
      } else {
        bytes += matrix.rows * matrix.view.info.shape.back() * sizeof(float);
      }
    }
    EXPECT_EQ(reading.bytes, bytes) << "of " << share;
  }
}

TEST_P(Reading, KeepsToItsBudget) {
  for (const std::uint64_t share : {2, 3, 4, 6}) {
    EXPECT_LE(readingOf(model(), wholeBytes() / share).bytes, wholeBytes() / share)
        << "of " << share;
  }
}

TEST_P(Reading, OfASmallerBudgetIsPartOfALargerOnes) {
  const WeightReading small = readingOf(model(), wholeBytes() / 4);
  const WeightReading large = readingOf(model(), wholeBytes());
  ASSERT_FALSE(small.matrices.empty());
  for (const auto& [key, matrix] : small.matrices) {
    const auto found = large.matrices.find(key);
    ASSERT_NE(found, large.matrices.end()) << key.first;
    EXPECT_LE(matrix.rows, found->second.rows) << key.first;
  }
}

TEST_P(Reading, HasAllNormsWhateverTheBudget) {
  const auto norms = [&](std::uint64_t budget) {
    std::size_t count = 0;
    for (const auto& [key, matrix] : readingOf(model(), budget).matrices) {
      count += key.first.starts_with("norm.");
    }
    return count;
  };
  EXPECT_GT(norms(kDefaultRead), 0u);
  EXPECT_EQ(norms(wholeBytes() / 5), norms(kDefaultRead));
}

TEST(ReadingOfLatentAttention, CountsWhatKeysAndValuesAreMadeOf) {
  const MemoryModel model{"m", support::smallModel(support::Family::latent, 1)};
  const WeightReading reading = readingOf(model.model(), kDefaultRead);
  ASSERT_TRUE(reading.matrices.contains(MatrixKey{role::kValue, Place{0, -1, false}}));
  const ReadableMatrix& values = reading.matrices.at(MatrixKey{role::kValue, Place{0, -1, false}});
  const ReadableMatrix& latent =
      reading.matrices.at(MatrixKey{role::kKeyValueLatent, Place{0, -1, false}});
  const std::uint64_t rank = latent.view.info.shape[0];
  const auto bytesOf = [&](std::uint64_t rows) {
    return storedBytes(bytesOfRows(values.view, 0, rows));
  };
  EXPECT_EQ(bytesOf(2) - bytesOf(1), rank * sizeof(float));
  EXPECT_GE(bytesOf(1), latent.view.info.elements * sizeof(float));
  EXPECT_EQ(reading.dimensions.kv_heads, reading.dimensions.heads);
  EXPECT_EQ(values.view.info.shape[0], reading.dimensions.heads * reading.dimensions.head_dim);
}

TEST_P(Reading, ListsMlpsThatHaveBothGateAndUp) {
  const WeightReading reading = readingOf(model(), wholeBytes() / 2);
  for (const Place& place : reading.mlps) {
    EXPECT_TRUE(reading.matrices.contains(MatrixKey{role::kGate, place}));
    EXPECT_TRUE(reading.matrices.contains(MatrixKey{role::kUp, place}));
  }
}

// All that is read of a matrix, row by row.
std::vector<std::uint32_t> numbersOf(const ReadableMatrix& matrix) {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t row = 0; row < matrix.rows; ++row) numbers.push_back(matrix.number(row));
  return numbers;
}

TEST_P(Reading, WithABeaconTakesAsMuchOfOtherRows) {
  for (const std::uint64_t share : {2, 3, 4}) {
    const std::uint64_t budget = wholeBytes() / share;
    const WeightReading drawn = readingOf(model(), {budget, "a value"});
    EXPECT_LE(drawn.bytes, budget) << "of " << share;
    std::uint64_t bytes = 0;
    for (const ByteRange& range : storedOnce(rangesOf(drawn))) bytes += range.length;
    EXPECT_LE(bytes, drawn.bytes) << "of " << share;
    for (const auto& [key, matrix] : drawn.matrices) {
      for (const std::uint32_t number : numbersOf(matrix)) {
        EXPECT_LT(number, matrix.view.info.shape.front()) << key.first;
      }
      const auto up = drawn.matrices.find(MatrixKey{role::kUp, key.second});
      if (key.first != role::kGate || up == drawn.matrices.end()) continue;
      EXPECT_EQ(numbersOf(matrix), numbersOf(up->second)) << "a unit has a row in each";
    }
  }
}

TEST_P(Reading, ThatIsWholeIsAsWithoutABeacon) {
  const WeightReading reading = readingOf(model(), {kDefaultRead, "a value"});
  EXPECT_TRUE(reading.whole);
  EXPECT_TRUE(reading.beacon.empty());
  EXPECT_EQ(storedOnce(rangesOf(reading)), storedOnce(rangesOf(readingOf(model(), kDefaultRead))));
}

INSTANTIATE_TEST_SUITE_P(Families, Reading, ::testing::ValuesIn(kKnown));

TEST(ReadingOfExperts, TakesLayersWithAllTheirExperts) {
  const MemoryModel model("m", support::smallModel(support::Family::mixed, 1));
  const std::uint64_t whole = readingOf(model.model(), kDefaultRead).bytes;
  const WeightReading reading = readingOf(model.model(), whole / 2);
  std::map<std::int64_t, std::set<std::int64_t>> experts;
  for (const Place& place : reading.mlps) {
    if (!place.shared && place.expert >= 0) experts[place.layer].insert(place.expert);
  }
  ASSERT_FALSE(experts.empty());
  for (const auto& [layer, of_layer] : experts) EXPECT_EQ(of_layer.size(), 4u) << layer;
}

}  // namespace
}  // namespace kindred::plan::testing
