#include "codecs/column_packed.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "codecs/scalars.hpp"

namespace kindred::codecs {
namespace {

struct Extents {
  std::uint64_t inputs = 0, outputs = 0, groups = 0;
  DType scales = DType::F16;

  std::uint64_t width() const { return ceilDiv(inputs, groups); }
};

// A run of outputs, inputs or groups.
struct Span {
  std::uint64_t first = 0, count = 0;
};

// Runs shorter than this share of the outputs are read as the whole matrix: they would be strewn
// over it in pieces of a few bytes, many for every word.
constexpr std::uint64_t kShortRuns = 64;

// Parts are matrices of one row for each input, word of inputs or group, along which the outputs
// stand. The two formats differ in where a code stands.
class ColumnPacked : public Codec {
 public:
  ColumnPacked(const Extents& extents, const std::vector<Part>& parts) : extents_(extents) {
    for (const Part& part : parts) rows_.push_back(part.shape.front());
  }

  std::uint64_t rows() const final { return extents_.outputs; }
  std::uint64_t columns() const final { return extents_.inputs; }
  bool odd() const final { return false; }

  std::vector<Piece> pieces(std::uint64_t first, std::uint64_t count) const final {
    const Span outputs = read(first, count);
    const bool whole = outputs.count == extents_.outputs;
    std::vector<Piece> list;
    for (std::size_t part = 0; part < rows_.size(); ++part) {
      if (part == kOrder) {
        list.push_back({part, 0, 4 * extents_.inputs});
        continue;
      }
      const std::uint64_t row = bytesOf(part, extents_.outputs);
      const std::uint64_t start = bytesOf(part, outputs.first);
      if (whole) list.push_back({part, 0, rows_[part] * row});
      for (std::uint64_t r = 0; !whole && r < rows_[part]; ++r) {
        list.push_back({part, r * row + start, bytesOf(part, outputs.count)});
      }
    }
    return list;
  }

  std::vector<Piece> columnPieces(std::uint64_t first, std::uint64_t count) const final {
    const Span inputs = readInputs(first, count), groups = groupsOf(inputs);
    const std::uint64_t outputs = extents_.outputs, codes = codeBytes(0, outputs);
    std::vector<Piece> list{{0, codeRows(inputs.first) * codes, codeRows(inputs.count) * codes}};
    for (const std::size_t part : {std::size_t{1}, std::size_t{2}}) {
      const std::uint64_t row = bytesOf(part, outputs);
      list.push_back({part, groups.first * row, groups.count * row});
    }
    if (ordered()) list.push_back({kOrder, 4 * inputs.first, 4 * inputs.count});
    return list;
  }

  void decodeColumns(std::uint64_t first, std::uint64_t count, std::span<const Bytes> bytes,
                     std::span<float> values) const final {
    const Span inputs = readInputs(first, count), groups = groupsOf(inputs);
    const std::vector<float> scales = numbersOf(extents_.scales, bytes[2]);
    std::vector<float> group_of_input;
    if (ordered()) group_of_input = numbersOf(DType::I32, bytes[kOrder]);
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t at = first + i - inputs.first;
      const std::uint64_t g =
          ordered() ? group(group_of_input, at) : (first + i) / extents_.width() - groups.first;
      for (std::uint64_t o = 0; o < extents_.outputs; ++o) {
        values[i * extents_.outputs + o] =
            g >= groups.count ? std::nanf("")
                              : numberOf(bytes[0], bytes[1], scales, extents_.outputs, at, g, o);
      }
    }
  }

  void decode(std::uint64_t first, std::uint64_t count, std::span<const Bytes> bytes,
              std::span<float> values) const final {
    const Span outputs = read(first, count);
    std::vector<std::byte> gathered[kOrder];
    Bytes parts[kOrder];
    std::size_t at = 0;
    for (std::size_t part = 0; part < kOrder; ++part) {
      const std::uint64_t pieces = outputs.count == extents_.outputs ? 1 : rows_[part];
      parts[part] = joined(bytes.subspan(at, pieces), gathered[part]);
      at += pieces;
    }
    const std::vector<float> scales = numbersOf(extents_.scales, parts[2]);
    std::vector<float> group_of_input;
    if (ordered()) group_of_input = numbersOf(DType::I32, bytes[at]);
    for (std::uint64_t i = 0; i < extents_.inputs; ++i) {
      const std::uint64_t g = group(group_of_input, i);
      for (std::uint64_t r = 0; r < count; ++r) {
        float& value = values[r * extents_.inputs + i];
        const std::uint64_t o = first - outputs.first + r;
        value = g >= extents_.groups ? std::nanf("")
                                     : numberOf(parts[0], parts[1], scales, outputs.count, i, g, o);
      }
    }
  }

