// Element types of the safetensors format and their sizes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace kindred {

enum class DType : std::uint8_t {
  F64,
  F32,
  F16,
  BF16,
  F8_E4M3,
  F8_E5M2,
  F8_E8M0,
  F8_E4M3FNUZ,
  F8_E5M2FNUZ,
  F6_E2M3,
  F6_E3M2,
  F4,
  I64,
  I32,
  I16,
  I8,
  U64,
  U32,
  U16,
  U8,
  BOOL,
  C64
};

struct DTypeInfo {
  DType dtype;
  std::string_view name;  // as safetensors headers spell it
  unsigned bits;          // of one element; packed types have fewer than 8
  bool wide;              // needs double (float would round)
};

inline constexpr std::array<DTypeInfo, 22> kDTypes{{
    {DType::F64, "F64", 64, true},
    {DType::F32, "F32", 32, false},
    {DType::F16, "F16", 16, false},
    {DType::BF16, "BF16", 16, false},
    {DType::F8_E4M3, "F8_E4M3", 8, false},
    {DType::F8_E5M2, "F8_E5M2", 8, false},
    {DType::F8_E8M0, "F8_E8M0", 8, false},
    {DType::F8_E4M3FNUZ, "F8_E4M3FNUZ", 8, false},
    {DType::F8_E5M2FNUZ, "F8_E5M2FNUZ", 8, false},
    {DType::F6_E2M3, "F6_E2M3", 6, false},
    {DType::F6_E3M2, "F6_E3M2", 6, false},
    {DType::F4, "F4", 4, false},
    {DType::I64, "I64", 64, true},
    {DType::I32, "I32", 32, true},
    {DType::I16, "I16", 16, false},
    {DType::I8, "I8", 8, false},
    {DType::U64, "U64", 64, true},
    {DType::U32, "U32", 32, true},
    {DType::U16, "U16", 16, false},
    {DType::U8, "U8", 8, false},
    {DType::BOOL, "BOOL", 8, false},
    {DType::C64, "C64", 64, true},
}};

constexpr const DTypeInfo& info(DType dtype) { return kDTypes[static_cast<std::size_t>(dtype)]; }
constexpr std::string_view name(DType dtype) { return info(dtype).name; }

constexpr std::optional<DType> dtypeNamed(std::string_view name) {
  for (const DTypeInfo& entry : kDTypes) {
    if (entry.name == name) return entry.dtype;
  }
  return std::nullopt;
}

}  // namespace kindred
