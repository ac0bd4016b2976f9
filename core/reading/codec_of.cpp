#include "reading/codec_of.hpp"

#include <algorithm>
#include <cstring>
#include <initializer_list>

#include <nlohmann/json.hpp>

#include "codecs/bitsandbytes.hpp"
#include "codecs/column_packed.hpp"
#include "codecs/four_bit_floats.hpp"
#include "codecs/grouped_integers.hpp"
#include "codecs/hqq.hpp"
#include "codecs/scaled.hpp"

namespace kindred::reading {
namespace {

using codecs::Part;
using models::Companion;
using models::Encoding;
using models::Tensor;
using Shape = std::vector<std::uint64_t>;

Part partOf(const Tensor& tensor) { return {tensor.dtype, tensor.shape}; }

// [experts, rows, columns] as [experts * rows, columns]: the last `keep` axes stay.
Part folded(const Tensor& tensor, std::size_t keep) {
  Part part = partOf(tensor);
  while (part.shape.size() > keep) {
    part.shape[1] *= part.shape[0];  // no more than its elements
    part.shape.erase(part.shape.begin());
  }
  return part;
}

std::optional<Found> found(std::unique_ptr<codecs::Codec> codec,
                           std::initializer_list<const Tensor*> parts, Shape shape) {
  if (codec == nullptr) return std::nullopt;
  Found made{std::move(codec), {}, std::move(shape)};
  std::copy_if(parts.begin(), parts.end(), std::back_inserter(made.parts),
               [](const Tensor* part) { return part != nullptr; });
  return made;
}

// The shape of codes whose last axis holds `columns` numbers.
Shape widened(const Tensor& tensor, std::uint64_t columns) {
  Shape shape = tensor.shape;
  shape.back() = columns;
  return shape;
}

bool isSmallFloat(DType dtype) { return dtype >= DType::F8_E4M3 && dtype <= DType::F8_E5M2FNUZ; }

// One scale for the matrix, for each row, or for blocks; of experts in one tensor each has its own.
std::unique_ptr<codecs::Codec> scaledBy(const Tensor& tensor, const Tensor& scales,
                                        const Stated& stated, float factor) {
  Part by = partOf(scales);
  if (by.dtype == DType::U8) by.dtype = DType::F8_E8M0;
  if (tensor.shape.size() == 2) {
    if (auto codec =
            codecs::scaled(partOf(tensor), by, stated.block_height, stated.block_width, factor)) {
      return codec;
    }
    return codecs::scaled(partOf(tensor), by, 0, 0, factor);
  }
  if (tensor.shape.size() != 3 || by.shape.empty()) return nullptr;
  const std::uint64_t experts = tensor.shape[0], rows = tensor.shape[1], columns = tensor.shape[2];
  if (scales.elements == 1) return codecs::scaled(folded(tensor, 2), by, 0, 0, factor);
  if (by.shape[0] != experts) return nullptr;
  if (scales.elements == experts) {
    by.shape = {experts, 1};
    return codecs::scaled(folded(tensor, 2), by, rows, columns, factor);
  }
  if (by.shape.size() == 2) by.shape.push_back(1);
  if (by.shape.size() != 3 || by.shape[1] == 0) return nullptr;
  // Blocks must not reach from one expert into the next.
  const std::uint64_t height = rows / by.shape[1];
  if (height == 0 || rows % by.shape[1] != 0) return nullptr;
  by.shape = {experts * by.shape[1], by.shape[2]};
  const std::uint64_t width = by.shape[1] == 1 ? columns : stated.block_width;
  return codecs::scaled(folded(tensor, 2), by, height, width, factor);
}

// The one number of bits with which `columns` codes fill a row of that many words.
unsigned bitsOf(std::uint64_t words, std::uint64_t columns,
                const std::vector<std::uint64_t>& stated) {
  const auto fits = [&](std::uint64_t bits) {
    return bits >= 2 && bits <= 8 && columns < (std::uint64_t{1} << 40) &&
           (columns * bits + 31) / 32 == words;
  };
  for (const std::uint64_t bits : stated) {
    if (fits(bits)) return static_cast<unsigned>(bits);
  }
  for (const unsigned bits : {4u, 8u, 2u, 3u, 5u, 6u, 7u}) {
    if (fits(bits)) return bits;
  }
  return 0;
}

}  // namespace

bool isDescription(const Companion& companion, const Tensor& tensor) {
  const std::string& word = companion.word;
  const bool named = word == "weight_shape" || word == "shape" || word == "weight_format" ||
                     word.find("quant_state") != std::string::npos;
  return named && tensor.bytes <= 4096;
}

std::string matrixName(const std::string& codes) {
  const auto replaced = [&](std::string_view end, std::string_view by) {
    return codes.substr(0, codes.size() - end.size()) + std::string(by);
  };
  if (codes.ends_with(".qweight")) return replaced("qweight", "weight");
  if (codes.ends_with(".W_q")) return replaced("W_q", "weight");
  if (codes.ends_with("_packed")) return replaced("_packed", "");
  for (const std::string_view end : {"_blocks", ".blocks", "._data"}) {
    if (codes.ends_with(end)) return replaced(end, "");
  }
  return codes;
}

// A companion by the word that its name adds, or by the end of that.
const Tensor* CodecFinder::beside(const Tensor& tensor, std::initializer_list<Text> words) const {
  const auto first = [&](auto&& same) -> const Tensor* {
    for (const Companion& companion : tensor.companions) {
      if (!same(companion.word)) continue;
      const auto entry = by_name_.find(companion.name);
      if (entry != by_name_.end()) return entry->second;
    }
    return nullptr;
  };
  for (const Text word : words) {
    const auto ends = [&](const std::string& name) {
      if (name.size() <= word.size() || !name.ends_with(word)) return false;
      const char before = name[name.size() - word.size() - 1];
      return before == '.' || before == '_';
    };
    if (const Tensor* found = first([&](const std::string& name) { return name == word; })) {
      return found;
    }
    if (const Tensor* found = first(ends)) return found;
  }
  return nullptr;
}

std::optional<std::string> CodecFinder::content(const Tensor& tensor, Text part) const {
  for (const Companion& companion : tensor.companions) {
    if (companion.word.find(part) == std::string::npos) continue;
    const auto entry = contents_.find(companion.name);
    if (entry != contents_.end()) return entry->second;
  }
  return std::nullopt;
}

std::optional<Found> CodecFinder::of(const Tensor& tensor) const {
  if (tensor.elements == 0 || tensor.shape.empty()) return std::nullopt;
  switch (tensor.encoding) {
    case Encoding::scaled:
    case Encoding::row_scaled:
    case Encoding::block_scaled:
      return ofFloats(tensor);
    case Encoding::scaled_integers:
      return ofBytes(tensor);
    case Encoding::laid_over:
      return ofHqq(tensor);
    case Encoding::packed_words:
      return ofPackedWords(tensor);
    case Encoding::transposed_words:
      return ofTransposedWords(tensor);
    case Encoding::grouped_words:
      return ofGroupedWords(tensor);
    case Encoding::table_codes:
      return ofTableCodes(tensor);
    case Encoding::four_bit_floats:
      return ofFourBitFloats(tensor);
    default:
      return std::nullopt;
  }
}

std::optional<Found> CodecFinder::ofFloats(const Tensor& tensor) const {
  const Tensor* scales = beside(tensor, {"weight_scale_inv", "weight_scale", "scale_weight",
                                         "qscale_weight", "scale_inv", "scale", "scales"});
  if (scales != nullptr && tensor.dtype == DType::F4) return ofFourBitFloats(tensor);
  // A second scale is another format's.
  if (scales == nullptr || !isSmallFloat(tensor.dtype) ||
      beside(tensor, {"weight_scale_2", "scale_2"})) {
    return std::nullopt;
  }
  return found(scaledBy(tensor, *scales, stated_, 1), {&tensor, scales}, tensor.shape);
}

std::optional<Found> CodecFinder::ofBytes(const Tensor& tensor) const {
  if (tensor.dtype != DType::I8) return std::nullopt;
  if (const Tensor* most = beside(tensor, {"SCB"})) {  // bitsandbytes: the largest is 127
    const auto format = content(tensor, "weight_format");
    if (format && format->find_first_not_of('\0') != std::string::npos) return std::nullopt;
    return found(scaledBy(tensor, *most, stated_, 1.0f / 127), {&tensor, most}, tensor.shape);
  }
  const Tensor* scales = beside(tensor, {"weight_scale", "scale", "scales"});
  if (scales == nullptr || stated_.method == "eetq") return std::nullopt;  // in its kernels' order
  if (const Tensor* zeros = beside(tensor, {"weight_zero_point", "zero_point", "zeros"})) {
    return found(codecs::shiftedIntegers(partOf(tensor), partOf(*scales), partOf(*zeros)),
                 {&tensor, scales, zeros}, tensor.shape);
  }
  return found(scaledBy(tensor, *scales, stated_, 1), {&tensor, scales}, tensor.shape);
}

std::optional<Found> CodecFinder::ofHqq(const Tensor& tensor) const {
  const Tensor* scales = beside(tensor, {"scale"});
  const Tensor* zeros = beside(tensor, {"zero"});
  const auto shape = content(tensor, "shape");
  if (scales == nullptr || zeros == nullptr || !shape || shape->size() != 16) return std::nullopt;
  std::uint64_t rows = 0, columns = 0;
  std::memcpy(&rows, shape->data(), 8);
  std::memcpy(&columns, shape->data() + 8, 8);
  return found(codecs::hqq(partOf(tensor), partOf(*scales), partOf(*zeros), rows, columns),
               {&tensor, scales, zeros}, {rows, columns});
}

std::optional<Found> CodecFinder::ofPackedWords(const Tensor& tensor) const {
  const Tensor* scales = beside(tensor, {"weight_scale"});
  if (scales == nullptr || tensor.shape.size() != 2) return std::nullopt;
  const Tensor* zeros = beside(tensor, {"weight_zero_point"});
  const Tensor* groups = beside(tensor, {"weight_g_idx"});
  const std::uint64_t words = tensor.shape[1];
  std::uint64_t columns = 0;
  const auto shape = content(tensor, "weight_shape");
  if (shape && shape->size() == 16) {
    std::memcpy(&columns, shape->data() + 8, 8);
  } else if (stated_.bits.size() == 1 && words < (std::uint64_t{1} << 32)) {
    columns = words * 32 / std::max<std::uint64_t>(stated_.bits.front(), 1);
  }
  if (columns == 0) return std::nullopt;
  const auto optional = [](const Tensor* part) {
    return part == nullptr ? std::nullopt : std::optional(partOf(*part));
  };
  return found(
      codecs::packedIntegers(partOf(tensor), partOf(*scales), optional(zeros), optional(groups),
                             bitsOf(words, columns, stated_.bits), columns),
      {&tensor, scales, zeros, groups}, {tensor.shape[0], columns});
}

std::optional<Found> CodecFinder::ofTransposedWords(const Tensor& tensor) const {
  const Tensor* zeros = beside(tensor, {"qzeros"});
  const Tensor* scales = beside(tensor, {"scales"});
  const Tensor* groups = beside(tensor, {"g_idx"});
  if (zeros == nullptr || scales == nullptr || tensor.shape.size() != 2) return std::nullopt;
  // Words in another order, for the kernels of one library.
  for (const char* other : {"marlin", "bitblas"}) {
    if (stated_.checkpoint_format.find(other) != std::string::npos) return std::nullopt;
    if (stated_.version.find(other) != std::string::npos) return std::nullopt;
  }
  std::unique_ptr<codecs::Codec> codec;
  if (stated_.version == "gemv") {  // words along each row
    groups = nullptr;
    codec = codecs::awqRows(partOf(tensor), partOf(*zeros), partOf(*scales), stated_.group_size);
  } else if (stated_.method != "awq" && scales->shape.size() == 2 &&
             scales->shape[1] == tensor.shape[1]) {
    const auto version = stated_.checkpoint_format == "gptq_v2" ? codecs::GptqZeros::as_is
                                                                : codecs::GptqZeros::minus_one;
    const auto order = groups == nullptr ? std::nullopt : std::optional(partOf(*groups));
    codec = codecs::gptq(partOf(tensor), partOf(*zeros), partOf(*scales), order, version);
  } else {
    groups = nullptr;
    codec = codecs::awq(partOf(tensor), partOf(*zeros), partOf(*scales));
  }
  if (codec == nullptr) return std::nullopt;
  Shape shape{codec->rows(), codec->columns()};
  return found(std::move(codec), {&tensor, zeros, scales, groups}, std::move(shape));
}

std::optional<Found> CodecFinder::ofGroupedWords(const Tensor& tensor) const {
  const Tensor* scales = beside(tensor, {"scales"});
  if (scales == nullptr || tensor.dtype != DType::U32 || tensor.shape.size() < 2 ||
      scales->shape.size() != tensor.shape.size()) {
    return std::nullopt;
  }
  const std::uint64_t words = tensor.shape.back(), groups = scales->shape.back();
  const Tensor* biases = beside(tensor, {"biases"});
  if (biases == nullptr) {  // its other modes hold small floats
    if (scales->dtype != DType::U8 || words >= (std::uint64_t{1} << 40)) return std::nullopt;
    Part codes = folded(tensor, 2), by = folded(*scales, 2);
    codes.dtype = DType::U8;
    codes.shape[1] *= 4;
    if (stated_.mode == "mxfp8" && words == 8 * groups) {
      codes.dtype = DType::F8_E4M3;
      by.dtype = DType::F8_E8M0;
      return found(codecs::scaled(codes, by, 1, 32), {&tensor, scales}, widened(tensor, words * 4));
    }
    if (stated_.mode == "nvfp4") by.dtype = DType::F8_E4M3;
    if (stated_.mode != "nvfp4" && stated_.mode != "mxfp4") return std::nullopt;
    return found(codecs::fourBitFloats(codes, by), {&tensor, scales}, widened(tensor, words * 8));
  }
  const auto own = stated_.group_size_of.find(tensor.name.substr(0, tensor.name.rfind('.')));
  const std::uint64_t size = own == stated_.group_size_of.end() ? stated_.group_size : own->second;
  if (size == 0 || size > 65536 || groups > (std::uint64_t{1} << 40)) return std::nullopt;
  const std::uint64_t columns = groups * size;
  const unsigned bits = bitsOf(words, columns, stated_.bits);
  return found(codecs::mlxAffine(folded(tensor, 2), folded(*scales, 2), folded(*biases, 2), bits),
               {&tensor, scales, biases}, widened(tensor, columns));
}

std::optional<Found> CodecFinder::ofTableCodes(const Tensor& tensor) const {
  const auto text = content(tensor, "quant_state");
  if (!text) return std::nullopt;
  const nlohmann::json json = nlohmann::json::parse(*text, nullptr, false);
  const auto number = [&](const char* key) -> std::uint64_t {
    const auto value = json.is_object() ? json.find(key) : json.end();
    return json.is_object() && value != json.end() && value->is_number_unsigned()
               ? value->get<std::uint64_t>()
               : 0;
  };
  if (!json.is_object() || !json.contains("shape") || !json["shape"].is_array())
    return std::nullopt;
  Shape shape;
  for (const nlohmann::json& length : json["shape"]) {
    if (!length.is_number_unsigned()) return std::nullopt;
    shape.push_back(length.get<std::uint64_t>());
  }
  if (shape.size() != 2) return std::nullopt;
  codecs::BitsAndBytesState state{shape[0], shape[1], number("blocksize"), 0, 0};
  const Tensor* map = beside(tensor, {"weight.quant_map", "quant_map"});
  const Tensor* most = beside(tensor, {"weight.absmax", "absmax"});
  const Tensor* outer = beside(tensor, {"nested_absmax"});
  const Tensor* outer_map = beside(tensor, {"nested_quant_map"});
  for (const Companion& companion : tensor.companions) {  // "nested_absmax" ends in "absmax", too
    const auto entry = by_name_.find(companion.name);
    if (entry == by_name_.end()) continue;
    if (companion.word == "absmax") most = entry->second;
    if (companion.word == "quant_map") map = entry->second;
  }
  if (map == nullptr || most == nullptr) return std::nullopt;
  std::vector<Part> parts{partOf(tensor), partOf(*map), partOf(*most)};
  if (outer != nullptr && outer_map != nullptr) {
    state.nested_block = std::max<std::uint64_t>(number("nested_blocksize"), 1);
    if (json.contains("nested_offset") && json["nested_offset"].is_number()) {
      state.nested_offset = json["nested_offset"].get<float>();
    }
    parts.push_back(partOf(*outer));
    parts.push_back(partOf(*outer_map));
  } else {
    outer = outer_map = nullptr;
  }
  return found(codecs::bitsAndBytes4(parts, state), {&tensor, map, most, outer, outer_map}, shape);
}

std::optional<Found> CodecFinder::ofFourBitFloats(const Tensor& tensor) const {
  const Tensor* scales = beside(tensor, {"weight_scale", "scales", "scale"});
  const bool halves = tensor.dtype == DType::F4;  // counted one by one, where others count bytes
  const bool bytes = tensor.dtype == DType::U8 || tensor.dtype == DType::I8;
  if (scales == nullptr || (!bytes && !halves)) return std::nullopt;
  // [.., rows, groups, 16]
  const bool blocks = tensor.name.ends_with("_blocks") || tensor.name.ends_with(".blocks");
  const std::size_t axes = blocks ? 3 : 2;
  if (tensor.shape.size() < axes) return std::nullopt;
  Shape shape(tensor.shape.begin(), tensor.shape.end() - (blocks ? 1 : 0));
  if (blocks && tensor.shape.back() != 16) return std::nullopt;
  if (shape.back() > (std::uint64_t{1} << 40)) return std::nullopt;
  Part codes = folded(tensor, axes);
  const Part by = folded(*scales, 2);
  if (halves && (blocks || codes.shape.back() % 2 != 0)) return std::nullopt;
  if (halves) codes.shape.back() /= 2;
  codes.dtype = DType::U8;
  shape.back() *= blocks ? 32 : halves ? 1 : 2;
  if (const Tensor* divisor = beside(tensor, {"weight_global_scale", "global_scale"})) {
    return found(codecs::fourBitFloats(codes, by, partOf(*divisor), codecs::Global::divides),
                 {&tensor, scales, divisor}, shape);
  }
  if (const Tensor* factor = beside(tensor, {"weight_scale_2", "scale_2"})) {
    return found(codecs::fourBitFloats(codes, by, partOf(*factor), codecs::Global::multiplies),
                 {&tensor, scales, factor}, shape);
  }
  return found(codecs::fourBitFloats(codes, by), {&tensor, scales}, shape);
}

}  // namespace kindred::reading