 protected:
  // Of `outputs` outputs, whose words lie together.
  virtual std::uint32_t codeOf(Bytes codes, std::uint64_t outputs, std::uint64_t input,
                               std::uint64_t output) const = 0;
  virtual float zeroOf(Bytes zeros, std::uint64_t outputs, std::uint64_t group,
                       std::uint64_t output) const = 0;
  // What a row of codes (part 0) or zero points (part 1) takes for so many outputs.
  virtual std::uint64_t codeBytes(std::size_t part, std::uint64_t outputs) const = 0;
  // Outputs that fill whole words in every part; inputs that fill whole rows of codes.
  virtual std::uint64_t outputsOfWords() const = 0;
  virtual std::uint64_t inputsOfWords() const = 0;
  // Rows of codes for so many inputs.
  virtual std::uint64_t codeRows(std::uint64_t inputs) const = 0;

  const Extents extents_;

 private:
  static constexpr std::size_t kOrder = 3;  // the part that tells each input's group

  // The outputs that are read for a run of them.
  Span read(std::uint64_t first, std::uint64_t count) const {
    if (count < ceilDiv(extents_.outputs, kShortRuns)) return {0, extents_.outputs};
    const std::uint64_t unit = outputsOfWords(), start = first / unit * unit;
    const std::uint64_t end = std::min(ceilDiv(first + count, unit) * unit, extents_.outputs);
    return {start, end - start};
  }

  // The inputs that are read for a run of them, and the groups that these may be in.
  Span readInputs(std::uint64_t first, std::uint64_t count) const {
    const std::uint64_t unit = inputsOfWords(), start = first / unit * unit;
    const std::uint64_t end = std::min(ceilDiv(first + count, unit) * unit, extents_.inputs);
    return {start, end - start};
  }
  Span groupsOf(const Span& inputs) const {
    if (ordered()) return {0, extents_.groups};
    const std::uint64_t start = inputs.first / extents_.width();
    return {start, (inputs.first + inputs.count - 1) / extents_.width() + 1 - start};
  }

  bool ordered() const { return rows_.size() > kOrder; }

  // Of parts that hold `outputs` outputs; input and group counted from the first that they hold.
  float numberOf(Bytes codes, Bytes zeros, const std::vector<float>& scales, std::uint64_t outputs,
                 std::uint64_t input, std::uint64_t group, std::uint64_t output) const {
    return scales[group * outputs + output] *
           (static_cast<float>(codeOf(codes, outputs, input, output)) -
            zeroOf(zeros, outputs, group, output));
  }

  std::uint64_t bytesOf(std::size_t part, std::uint64_t outputs) const {
    return part < 2 ? codeBytes(part, outputs) : outputs * sizeOf(extents_.scales);
  }

  static Bytes joined(std::span<const Bytes> pieces, std::vector<std::byte>& gathered) {
    if (pieces.size() == 1) return pieces.front();
    for (const Bytes& piece : pieces) gathered.insert(gathered.end(), piece.begin(), piece.end());
    return gathered;
  }

  std::uint64_t group(const std::vector<float>& group_of_input, std::uint64_t input) const {
    if (group_of_input.empty()) return input / extents_.width();
    const float g = group_of_input[input];
    return g >= 0 && g < static_cast<float>(extents_.groups) ? static_cast<std::uint64_t>(g)
                                                             : extents_.groups;
  }

  std::vector<std::uint64_t> rows_;  // of each part
};

class Gptq final : public ColumnPacked {
 public:
  Gptq(const Extents& extents, const std::vector<Part>& parts, unsigned bits, GptqZeros version)
      : ColumnPacked(extents, parts), bits_(bits), version_(version), ordered_(parts.size() > 3) {}

  std::string name() const override {
    return fmt::format("GPTQ, {} bit, groups of {}{}", bits_, extents_.width(),
                       ordered_ ? ", grouped by order" : "");
  }

 protected:
  std::uint32_t codeOf(Bytes codes, std::uint64_t outputs, std::uint64_t input,
                       std::uint64_t output) const override {
    // A column of words is one stream of bits.
    std::uint32_t code = 0;
    for (unsigned taken = 0; taken < bits_;) {
      const std::uint64_t bit = input * bits_ + taken;
      const auto inside = static_cast<unsigned>(bit % 8);
      const unsigned here = std::min(8 - inside, bits_ - taken);
      const std::uint64_t at = 4 * (bit / 32 * outputs + output) + bit % 32 / 8;
      const auto byte = std::to_integer<std::uint32_t>(codes[at]);
      code |= ((byte >> inside) & ((1u << here) - 1)) << taken;
      taken += here;
    }
    return code;
  }

  float zeroOf(Bytes zeros, std::uint64_t outputs, std::uint64_t group,
               std::uint64_t output) const override {
    const std::uint64_t row = codeBytes(1, outputs);
    const auto stored = codeAt(zeros.subspan(group * row, row), output, bits_);
    return static_cast<float>(stored + (version_ == GptqZeros::minus_one ? 1 : 0));
  }

