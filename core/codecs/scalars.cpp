#include "codecs/scalars.hpp"

#include "models/dtypes.hpp"

namespace kindred::codecs {

std::uint64_t sizeOf(DType dtype) { return info(dtype).bits / 8; }

bool isFactor(DType dtype) {
  const bool exact = dtype != DType::C64 && dtype != DType::I64 && dtype != DType::U64;
  return exact && info(dtype).bits % 8 == 0;
}

void toNumbers(DType dtype, Bytes bytes, std::span<float> values) {
  if (!info(dtype).wide) return models::toFloat(dtype, bytes, values);
  std::vector<double> wide(values.size());
  models::toDouble(dtype, bytes, wide);
  for (std::size_t i = 0; i < wide.size(); ++i) values[i] = static_cast<float>(wide[i]);
}

std::vector<float> numbersOf(DType dtype, Bytes bytes) {
  std::vector<float> values(bytes.size() / sizeOf(dtype));
  toNumbers(dtype, bytes, values);
  return values;
}

Piece rowsOf(std::size_t part, DType dtype, std::uint64_t columns, std::uint64_t first,
             std::uint64_t count) {
  const std::uint64_t row = columns * sizeOf(dtype);
  return {part, first * row, count * row};
}

std::uint32_t codeAt(Bytes stream, std::uint64_t index, unsigned bits) {
  std::uint64_t bit = index * bits;
  std::uint32_t code = 0;
  for (unsigned taken = 0; taken < bits;) {
    const unsigned inside = static_cast<unsigned>(bit % 8);
    const unsigned here = std::min(8 - inside, bits - taken);
    const unsigned byte = std::to_integer<unsigned>(stream[bit / 8]);
    code |= ((byte >> inside) & ((1u << here) - 1)) << taken;
    taken += here;
    bit += here;
  }
  return code;
}

}  // namespace kindred::codecs
