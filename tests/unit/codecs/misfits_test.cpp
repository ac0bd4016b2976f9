// Whatever stands beside codes is refused where one shape or type of it does not fit the others.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "codecs/bitsandbytes.hpp"
#include "codecs/column_packed.hpp"
#include "codecs/four_bit_floats.hpp"
#include "codecs/grouped_integers.hpp"
#include "codecs/hqq.hpp"
#include "codecs/scaled.hpp"

namespace kindred::codecs {
namespace {

using Parts = std::vector<Part>;

struct Fitting {
  const char* name;
  std::function<std::unique_ptr<Codec>(const Parts&)> make;
  Parts parts;
  // Parts whose numbers are taken whatever real type they have; the others have one type.
  std::set<std::size_t> factors = {};
  // Part and axis: of which the codec takes any length, since the others' follow from it.
  std::set<std::pair<std::size_t, std::size_t>> free = {};
  std::set<std::size_t> shapeless = {};  // parts that may have more axes, as long as they are
};

std::vector<Fitting> fittings() {
  const BitsAndBytesState state{6, 8, 4, 0, 0}, nested{6, 8, 4, 4, 0.5f};
  return {
      {"gptq",
       [](const Parts& p) { return gptq(p[0], p[1], p[2], {}, GptqZeros::as_is); },
       {{DType::I32, {8, 24}}, {DType::I32, {5, 3}}, {DType::F16, {5, 24}}},
       {2},
       {{0, 0}}},
      {"gptq with an order",
       [](const Parts& p) { return gptq(p[0], p[1], p[2], p[3], GptqZeros::as_is); },
       {{DType::I32, {8, 24}}, {DType::I32, {5, 3}}, {DType::F16, {5, 24}}, {DType::I32, {64}}},
       {2}},
      {"awq",
       [](const Parts& p) { return awq(p[0], p[1], p[2]); },
       {{DType::I32, {20, 3}}, {DType::I32, {4, 3}}, {DType::F16, {4, 24}}},
       {2},
       {{0, 0}}},
      {"mlx",
       [](const Parts& p) { return mlxAffine(p[0], p[1], p[2], 4); },
       {{DType::U32, {5, 6}}, {DType::F16, {5, 4}}, {DType::F16, {5, 4}}},
       {1, 2},
       {{0, 1}}},
      {"packed integers",
       [](const Parts& p) { return packedIntegers(p[0], p[1], p[2], p[3], 4, 30); },
       {{DType::I32, {9, 4}}, {DType::F32, {9, 3}}, {DType::I32, {2, 3}}, {DType::I32, {30}}},
       {1}},
      {"shifted integers",
       [](const Parts& p) { return shiftedIntegers(p[0], p[1], p[2]); },
       {{DType::I8, {9, 30}}, {DType::F32, {9, 3}}, {DType::I8, {9, 3}}},
       {1},
       {{0, 1}}},
      {"awq by rows",
       [](const Parts& p) { return awqRows(p[0], p[1], p[2], 8); },
       {{DType::I32, {3, 8}}, {DType::I32, {3, 1}}, {DType::F32, {3, 8}}},
       {2}},
      {"bitsandbytes",
       [state](const Parts& p) { return bitsAndBytes4(p, state); },
       {{DType::U8, {24, 1}}, {DType::F32, {16}}, {DType::F32, {12}}},
       {},
       {},
       {0, 1, 2}},
      {"bitsandbytes, nested",
       [nested](const Parts& p) { return bitsAndBytes4(p, nested); },
       {{DType::U8, {24, 1}},
        {DType::F32, {16}},
        {DType::U8, {12}},
        {DType::F32, {3}},
        {DType::F32, {256}}},
       {},
       {},
       {0, 1, 2, 3, 4}},
      {"hqq, runs",
       [](const Parts& p) { return hqq(p[0], p[1], p[2], 12, 40); },
       {{DType::U8, {30, 8}}, {DType::F32, {60, 1}}, {DType::F32, {60, 1}}},
       {1, 2}},
      {"hqq, strewn",
       [](const Parts& p) { return hqq(p[0], p[1], p[2], 12, 40); },
       {{DType::U8, {4, 60}}, {DType::F32, {1, 60}}, {DType::F32, {1, 60}}},
       {1, 2}},
      {"hqq of three bits",
       [](const Parts& p) { return hqq(p[0], p[1], p[2], 12, 40); },
       {{DType::I32, {6, 8}}, {DType::F32, {60, 1}}, {DType::F32, {60, 1}}},
       {1, 2}},
      {"four-bit floats",
       [](const Parts& p) { return fourBitFloats(p[0], p[1], p[2], Global::divides); },
       {{DType::U8, {3, 25}}, {DType::F8_E4M3, {3, 5}}, {DType::F32, {1}}},
       {},
       {{0, 1}},
       {2}},
      {"scaled",
       [](const Parts& p) { return scaled(p[0], p[1], 4, 8); },
       {{DType::F8_E4M3, {12, 24}}, {DType::F32, {3, 3}}},
       {0, 1}},
  };
}

class Misfits : public testing::TestWithParam<Fitting> {
 protected:
  const Fitting& codec = GetParam();
  Parts changed(std::size_t part, const std::function<void(Part&)>& change) const {
    Parts parts = codec.parts;
    change(parts[part]);
    return parts;
  }
  void expectRefused(const Parts& parts, const std::string& what) const {
    EXPECT_EQ(codec.make(parts), nullptr) << codec.name << ": " << what;
  }
};

TEST_P(Misfits, AreRefused) {
  ASSERT_NE(codec.make(codec.parts), nullptr) << codec.name << " as it should be";
  for (std::size_t part = 0; part < codec.parts.size(); ++part) {
    const Part& good = codec.parts[part];
    const std::string which = "part " + std::to_string(part);
    for (std::size_t axis = 0; axis < good.shape.size(); ++axis) {
      const std::string where = which + ", axis " + std::to_string(axis);
      const bool is_free = codec.free.contains({part, axis});
      for (const std::uint64_t length :
           {std::uint64_t{0}, good.shape[axis] + 1, 2 * good.shape[axis] + 1,
            std::uint64_t{1} << 40, std::uint64_t{1} << 63}) {
        if (is_free && length != 0) continue;
        expectRefused(changed(part, [&](Part& p) { p.shape[axis] = length; }),
                      where + " of " + std::to_string(length));
      }
    }
    if (!codec.shapeless.contains(part)) {
      expectRefused(changed(part, [](Part& p) { p.shape.push_back(1); }), which + ", an axis more");
    }
    expectRefused(changed(part, [](Part& p) { p.shape.push_back(2); }), which + ", twice");
    if (good.shape.size() > 1) {
      expectRefused(changed(part, [](Part& p) { p.shape.erase(p.shape.begin()); }),
                    which + ", without its first axis");
    }
    for (const DType dtype : {DType::C64, DType::F4, DType::I16, DType::F64}) {
      const bool real = dtype == DType::I16 || dtype == DType::F64;
      if (real && codec.factors.contains(part)) continue;
      expectRefused(changed(part, [&](Part& p) { p.dtype = dtype; }),
                    which + " as " + std::string(name(dtype)));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OfCodecs, Misfits, testing::ValuesIn(fittings()));

TEST(BitsAndBytes, OfAStateThatCannotBeAreRefused) {
  const Parts parts{{DType::U8, {24, 1}}, {DType::F32, {16}}, {DType::F32, {12}}};
  const auto made = [&](BitsAndBytesState state) { return bitsAndBytes4(parts, state); };
  EXPECT_NE(made({6, 8, 4, 0, 0}), nullptr);
  EXPECT_NE(made({8, 6, 4, 0, 0}), nullptr);
  EXPECT_EQ(made({0, 8, 4, 0, 0}), nullptr);
  EXPECT_EQ(made({6, 0, 4, 0, 0}), nullptr);
  EXPECT_EQ(made({6, 8, 0, 0, 0}), nullptr);
  EXPECT_EQ(made({6, 8, 5, 0, 0}), nullptr);
  EXPECT_EQ(made({6, 8, 4, 1, 0}), nullptr) << "nested, of which nothing is there";
  EXPECT_EQ(made({std::uint64_t{1} << 32, std::uint64_t{1} << 32, 4, 0, 0}), nullptr);
}

TEST(PackedSizes, ThatDoNotFitAreRefused) {
  const Part groups{DType::F32, {60, 1}};
  EXPECT_EQ(
      hqq({DType::U8, {30, 8}}, groups, groups, std::uint64_t{1} << 33, std::uint64_t{1} << 33),
      nullptr);
  const Part codes{DType::U32, {5, 6}}, scales{DType::F16, {5, 4}};
  EXPECT_EQ(mlxAffine(codes, scales, scales, 0), nullptr);
  EXPECT_EQ(packedIntegers({DType::I32, {9, 4}}, {DType::F32, {9, 3}}, {}, {}, 4, 33), nullptr);
  EXPECT_EQ(packedIntegers({DType::I32, {9, 4}}, {DType::F32, {9, 3}}, {}, {}, 4, 24), nullptr);
  EXPECT_NE(packedIntegers({DType::I32, {9, 4}}, {DType::F32, {9, 3}}, {}, {}, 4, 32), nullptr);
  EXPECT_EQ(awqRows({DType::I32, {3, 8}}, {DType::I32, {3, 1}}, {DType::F32, {3, 8}}, 0), nullptr);
  EXPECT_EQ(awqRows({DType::I32, {3, 8}}, {DType::I32, {3, 1}}, {DType::F32, {3, 8}}, 7), nullptr);
  EXPECT_EQ(awqRows({DType::I32, {3, 8}}, {DType::I32, {3, 1}}, {DType::F32, {3, 8}}, 4), nullptr)
      << "sixteen groups of eight that are stored";
}

}  // namespace
}  // namespace kindred::codecs