  std::uint64_t codeBytes(std::size_t part, std::uint64_t outputs) const override {
    return 4 * (part == 0 ? outputs : ceilDiv(outputs * bits_, 32));
  }
  std::uint64_t outputsOfWords() const override { return 32 / std::gcd(32u, bits_); }
  std::uint64_t inputsOfWords() const override { return outputsOfWords(); }
  std::uint64_t codeRows(std::uint64_t inputs) const override {
    return ceilDiv(inputs * bits_, 32);
  }

 private:
  unsigned bits_;
  GptqZeros version_;
  bool ordered_;
};

class Awq final : public ColumnPacked {
 public:
  using ColumnPacked::ColumnPacked;

  std::string name() const override {
    return fmt::format("AWQ, 4 bit, groups of {}", extents_.width());
  }

 protected:
  std::uint32_t codeOf(Bytes codes, std::uint64_t outputs, std::uint64_t input,
                       std::uint64_t output) const override {
    return nibble(codes, outputs, input, output);
  }
  float zeroOf(Bytes zeros, std::uint64_t outputs, std::uint64_t group,
               std::uint64_t output) const override {
    return static_cast<float>(nibble(zeros, outputs, group, output));
  }
  std::uint64_t codeBytes(std::size_t, std::uint64_t outputs) const override { return outputs / 2; }
  std::uint64_t outputsOfWords() const override { return 8; }
  std::uint64_t inputsOfWords() const override { return 1; }
  std::uint64_t codeRows(std::uint64_t inputs) const override { return inputs; }

 private:
  // Nibble n of a word belongs to output 0, 2, 4, 6, 1, 3, 5, 7 of its eight.
  static std::uint32_t nibble(Bytes words, std::uint64_t outputs, std::uint64_t row,
                              std::uint64_t output) {
    constexpr unsigned kNibbleOf[8] = {0, 4, 1, 5, 2, 6, 3, 7};
    const unsigned n = kNibbleOf[output % 8];
    const auto byte =
        std::to_integer<std::uint32_t>(words[row * (outputs / 2) + output / 8 * 4 + n / 2]);
    return n % 2 == 0 ? byte & 15 : byte >> 4;
  }
};

bool isMatrix(const Part& part, DType dtype) {
  return part.dtype == dtype && part.shape.size() == 2 && part.shape[0] != 0 &&
         part.shape[1] != 0 && part.shape[0] < (std::uint64_t{1} << 32) &&
         part.shape[1] < (std::uint64_t{1} << 32);
}

}  // namespace

std::unique_ptr<Codec> gptq(const Part& codes, const Part& zeros, const Part& scales,
                            const std::optional<Part>& group_of_input, GptqZeros version) {
  if (!isMatrix(codes, DType::I32) || !isMatrix(zeros, DType::I32) ||
      !isMatrix(scales, scales.dtype) || !isFactor(scales.dtype)) {
    return nullptr;
  }
  Extents extents{0, codes.shape[1], scales.shape[0], scales.dtype};
  const std::uint64_t zero_bits = 32 * zeros.shape[1] / extents.outputs;
  for (const unsigned bits : {2u, 3u, 4u, 8u}) {
    if (zero_bits != bits || ceilDiv(extents.outputs * bits, 32) != zeros.shape[1]) continue;
    extents.inputs = 32 * codes.shape[0] / bits;
    if (ceilDiv(extents.inputs * bits, 32) != codes.shape[0]) continue;
    if (scales.shape[1] != extents.outputs || zeros.shape[0] != extents.groups ||
        extents.groups > extents.inputs) {
      return nullptr;
    }
    std::vector<Part> parts{codes, zeros, scales};
    if (group_of_input) {
      if (group_of_input->dtype != DType::I32 ||
          group_of_input->shape != std::vector<std::uint64_t>{extents.inputs}) {
        return nullptr;
      }
      parts.push_back(*group_of_input);
    } else if (ceilDiv(extents.inputs, extents.width()) != extents.groups) {
      return nullptr;
    }
    return std::make_unique<Gptq>(extents, parts, bits, version);
  }
  return nullptr;
}

std::unique_ptr<Codec> awq(const Part& codes, const Part& zeros, const Part& scales) {
  if (!isMatrix(codes, DType::I32) || !isMatrix(zeros, DType::I32) ||
      !isMatrix(scales, scales.dtype) || !isFactor(scales.dtype)) {
    return nullptr;
  }
  const Extents extents{codes.shape[0], 8 * codes.shape[1], scales.shape[0], scales.dtype};
  if (zeros.shape[1] != codes.shape[1] || zeros.shape[0] != extents.groups ||
      scales.shape[1] != extents.outputs || extents.groups > extents.inputs ||
      ceilDiv(extents.inputs, extents.width()) != extents.groups) {
    return nullptr;
  }
  return std::make_unique<Awq>(extents, std::vector<Part>{codes, zeros, scales});
}

}  // namespace kindred::codecs
