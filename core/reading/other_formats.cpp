#include "reading/other_formats.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "models/names.hpp"
#include "models/weight_files.hpp"
#include "codecs/rows.hpp"
#include "formats/gguf.hpp"
#include "formats/gguf_types.hpp"
#include "formats/torch_file.hpp"
#include "reading/codec_file.hpp"
#include "reading/gguf_layout.hpp"

namespace kindred::reading {
namespace {

using models::Catalogue;
using models::Encoding;
using models::Shard;
using models::Tensor;

constexpr std::uint64_t kMostTokenBytes = std::uint64_t{256} << 20;
// A view may show one element of its storage again and again.
constexpr std::uint64_t kMostRepeats = 64;

std::shared_ptr<const models::Numbers> numbersOf(std::unique_ptr<codecs::Codec> codec,
                                                     const Shard& shard, const Tensor& tensor,
                                                     std::string stored_name,
                                                     std::vector<std::uint64_t> stored_shape) {
  auto numbers = std::make_shared<models::Numbers>();
  numbers->codec = codec->name();
  numbers->symmetric = codec->odd();
  numbers->stored_name = std::move(stored_name);
  numbers->stored_elements = 1;
  for (const std::uint64_t length : stored_shape) numbers->stored_elements *= length;
  numbers->stored_shape = std::move(stored_shape);
  auto file = std::make_shared<CodecFile>(std::move(codec),
                                          std::vector<StoredPart>{{&shard, tensor.offset}});
  numbers->shard = {shard.name, file, 0, file.get()};
  return numbers;
}

std::uint64_t columnsOf(const formats::GgufTensor& tensor) {
  return tensor.shape.size() < 2 ? 1 : tensor.shape.back();
}

Tensor tensorOf(const formats::GgufTensor& from, const GgufLayout& layout, const Shard& shard,
                std::size_t index) {
  Tensor tensor;
  tensor.name = layout.nameOf(from.name);
  tensor.shape = from.shape;
  tensor.elements = from.elements;
  tensor.shard = index;
  tensor.offset = from.offset;
  tensor.bytes = from.bytes;
  const auto* dtype = std::get_if<DType>(&from.type);
  const auto* block = dtype != nullptr ? nullptr : std::get<const codecs::BlockType*>(from.type);
  tensor.dtype = dtype != nullptr ? *dtype : DType::U8;
  tensor.encoding = block != nullptr                                ? Encoding::blocks
                    : *dtype >= DType::I64 && *dtype <= DType::BOOL ? Encoding::integers
                                                                    : Encoding::plain;
  std::unique_ptr<codecs::Codec> codec;
  if (block != nullptr) {
    const std::uint64_t columns = from.shape.empty() ? 1 : from.shape.back();
    codec = codecs::blockRows(*block, from.elements / columns, columns);
  }
  if (const std::uint64_t head = layout.rowsInTurns(from.name); head > 0) {
    const std::uint64_t columns = columnsOf(from);
    if (block == nullptr) codec = codecs::plainRows(*dtype, from.elements / columns, columns);
    const bool whole = codec != nullptr && head % 2 == 0 && codec->rows() % head == 0;
    if (whole) {
      codec = codecs::halvesInTurns(std::move(codec), head);
    } else if (block == nullptr) {
      codec = nullptr;
    }
  }
  if (codec == nullptr) return tensor;
  std::vector<std::uint64_t> stored =
      block != nullptr ? std::vector<std::uint64_t>{from.bytes} : from.shape;
  tensor.numbers = numbersOf(std::move(codec), shard, tensor, from.name, std::move(stored));
  return tensor;
}

// A view whose elements do not stand row after row. Null: it shows its storage too often.
std::unique_ptr<codecs::Codec> viewOf(const formats::TorchTensor& from, std::uint64_t span) {
  if (from.elements / kMostRepeats > span) return nullptr;
  return codecs::stridedRows(from.dtype, from.shape, from.strides, 0);
}

void addTensor(const formats::TorchTensor& from, const Shard& shard, std::size_t index,
               Catalogue& catalogue) {
  Tensor tensor;
  tensor.name = from.name;
  tensor.dtype = from.dtype;
  tensor.shape = from.shape;
  tensor.elements = from.elements;
  tensor.shard = index;
  const std::uint64_t size = info(from.dtype).bits / 8;
  tensor.offset = from.storage + from.first * size;
  tensor.bytes = from.elements * size;
  if (from.elements > 0 && !from.contiguous()) {
    std::uint64_t span = 1;  // elements of the storage, all of which lie inside it
    for (std::size_t axis = 0; axis < from.shape.size(); ++axis) {
      span += (from.shape[axis] - 1) * from.strides[axis];
    }
    auto codec = viewOf(from, span);
    if (codec == nullptr) {
      catalogue.notes.push_back(fmt::format(
          "tensor '{}' of {} is left out: it shows {} elements "
          "of its storage as {}",
          models::escaped(from.name), models::escaped(shard.name), span, from.elements));
      return;
    }
    tensor.bytes = span * size;
    tensor.numbers = numbersOf(std::move(codec), shard, tensor, from.name, {span});
  }
  catalogue.tensors.push_back(std::move(tensor));
}

void addNotes(const formats::TorchFile& file, const Shard& shard, Catalogue& catalogue) {
  const std::string name = models::escaped(shard.name);
  for (const std::string& left : file.left_out) {
    catalogue.notes.push_back(fmt::format("left out of {}: {}", name, models::escaped(left)));
  }
  if (!file.suspicious.empty()) {
    catalogue.notes.push_back(fmt::format(
        "{} names {}, which weights have no use for and which runs where such a file is loaded "
        "and not only read",
        name, models::listed(file.suspicious)));
  }
}

}  // namespace

Catalogue readGgufs(std::vector<Shard>& shards) {
  Catalogue catalogue;
  std::set<std::string> names;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    File& file = *shards[i].file;
    const formats::GgufHeader header = formats::readGguf(file);
    const GgufLayout layout(header);
    std::uint64_t data = file.size();
    for (const formats::GgufTensor& tensor : header.tensors) {
      data = std::min(data, tensor.offset);
      catalogue.tensors.push_back(tensorOf(tensor, layout, shards[i], i));
      // Two of GGUF's names may stand for one of the Hub's, of different families.
      if (!names.insert(catalogue.tensors.back().name).second) {
        catalogue.tensors.back().name = tensor.name;
      }
    }
    shards[i].header_bytes = data;
    if (catalogue.notes.empty() && layout.splitsLatents()) {
      catalogue.notes.push_back(
          "keys and values from the latent (kv_b_proj) are split in two here (k_b_proj, v_b_proj): "
          "they are compared by content alone");
    }
    if (catalogue.config.empty()) catalogue.config = layout.config();
    if (catalogue.tokens.empty()) {
      catalogue.tokens = formats::textsOf(file, header, "tokenizer.ggml.tokens", kMostTokenBytes);
    }
  }
  return catalogue;
}

Catalogue readTorchFiles(std::vector<Shard>& shards) {
  Catalogue catalogue;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const formats::TorchFile file = formats::readTorchFile(*shards[i].file);
    std::uint64_t data = shards[i].file->size();
    for (const formats::TorchTensor& tensor : file.tensors) {
      data = std::min(data, tensor.storage);
      addTensor(tensor, shards[i], i, catalogue);
    }
    shards[i].header_bytes = data;
    addNotes(file, shards[i], catalogue);
  }
  return catalogue;
}

}  // namespace kindred::reading
