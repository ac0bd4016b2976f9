#include "codecs/bitsandbytes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "codecs/scalars.hpp"

namespace kindred::codecs {
namespace {

class BitsAndBytes4 final : public Codec {
 public:
  explicit BitsAndBytes4(const BitsAndBytesState& state) : state_(state) {}

  std::string name() const override {
    return fmt::format("bitsandbytes, 4 bit, blocks of {}{}", state_.block,
                       nested() ? ", nested" : "");
  }
  std::uint64_t rows() const override { return state_.rows; }
  std::uint64_t columns() const override { return state_.columns; }
  // NF4's table is not symmetric: its smallest positive and negative levels differ.
  bool odd() const override { return false; }

  std::vector<Piece> pieces(std::uint64_t first, std::uint64_t count) const override {
    const Range codes = codesOf(first, count), blocks = blocksOf(first, count);
    std::vector<Piece> pieces{{0, codes.first, codes.end - codes.first}, {1, 0, 16 * 4}};
    const std::uint64_t size = nested() ? 1 : 4;
    pieces.push_back({2, blocks.first * size, (blocks.end - blocks.first) * size});
    if (nested()) {
      const std::uint64_t top = blocks.first / state_.nested_block;
      const std::uint64_t bottom = ceilDiv(blocks.end, state_.nested_block);
      pieces.push_back({3, 4 * top, 4 * (bottom - top)});
      pieces.push_back({4, 0, 256 * 4});
    }
    return pieces;
  }

  void decode(std::uint64_t first, std::uint64_t count, std::span<const Bytes> bytes,
              std::span<float> values) const override {
    const std::vector<float> map = numbersOf(DType::F32, bytes[1]);
    const Range codes = codesOf(first, count), blocks = blocksOf(first, count);
    const std::vector<float> magnitudes = magnitudesOf(blocks.first, bytes);
    const std::uint64_t begin = first * state_.columns, end = begin + values.size();
    const std::byte* stored = bytes[0].data();
    for (std::uint64_t e = begin; e < end;) {
      const std::uint64_t block = e / state_.block;
      const std::uint64_t stop = std::min(end, (block + 1) * state_.block);
      float levels[16];
      for (unsigned k = 0; k < 16; ++k) levels[k] = map[k] * magnitudes[block - blocks.first];
      const auto one = [&] {
        const unsigned byte = std::to_integer<unsigned>(stored[e / 2 - codes.first]);
        values[e - begin] = levels[e % 2 == 0 ? byte >> 4 : byte & 15];
        ++e;
      };
      if (e % 2 != 0) one();
      for (; e + 1 < stop; e += 2) {
        const unsigned byte = std::to_integer<unsigned>(stored[e / 2 - codes.first]);
        values[e - begin] = levels[byte >> 4];
        values[e - begin + 1] = levels[byte & 15];
      }
      if (e < stop) one();
    }
  }

 private:
  struct Range {
    std::uint64_t first, end;
  };
  bool nested() const { return state_.nested_block != 0; }
  Range codesOf(std::uint64_t first, std::uint64_t count) const {
    return {first * state_.columns / 2, ceilDiv((first + count) * state_.columns, 2)};
  }
  Range blocksOf(std::uint64_t first, std::uint64_t count) const {
    return {first * state_.columns / state_.block,
            ceilDiv((first + count) * state_.columns, state_.block)};
  }

  std::vector<float> magnitudesOf(std::uint64_t first, std::span<const Bytes> bytes) const {
    if (!nested()) return numbersOf(DType::F32, bytes[2]);
    const std::vector<float> outer = numbersOf(DType::F32, bytes[3]);
    const std::vector<float> map = numbersOf(DType::F32, bytes[4]);
    std::vector<float> magnitudes(bytes[2].size());
    const std::uint64_t top = first / state_.nested_block;
    for (std::size_t k = 0; k < magnitudes.size(); ++k) {
      const auto code = std::to_integer<std::size_t>(bytes[2][k]);
      magnitudes[k] =
          map[code] * outer[(first + k) / state_.nested_block - top] + state_.nested_offset;
    }
    return magnitudes;
  }

  BitsAndBytesState state_;
};

std::uint64_t lengthOf(const Part& part) {
  std::uint64_t length = 1;
  for (const std::uint64_t side : part.shape) {
    if (side != 0 && length > (std::uint64_t{1} << 48) / side) return 0;
    length *= side;
  }
  return length;
}

}  // namespace

std::unique_ptr<Codec> bitsAndBytes4(const std::vector<Part>& parts,
                                     const BitsAndBytesState& state) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 24;  // rows or columns, so that products fit
  if (state.rows == 0 || state.columns == 0 || state.rows > kMost || state.columns > kMost) {
    return nullptr;
  }
  if (state.block == 0) return nullptr;
  const std::uint64_t elements = state.rows * state.columns;
  const std::uint64_t blocks = ceilDiv(elements, state.block);
  const bool nested = state.nested_block != 0;
  if (parts.size() != (nested ? 5u : 3u)) return nullptr;
  if (parts[0].dtype != DType::U8 || lengthOf(parts[0]) != ceilDiv(elements, 2)) return nullptr;
  if (parts[1].dtype != DType::F32 || lengthOf(parts[1]) != 16) return nullptr;
  if (parts[2].dtype != (nested ? DType::U8 : DType::F32) || lengthOf(parts[2]) != blocks) {
    return nullptr;
  }
  if (nested &&
      (parts[3].dtype != DType::F32 || parts[4].dtype != DType::F32 ||
       lengthOf(parts[3]) != ceilDiv(blocks, state.nested_block) || lengthOf(parts[4]) != 256)) {
    return nullptr;
  }
  return std::make_unique<BitsAndBytes4>(state);
}

}  // namespace kindred::codecs
