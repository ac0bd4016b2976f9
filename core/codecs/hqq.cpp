#include "codecs/hqq.hpp"

#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "codecs/scalars.hpp"

namespace kindred::codecs {
namespace {

constexpr std::uint64_t kPartsOfWords = 10;  // of 3 bits each

struct Packing {
  unsigned bits = 8;
  std::uint64_t parts = 1;  // of the matrix that share a word
  std::uint64_t words = 0;
  bool wide = false;  // words of 32 bits
};

// Where elements [first, first + count) of a sequence that repeats every `period` stand in it: a
// run, or all of it where they reach over its end.
struct Run {
  std::uint64_t first = 0, count = 0;
};
Run runOf(std::uint64_t first, std::uint64_t count, std::uint64_t period) {
  const std::uint64_t inside = first % period;
  return count > period - inside ? Run{0, period} : Run{inside, count};
}

class Hqq final : public Codec {
 public:
  Hqq(std::uint64_t rows, std::uint64_t columns, std::uint64_t groups, bool runs,
      const Packing& packing, DType scales, DType zeros)
      : rows_(rows),
        columns_(columns),
        groups_(groups),
        runs_(runs),
        packing_(packing),
        scales_(scales),
        zeros_(zeros) {}

  std::string name() const override {
    return fmt::format("HQQ, {} bit, groups of {}", packing_.bits, groupSize());
  }
  std::uint64_t rows() const override { return rows_; }
  std::uint64_t columns() const override { return columns_; }
  bool odd() const override { return false; }

  std::vector<Piece> pieces(std::uint64_t first, std::uint64_t count) const override {
    const Run words = wordsOf(first, count), groups = groupsOf(first, count);
    return {rowsOf(0, wordType(), 1, words.first, words.count),
            rowsOf(1, scales_, 1, groups.first, groups.count),
            rowsOf(2, zeros_, 1, groups.first, groups.count)};
  }

  void decode(std::uint64_t first, std::uint64_t count, std::span<const Bytes> bytes,
              std::span<float> values) const override {
    const std::vector<float> scales = numbersOf(scales_, bytes[1]);
    const std::vector<float> zeros = numbersOf(zeros_, bytes[2]);
    const Run words = wordsOf(first, count), groups = groupsOf(first, count);
    for (std::uint64_t i = 0; i < count * columns_; ++i) {
      const std::uint64_t e = first * columns_ + i;
      const std::uint64_t g = (runs_ ? e / groupSize() : e % groups_) - groups.first;
      const std::uint32_t word = wordAt(bytes[0], e % packing_.words - words.first);
      values[i] = (static_cast<float>(codeOf(word, e / packing_.words)) - zeros[g]) * scales[g];
    }
  }

 private:
  DType wordType() const { return packing_.wide ? DType::I32 : DType::U8; }
  std::uint64_t groupSize() const { return rows_ * columns_ / groups_; }

  Run wordsOf(std::uint64_t first, std::uint64_t count) const {
    return runOf(first * columns_, count * columns_, packing_.words);
  }

  Run groupsOf(std::uint64_t first, std::uint64_t count) const {
    if (!runs_) return runOf(first * columns_, count * columns_, groups_);
    const std::uint64_t top = first * columns_ / groupSize();
    return {top, ceilDiv((first + count) * columns_, groupSize()) - top};
  }

  std::uint32_t wordAt(Bytes words, std::uint64_t index) const {
    if (!packing_.wide) return std::to_integer<std::uint32_t>(words[index]);
    std::uint32_t word = 0;
    std::memcpy(&word, words.data() + 4 * index, 4);
    return word;
  }

  std::uint32_t codeOf(std::uint32_t word, std::uint64_t part) const {
    const auto shift = static_cast<unsigned>(packing_.parts - 1 - part) * packing_.bits;
    return word >> shift & ((1u << packing_.bits) - 1);
  }

  std::uint64_t rows_, columns_, groups_;
  bool runs_;  // groups are runs, and not every groups-th element
  Packing packing_;
  DType scales_, zeros_;
};

// Of a grouped matrix of `lines` lines, of which parts of equal size are laid over each other.
std::optional<Packing> packingOf(const Part& codes, std::uint64_t lines, std::uint64_t width) {
  if (codes.shape.size() != 2 || codes.shape[1] != width || codes.shape[0] == 0) return {};
  const std::uint64_t stored = codes.shape[0], words = stored * width;
  if (codes.dtype == DType::I32) {
    if (ceilDiv(lines, kPartsOfWords) != stored) return {};
    return Packing{3, kPartsOfWords, words, true};
  }
  if (codes.dtype != DType::U8 || lines % stored != 0) return {};
  const std::uint64_t parts = lines / stored;
  if (parts != 1 && parts != 2 && parts != 4 && parts != 8) return {};
  return Packing{static_cast<unsigned>(8 / parts), parts, words, false};
}

}  // namespace

std::unique_ptr<Codec> hqq(const Part& codes, const Part& scales, const Part& zeros,
                           std::uint64_t rows, std::uint64_t columns) {
  std::uint64_t elements = 0;
  if (__builtin_mul_overflow(rows, columns, &elements) || elements == 0) return nullptr;
  if (scales.shape.size() != 2 || zeros.shape != scales.shape || !isFactor(scales.dtype) ||
      !isFactor(zeros.dtype)) {
    return nullptr;
  }
  const bool runs = scales.shape[1] == 1;
  if (!runs && scales.shape[0] != 1) return nullptr;
  const std::uint64_t groups = runs ? scales.shape[0] : scales.shape[1];
  if (groups == 0 || elements % groups != 0) return nullptr;
  const std::uint64_t size = elements / groups;
  const auto packing = packingOf(codes, runs ? groups : size, runs ? size : groups);
  if (!packing) return nullptr;
  return std::make_unique<Hqq>(rows, columns, groups, runs, *packing, scales.dtype, zeros.dtype);
}

}  // namespace kindred::codecs
