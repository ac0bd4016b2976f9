#include "plan/ranges.hpp"

#include <gmock/gmock.h>

#include <numeric>

#include "support.hpp"

namespace kindred::plan::testing {
namespace {

TEST(Ranges, OfPackedElementsAreRoundedOutToWholeBytes) {
  const MemoryModel model("m", {support::randomTensor("x", DType::F4, {4, 4}, 1)});
  const models::View view =
      models::whole(model.model().checkpoint, model.model().checkpoint.tensors().front());
  EXPECT_EQ(bytesOf(view, {0, 16}).length, 8u);
  EXPECT_EQ(bytesOf(view, {1, 2}).length, 2u) << "halves of two bytes";
  EXPECT_EQ(bytesOf(view, {1, 2}).offset, bytesOf(view, {0, 16}).offset);
}

TEST(Ranges, OfRowsReachFromTheFirstToTheLast) {
  const MemoryModel model("m", tensors({{"x", {6, 5}}}));
  const models::View view =
      models::whole(model.model().checkpoint, model.model().checkpoint.tensors().front());
  const ByteRange rows = bytesOfRows(view, 2, 3);
  EXPECT_EQ(rows.offset - bytesOf(view, {0, 1}).offset, 2 * 5 * sizeof(float));
  EXPECT_EQ(rows.length, 3 * 5 * sizeof(float));
  EXPECT_EQ(bytesOfRows(view, 2, 0).length, 0u);
}

TEST(Ranges, AreReadOnceHoweverOftenTheyAreWanted) {
  const MemoryModel model("m", tensors({{"x", {8}}, {"y", {8}}}));
  std::vector<ByteRange> wanted;
  for (const Selected& selected : model.selected({"y", "x"})) {
    const std::vector<Segment> whole = segments({}, selected.view.info.elements);
    addRanges(selected.view, whole, wanted);
    addRanges(selected.view, whole, wanted);
  }
  const std::vector<ByteRange> once = storedOnce(wanted);
  ASSERT_EQ(once.size(), 2u);
  EXPECT_LT(once[0].offset, once[1].offset) << "in the order of the file";
}

TEST(Ranges, OfASampleHoldItsElementsAndNoMore) {
  const MemoryModel model("m", tensors({{"x", {100, 10}}}));
  const models::View view = model.selected()[0].view;
  for (const recipe::Sample& sample :
       {recipe::Sample{}, recipe::Sample{recipe::Sample::Kind::head, 33, 0, 0},
        recipe::Sample{recipe::Sample::Kind::blocks, 4, 16, 7}}) {
    std::vector<ByteRange> ranges;
    const std::vector<Segment> cut = segments(sample, 1000);
    addRanges(view, cut, ranges);
    const std::uint64_t bytes =
        std::accumulate(ranges.begin(), ranges.end(), std::uint64_t{0},
                        [](std::uint64_t sum, const ByteRange& r) { return sum + r.length; });
    EXPECT_EQ(bytes, elementsOf(cut) * sizeof(float));
  }
}

}  // namespace
}  // namespace kindred::plan::testing
