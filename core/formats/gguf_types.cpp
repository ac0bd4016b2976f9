#include "formats/gguf_types.hpp"

#include <fmt/format.h>

namespace kindred::formats {
namespace {

struct PlainType {
  std::uint32_t id;
  DType dtype;
};
constexpr PlainType kPlain[] = {
    {0, DType::F32},  {1, DType::F16},  {24, DType::I8},   {25, DType::I16},
    {26, DType::I32}, {27, DType::I64}, {28, DType::F64},  {30, DType::BF16},
};

struct NamedType {
  std::uint32_t id;
  const char* name;
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

std::optional<GgufType> ggufType(std::uint32_t id) {
  for (const PlainType& plain : kPlain) {
    if (plain.id == id) return plain.dtype;
  }
  if (const codecs::BlockType* block = codecs::blockType(id)) return block;
  return std::nullopt;
}

std::string ggufTypeName(std::uint32_t id) {
  if (const auto type = ggufType(id)) return ggufTypeName(*type);
  for (const NamedType& refused : kRefused) {
    if (refused.id == id) return refused.name;
  }
  return fmt::format("type {} of a fork", id);
}

std::string ggufTypeName(const GgufType& type) {
  if (const auto* dtype = std::get_if<DType>(&type)) return std::string(name(*dtype));
  return std::get<const codecs::BlockType*>(type)->name;
}

std::pair<unsigned, unsigned> blockOf(const GgufType& type) {
  if (const auto* dtype = std::get_if<DType>(&type)) return {1, info(*dtype).bits / 8};
  const codecs::BlockType& block = *std::get<const codecs::BlockType*>(type);
  return {block.elements, block.bytes};
}

}  // namespace kindred::formats
