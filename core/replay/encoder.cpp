#include "replay/encoder.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>
#include <numeric>
#include <utility>

#include "models/small_floats.hpp"
#include "replay/arithmetic.hpp"
#include "replay/replay.hpp"

namespace kindred::replay {
namespace {

constexpr std::size_t kBlock = 32;  // values under one scale in ggml's plain types

float half(float value) { return rounded(DType::F16, value); }

float inverse(float scale) { return scale != 0 ? 1 / scale : 0; }

// The element of largest magnitude, with its sign; of equals the first.
float largest(std::span<const float> block) {
  float most = 0, value = 0;
  for (const float x : block) {
    if (std::abs(x) > most) {
      most = std::abs(x);
      value = x;
    }
  }
  return value;
}

// Codes 0 to `codes` - 1 about the middle one; the element of largest magnitude becomes code 0.
void symmetricBlock(std::span<float> block, int codes) {
  const int middle = codes / 2;
  const float scale = largest(block) / static_cast<float>(-middle), by = inverse(scale);
  const float nearest = static_cast<float>(middle) + 0.5f;
  for (float& x : block) {
    const int code = std::min(codes - 1, static_cast<int>(std::floor(x * by + nearest)));
    x = static_cast<float>(code - middle) * half(scale);
  }
}

// Codes 0 to `codes` - 1 from the least value up.
void shiftedBlock(std::span<float> block, int codes) {
  const auto [least, most] = std::minmax_element(block.begin(), block.end());
  const float minimum = *least, scale = (*most - minimum) / static_cast<float>(codes - 1);
  const float by = inverse(scale);
  for (float& x : block) {
    const int code = std::min(codes - 1, static_cast<int>(std::floor((x - minimum) * by + 0.5f)));
    x = static_cast<float>(code) * half(scale) + half(minimum);
  }
}

void byteBlock(std::span<float> block) {
  const float scale = std::abs(largest(block)) / 127, by = inverse(scale);
  for (float& x : block) x = std::round(x * by) * half(scale);
}

// The nearest number that E4M3 has, ties to the even code; beyond the largest, that one.
float nearestE4M3(float value) {
  if (std::isnan(value)) return value;
  const auto first = models::kE4M3.begin(), last = first + 127;  // the positive ones
  const float size = std::abs(value);
  auto above = std::lower_bound(first, last, size);
  if (above == last) --above;
  if (above != first) {
    const auto below = above - 1;
    const float up = *above - size, down = size - *below;
    if (down < up || (down == up && (below - first) % 2 == 0)) above = below;
  }
  return std::copysign(*above, value);
}

// The power of two that cuts `length` into so many parts, the last of which may be shorter.
std::optional<std::uint64_t> partOf(std::uint64_t length, std::uint64_t parts) {
  if (parts == length) return 1;
  if (parts == 1) return length;
  for (std::uint64_t size = 2; size < length; size *= 2) {
    if ((length + size - 1) / size == parts) return size;
  }
  return std::nullopt;
}

}  // namespace

bool isEncoded(const models::Tensor& tensor) {
  return tensor.numbers != nullptr && !tensor.numbers->changed &&
         tensor.encoding != models::Encoding::plain;
}

std::optional<Encoder> Encoder::of(const plan::Model& model, const models::Tensor& tensor,
                                   std::uint64_t& bytes_read) {
  Encoder encoder;
  if (!isEncoded(tensor) || tensor.shape.empty()) return std::nullopt;
  const std::uint64_t rows = rowCount(tensor), columns = tensor.elements / rows;
  if (tensor.encoding == models::Encoding::blocks) {
    constexpr std::pair<std::string_view, Rule> kRules[] = {{"Q4_0", Rule::q4_0},
                                                            {"Q4_1", Rule::q4_1},
                                                            {"Q5_0", Rule::q5_0},
                                                            {"Q5_1", Rule::q5_1},
                                                            {"Q8_0", Rule::q8_0}};
    // Behind the type may stand that rows are in another order, which no block minds.
    const std::string_view codec = tensor.numbers->codec;
    const std::string_view type = codec.substr(0, codec.find(','));
    const auto found = std::find_if(std::begin(kRules), std::end(kRules),
                                    [&](const auto& rule) { return rule.first == type; });
    if (found == std::end(kRules) || columns % kBlock != 0) return std::nullopt;
    encoder.rule_ = found->second;
    return encoder;
  }
  const bool scaled = tensor.encoding == models::Encoding::scaled ||
                      tensor.encoding == models::Encoding::row_scaled ||
                      tensor.encoding == models::Encoding::block_scaled;
  if (!scaled || tensor.dtype != DType::F8_E4M3 || tensor.companions.size() != 1) {
    return std::nullopt;
  }
  const models::Tensor* scales = model.checkpoint.find(tensor.companions.front().name);
  if (scales == nullptr || scales->elements == 0 || scales->numbers != nullptr ||
      (scales->dtype != DType::F32 && scales->dtype != DType::BF16 &&
       scales->dtype != DType::F16)) {
    return std::nullopt;
  }
  const std::uint64_t down =
      rowCount(*scales) == 1 && scales->elements == rows && rows > 1 ? rows : rowCount(*scales);
  encoder.rule_ = Rule::e4m3;
  encoder.across_ = scales->elements / down;
  const auto height = partOf(rows, down), width = partOf(columns, encoder.across_);
  if (!height || !width) return std::nullopt;
  encoder.height_ = *height;
  encoder.width_ = *width;
  std::vector<std::uint64_t> all(rowCount(*scales));
  std::iota(all.begin(), all.end(), 0U);
  encoder.scales_ = rowsOf(model, *scales, all, bytes_read);
  return encoder;
}

void Encoder::encode(std::span<const std::uint64_t> rows, std::span<float> values) const {
  if (rows.empty()) return;
  const std::size_t columns = values.size() / rows.size();
  if (rule_ == Rule::e4m3) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const float* scales = scales_.data() + rows[i] / height_ * across_;
      for (std::size_t c = 0; c < columns; ++c) {
        float& x = values[i * columns + c];
        const float scale = scales[c / width_];
        x = nearestE4M3(scale != 0 ? x / scale : 0) * scale;
      }
    }
    return;
  }
  for (std::size_t at = 0; at + kBlock <= values.size(); at += kBlock) {
    const std::span<float> block = values.subspan(at, kBlock);
    switch (rule_) {
      case Rule::q4_0:
        symmetricBlock(block, 16);
        break;
      case Rule::q5_0:
        symmetricBlock(block, 32);
        break;
      case Rule::q4_1:
        shiftedBlock(block, 16);
        break;
      case Rule::q5_1:
        shiftedBlock(block, 32);
        break;
      case Rule::q8_0:
      case Rule::e4m3:
        byteBlock(block);
        break;
    }
  }
}

}  // namespace kindred::replay
