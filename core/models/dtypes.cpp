#include "models/dtypes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>

#include <kindred/error.hpp>

#include "models/byte_floats.hpp"
#include "models/half_floats.hpp"
#include "models/small_floats.hpp"

namespace kindred::models {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are copied as stored");

template <class T>
T load(std::span<const std::byte> raw, std::size_t index) {
  T value;
  std::memcpy(&value, raw.data() + index * sizeof(T), sizeof(T));
  return value;
}

template <class Stored, class Out>
void convert(std::span<const std::byte> raw, std::span<Out> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<Out>(load<Stored>(raw, i));
}

// 64-bit integers: those that a double can't hold are refused, the first one by name.
template <class Stored>
void convertWide(std::span<const std::byte> raw, std::span<double> out) {
  constexpr double kBeyond = std::is_signed_v<Stored> ? 0x1p63 : 0x1p64;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Stored value = load<Stored>(raw, i);
    out[i] = static_cast<double>(value);
    // Rounding up to 2^63 (2^64) leaves the integer's range: casting that back is undefined.
    if (out[i] >= kBeyond || static_cast<Stored>(out[i]) != value) {
      throw inputError("",
                       fmt::format("element {} of those read is {}, which a double cannot hold "
                                   "exactly",
                                   i, value),
                       "integers beyond 2^53 are not compared as numbers; compare their bytes");
    }
  }
}

void convertBytes(std::span<const std::byte> raw, const std::array<float, 256>& values,
                  std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = values[std::to_integer<std::size_t>(raw[i])];
  }
}

template <std::size_t Codes>
void convertPacked(std::span<const std::byte> raw, const std::array<float, Codes>& values,
                   std::span<float> out) {
  constexpr unsigned kBits = std::countr_zero(Codes);
  std::uint64_t bit = 0;
  for (float& value : out) {
    const std::size_t byte = bit / 8;
    unsigned word = std::to_integer<unsigned>(raw[byte]);
    if (bit % 8 + kBits > 8) word |= std::to_integer<unsigned>(raw[byte + 1]) << 8;
    value = values[(word >> (bit % 8)) & (Codes - 1)];
    bit += kBits;
  }
}

void checkRoom(DType dtype, std::span<const std::byte> raw, std::size_t count) {
  if ((std::uint64_t{count} * info(dtype).bits + 7) / 8 > raw.size()) {
    throw Error(
        Category::internal, "",
        fmt::format("{} elements of {} do not fit in {} bytes", count, name(dtype), raw.size()));
  }
}

void narrowToDouble(DType dtype, std::span<const std::byte> raw, std::span<double> out) {
  std::array<float, 512> buffer;  // a multiple of 8 elements: every part begins with a byte
  for (std::size_t done = 0; done < out.size(); done += buffer.size()) {
    const std::size_t count = std::min(buffer.size(), out.size() - done);
    toFloat(dtype, raw.subspan(done * info(dtype).bits / 8), {buffer.data(), count});
    std::copy_n(buffer.begin(), count, out.begin() + static_cast<std::ptrdiff_t>(done));
  }
}

}  // namespace

void toFloat(DType dtype, std::span<const std::byte> raw, std::span<float> out) {
  checkRoom(dtype, raw, out.size());
  if (info(dtype).bits >= 8) raw = raw.first(out.size() * (info(dtype).bits / 8));
  switch (dtype) {
    case DType::F32:
      if (!out.empty()) std::memcpy(out.data(), raw.data(), raw.size());
      return;
    case DType::F16:
      return convertF16(raw, out);
    case DType::BF16:
      return convertBF16(raw, out);
    case DType::F8_E4M3:
      return convertE4M3(raw, out);
    case DType::F8_E5M2:
      return convertE5M2(raw, out);
    case DType::F8_E8M0:
      return convertBytes(raw, kE8M0, out);
    case DType::F8_E4M3FNUZ:
      return convertBytes(raw, kE4M3Fnuz, out);
    case DType::F8_E5M2FNUZ:
      return convertBytes(raw, kE5M2Fnuz, out);
    case DType::F6_E2M3:
      return convertPacked(raw, kE2M3, out);
    case DType::F6_E3M2:
      return convertPacked(raw, kE3M2, out);
    case DType::F4:
      return convertPacked(raw, kE2M1, out);
    case DType::I16:
      return convert<std::int16_t>(raw, out);
    case DType::I8:
      return convert<std::int8_t>(raw, out);
    case DType::U16:
      return convert<std::uint16_t>(raw, out);
    case DType::U8:
      return convert<std::uint8_t>(raw, out);
    case DType::BOOL:
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = raw[i] != std::byte{0} ? 1.0f : 0.0f;
      return;
    case DType::F64:
    case DType::I64:
    case DType::I32:
    case DType::U64:
    case DType::U32:
    case DType::C64:
      break;
  }
  throw Error(Category::internal, "", fmt::format("a float cannot hold {} exactly", name(dtype)));
}

void toDouble(DType dtype, std::span<const std::byte> raw, std::span<double> out) {
  checkRoom(dtype, raw, out.size());
  switch (dtype) {
    case DType::F64:
      if (!out.empty()) std::memcpy(out.data(), raw.data(), out.size_bytes());
      return;
    case DType::I64:
      return convertWide<std::int64_t>(raw, out);
    case DType::U64:
      return convertWide<std::uint64_t>(raw, out);
    case DType::I32:
      return convert<std::int32_t>(raw, out);
    case DType::U32:
      return convert<std::uint32_t>(raw, out);
    case DType::C64:
      throw inputError("", "C64 (complex) elements cannot be compared as real numbers",
                       "compare their bytes, or leave the tensor out");
    default:
      return narrowToDouble(dtype, raw, out);
  }
}

}  // namespace kindred::models
