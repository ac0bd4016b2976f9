// Block types: against blocks that ggml's own quantisers wrote with the values that ggml makes of
// them (tests/data/gguf-blocks.json), and for types of which there is none by their definition.
#include "codecs/blocks.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <set>

#include <nlohmann/json.hpp>

namespace kindred::codecs {
namespace {

std::vector<std::byte> fromHex(const std::string& text) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::vector<float> decoded(std::string_view name, const std::vector<std::byte>& block) {
  const BlockType* type = blockType(name);
  if (type == nullptr) throw std::runtime_error("no such type");
  std::vector<float> values(block.size() / type->bytes * type->elements);
  decode(*type, block, values);
  return values;
}

// A block of zero bytes with some of them set.
std::vector<std::byte> block(std::string_view name, const std::vector<std::pair<int, int>>& bytes) {
  std::vector<std::byte> made(blockType(name)->bytes);
  for (const auto& [at, value] : bytes) made[static_cast<std::size_t>(at)] = std::byte(value);
  return made;
}

TEST(BlockTypes, GiveTheValuesThatTheFormatsOwnToolGives) {
  std::ifstream file(KINDRED_SOURCE_DIR "/tests/data/gguf-blocks.json");
  const nlohmann::json cases = nlohmann::json::parse(file);
  ASSERT_EQ(cases.size(), 30u);
  for (const nlohmann::json& entry : cases) {
    const auto name = entry.at("type").get<std::string>();
    SCOPED_TRACE(name);
    ASSERT_NE(blockType(name), nullptr);
    EXPECT_EQ(decoded(name, fromHex(entry.at("block").get<std::string>())),
              entry.at("values").get<std::vector<float>>());
  }
}

TEST(BlockTypes, AreEachNamedOnce) {
  std::set<std::string> names;
  for (const auto family :
       {plainBlocks(), superBlocks(), latticeBlocks(), floatBlocks(), ternaryBlocks()}) {
    for (const BlockType& type : family) EXPECT_TRUE(names.insert(type.name).second) << type.name;
  }
  EXPECT_EQ(names.size(), 25u);
}

TEST(BlockTypes, OfActivationsAndOfForksAreNone) {
  for (const char* name : {"Q4_2", "Q8_1", "Q8_K", "Q4_0_4_4", "IQ4_KS", ""}) {
    EXPECT_EQ(blockType(name), nullptr) << name;
  }
}

TEST(BlockTypes, Q4_1AddsItsMinimum) {
  // d = 2, m = -1; the first byte holds 3 for element 0 and 5 for element 16.
  const auto values = decoded("Q4_1", block("Q4_1", {{1, 0x40}, {3, 0xbc}, {4, 0x53}}));
  EXPECT_EQ(values[0], 5);
  EXPECT_EQ(values[16], 9);
  EXPECT_EQ(values[1], -1);
}

TEST(BlockTypes, Q1_0HoldsSigns) {
  const auto values = decoded("Q1_0", block("Q1_0", {{1, 0x3c}, {2, 0b101}}));
  EXPECT_EQ(values[0], 1);
  EXPECT_EQ(values[1], -1);
  EXPECT_EQ(values[2], 1);
  EXPECT_EQ(values[127], -1);
}

TEST(BlockTypes, Q2_0HoldsMinusOneToTwo) {
  const auto values = decoded("Q2_0", block("Q2_0", {{1, 0x3c}, {2, 0b11100100}}));
  EXPECT_THAT(std::vector(values.begin(), values.begin() + 5),
              testing::ElementsAre(-1, 0, 1, 2, -1));
}

TEST(BlockTypes, Q3_KSubtractsFourWhereTheThirdBitIsClear) {
  // d = 1; scale 0 is 33 of 64, that is 1: low nibble 1 in byte 96, high bits 2 in byte 104.
  const auto values =
      decoded("Q3_K", block("Q3_K", {{109, 0x3c}, {96, 1}, {104, 2}, {0, 1}, {32, 3}, {33, 2}}));
  EXPECT_EQ(values[0], 3);      // low bits 3, third bit set
  EXPECT_EQ(values[1], 2 - 4);  // low bits 2, third bit clear
  EXPECT_EQ(values[2], -4);
}

TEST(BlockTypes, Q5_KHasAFifthBit) {
  // d = 1, dmin = 0; scale 0 is 1; code of element 0 is 16 + 15.
  const auto values = decoded("Q5_K", block("Q5_K", {{1, 0x3c}, {4, 1}, {16, 1}, {48, 0x0f}}));
  EXPECT_EQ(values[0], 31);
  EXPECT_EQ(values[1], 0);
}

TEST(BlockTypes, IQ2_XXSFlipsByParity) {
  // d = 8: the step is 8 * (0.5 + 0) / 4 = 1. Grid entry 0 is eight times 8; sign index 1 flips
  // element 0 and, to make the number of signs even, element 7.
  const auto values = decoded("IQ2_XXS", block("IQ2_XXS", {{1, 0x48}, {6, 1}}));
  EXPECT_THAT(std::vector(values.begin(), values.begin() + 8),
              testing::ElementsAre(-8, 8, 8, 8, 8, 8, 8, -8));
}

TEST(BlockTypes, IQ2_SHasASignForEachElement) {
  const auto values = decoded("IQ2_S", block("IQ2_S", {{1, 0x48}, {34, 0x80}}));
  EXPECT_EQ(values[0], 8);
  EXPECT_EQ(values[7], -8);
}

TEST(BlockTypes, IQ3_XXSTakesFourFromEachIndex) {
  // d = 4: the step is 4 * 0.5 / 2 = 1.
  const auto values = decoded("IQ3_XXS", block("IQ3_XXS", {{1, 0x44}}));
  EXPECT_EQ(values[0], 4);
  EXPECT_EQ(values[255], 4);
}

TEST(BlockTypes, IQ1_SShiftsByAnEighth) {
  const auto above = decoded("IQ1_S", block("IQ1_S", {{1, 0x48}}));
  const auto below = decoded("IQ1_S", block("IQ1_S", {{1, 0x48}, {35, 0x80}}));
  EXPECT_EQ(above[0] - below[0], 2);  // 8 * (1/8 + 1/8)
}

TEST(BlockTypes, TQ2_0HoldsMinusOneToOne) {
  const auto values = decoded("TQ2_0", block("TQ2_0", {{65, 0x3c}, {0, 0b100001}}));
  EXPECT_EQ(values[0], 0);
  EXPECT_EQ(values[32], -1);
  EXPECT_EQ(values[64], 1);
}

TEST(BlockTypes, MXFP4WithoutAScaleIsNoNumber) {
  EXPECT_TRUE(std::isnan(decoded("MXFP4", block("MXFP4", {{0, 255}, {1, 1}}))[0]));
}

}  // namespace
}  // namespace kindred::codecs
