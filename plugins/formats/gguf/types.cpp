#include "types.hpp"

#include <fmt/format.h>

namespace kindred::gguf {
namespace {

struct PlainType {
  std::uint32_t id;
  DType dtype;
};
constexpr PlainType kPlain[] = {
    {0, DType::F32},  {1, DType::F16},  {24, DType::I8},  {25, DType::I16},
    {26, DType::I32}, {27, DType::I64}, {28, DType::F64}, {30, DType::BF16},
};

struct NamedType {
  std::uint32_t id;
  const char* name;
};
constexpr NamedType kBlockTypes[] = {
    {2, "Q4_0"},     {3, "Q4_1"},    {6, "Q5_0"},     {7, "Q5_1"},   {8, "Q8_0"},
    {10, "Q2_K"},    {11, "Q3_K"},   {12, "Q4_K"},    {13, "Q5_K"},  {14, "Q6_K"},
    {16, "IQ2_XXS"}, {17, "IQ2_XS"}, {18, "IQ3_XXS"}, {19, "IQ1_S"}, {20, "IQ4_NL"},
    {21, "IQ3_S"},   {22, "IQ2_S"},  {23, "IQ4_XS"},  {29, "IQ1_M"}, {34, "TQ1_0"},
    {35, "TQ2_0"},   {39, "MXFP4"},  {40, "NVFP4"},   {41, "Q1_0"},  {42, "Q2_0"},
};
constexpr NamedType kRefused[] = {
    {4, "Q4_2 (withdrawn)"},
    {5, "Q4_3 (withdrawn)"},
    {9, "Q8_1 (of activations)"},
    {15, "Q8_K (of activations)"},
    {31, "Q4_0_4_4 (repacked for a processor)"},
    {32, "Q4_0_4_8 (repacked for a processor)"},
    {33, "Q4_0_8_8 (repacked for a processor)"},
    {36, "type 36 (IQ4_NL_4_4, or I2_S of BitNet)"},
    {37, "IQ4_NL_4_8 (repacked for a processor)"},
    {38, "IQ4_NL_8_8 (repacked for a processor)"},
};

}  // namespace

std::optional<Type> typeOf(std::uint32_t id) {
  for (const PlainType& plain : kPlain) {
    if (plain.id == id) return plain.dtype;
  }
  for (const NamedType& block : kBlockTypes) {
    if (block.id == id) return block.name;
  }
  return std::nullopt;
}

std::string typeName(std::uint32_t id) {
  for (const NamedType& refused : kRefused) {
    if (refused.id == id) return refused.name;
  }
  return fmt::format("type {} of a fork", id);
}

}  // namespace kindred::gguf
