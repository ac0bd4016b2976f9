#include "formats/catalogue.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "codecs/codec_file.hpp"
#include "codecs/rows.hpp"
#include "words/json_walk.hpp"
#include "words/names.hpp"

namespace kindred::formats {
namespace {

using models::Encoding;
using models::Shard;
using models::Tensor;
using words::escaped;
using words::naturalLess;

constexpr std::size_t kMostAxes = 64, kLongestName = 65536;
// A view may show one element of its storage again and again; beyond kMostRepeats it is left out,
// and beyond kAbsurdRepeats no tensor that anybody could hold.
constexpr std::uint64_t kMostRepeats = 64, kAbsurdRepeats = 4096;

std::string shapeText(const std::vector<std::uint64_t>& shape) {
  constexpr std::size_t kShown = 8;
  const auto end = shape.begin() + static_cast<long>(std::min(shape.size(), kShown));
  return fmt::format("[{}{}]", fmt::join(shape.begin(), end, ", "),
                     shape.size() > kShown ? ", ..." : "");
}

// How the elements of a tensor are stored: a plain element is a block of one.
struct Stored {
  const codecs::BlockType* block = nullptr;  // null: plain elements
  std::uint64_t elements = 1;
  std::uint64_t bits = 8;  // of a block
  std::string name;
};

class Checker {
 public:
  Checker(Catalogue& catalogue, const models::FormatUsed& format, std::vector<Shard>& shards)
      : catalogue_(catalogue), format_(format), shards_(shards) {}

  std::vector<Tensor> run() {
    checkFiles();
    tensors_.reserve(catalogue_.tensors.size());
    for (CatalogueTensor& tensor : catalogue_.tensors) add(tensor);
    std::sort(tensors_.begin(), tensors_.end(), [](const Tensor& a, const Tensor& b) {
      if (a.name != b.name) return naturalLess(a.name, b.name);
      return a.shard < b.shard;
    });
    checkTwins();
    checkSpans();
    return std::move(tensors_);
  }

 private:
  Error error(std::size_t shard, const std::string& what) const {
    return inputError(shards_[shard].file->place(), what,
                      "the file is damaged or no " + format_.title + " file; fetch it again");
  }
  Error error(const CatalogueTensor& tensor, const std::string& what) const {
    return error(tensor.file, fmt::format("tensor '{}' {}", nameOf(tensor), what));
  }
  static std::string nameOf(const CatalogueTensor& tensor) {
    return escaped(tensor.stored_name.empty() ? tensor.name : tensor.stored_name);
  }
  // What the plugin and not the file did wrong.
  Error fault(const std::string& what) const {
    return {Category::plugin, "plugin '" + format_.plugin + "'", "the format's catalogue " + what,
            "a fault in the plugin: tell its author"};
  }

  std::uint64_t dataBegin(std::size_t shard) const {
    return catalogue_.data_begins.empty() ? 0 : catalogue_.data_begins[shard];
  }
  std::uint64_t dataBytes(std::size_t shard) const {
    return shards_[shard].file->size() - dataBegin(shard);
  }
  const char* whole() const { return catalogue_.data_begins.empty() ? "file" : "data"; }

  void checkFiles() {
    if (!catalogue_.data_begins.empty() && catalogue_.data_begins.size() != shards_.size()) {
      throw fault("states where data begin for another number of files than there are");
    }
    for (std::size_t i = 0; i < shards_.size(); ++i) {
      const std::uint64_t size = shards_[i].file->size();
      if (dataBegin(i) > size) {
        throw error(
            i, fmt::format("the header ends at byte {} of a file of {} bytes", dataBegin(i), size));
      }
      shards_[i].header_bytes = catalogue_.data_begins.empty() ? size : dataBegin(i);
    }
    placed_.resize(shards_.size());
  }

  void add(CatalogueTensor& from) {
    if (from.file >= shards_.size()) throw fault("names a file that it was not given");
    checkName(from);
    const Stored stored = storedAs(from);
    Tensor tensor;
    tensor.shard = from.file;
    tensor.dtype = stored.block != nullptr ? DType::U8 : from.dtype;
    tensor.encoding = encodingOf(from, stored);
    checkSpan(from, stored, tensor);
    tensor.offset += dataBegin(from.file);
    if (from.view && !applyView(from, tensor)) return;
    if (auto codec = codecOf(from, stored, tensor)) {
      tensor.numbers = numbersOf(std::move(codec), from, stored, tensor);
    }
    std::uint64_t& header = shards_[from.file].header_bytes;
    if (!placed_[from.file] || tensor.offset < header) header = tensor.offset;
    placed_[from.file] = true;
    tensor.name = std::move(from.name);
    tensor.shape = std::move(from.shape);
    tensors_.push_back(std::move(tensor));
  }

  void checkName(const CatalogueTensor& tensor) const {
    for (const std::string* name : {&tensor.name, &tensor.stored_name}) {
      if (name->size() > kLongestName) {
        throw error(tensor.file, fmt::format("a tensor's name has {} bytes; the limit is {}",
                                             name->size(), kLongestName));
      }
      if (!words::isUtf8(*name)) {
        throw error(tensor.file, fmt::format("a tensor's name is no UTF-8: '{}'", escaped(*name)));
      }
    }
    if (tensor.shape.size() > kMostAxes) {
      throw error(tensor,
                  fmt::format("has {} axes; the limit is {}", tensor.shape.size(), kMostAxes));
    }
  }

  Stored storedAs(const CatalogueTensor& tensor) const {
    if (tensor.block.empty()) {
      return {nullptr, 1, info(tensor.dtype).bits, std::string(kindred::name(tensor.dtype))};
    }
    const codecs::BlockType* block = codecs::blockType(tensor.block);
    if (block == nullptr) {
      throw inputError(shards_[tensor.file].file->place(),
                       fmt::format("tensor '{}' is stored as {}, which can't be decoded",
                                   nameOf(tensor), escaped(tensor.block)),
                       "convert the file to another type, or name another one");
    }
    return {block, block->elements, std::uint64_t{8} * block->bytes, tensor.block};
  }

  static Encoding encodingOf(const CatalogueTensor& tensor, const Stored& stored) {
    if (stored.block != nullptr) return Encoding::blocks;
    const bool integer = tensor.dtype >= DType::I64 && tensor.dtype <= DType::BOOL;
    return integer ? Encoding::integers : Encoding::plain;
  }

  // Sets elements, offset (from the data's beginning) and bytes.
  void checkSpan(const CatalogueTensor& from, const Stored& stored, Tensor& tensor) const {
    const std::uint64_t there = dataBytes(from.file);
    const auto checkEnd = [&](std::uint64_t bytes) {
      std::uint64_t end = 0;
      if (__builtin_add_overflow(from.offset, bytes, &end)) {
        throw error(from, "ends beyond 2^64 bytes");
      }
      if (end > there) {
        throw error(from, fmt::format("ends at byte {} of the {}, of which the file holds {} bytes",
                                      end, whole(), there));
      }
    };
    if (from.bytes) checkEnd(*from.bytes);
    const std::uint64_t needed = bytesNeeded(from, stored, tensor);
    if (!from.bytes) checkEnd(needed);
    if (from.view && !from.bytes) throw fault("has a view without the bytes that it looks into");
    if (from.bytes && !from.view && *from.bytes != needed) {
      throw error(from, fmt::format("spans {} bytes, but {} of shape {} needs {}", *from.bytes,
                                    stored.name, shapeText(from.shape), needed));
    }
    tensor.offset = from.offset;
    tensor.bytes = needed;
  }

  std::uint64_t bytesNeeded(const CatalogueTensor& from, const Stored& stored,
                            Tensor& tensor) const {
    std::uint64_t bits = 0;
    tensor.elements = 1;
    bool fits = true;
    for (const std::uint64_t extent : from.shape) {
      fits = fits && !__builtin_mul_overflow(tensor.elements, extent, &tensor.elements);
    }
    fits = fits && !__builtin_mul_overflow(tensor.elements / stored.elements, stored.bits, &bits);
    if (!fits) {
      throw error(from, fmt::format("has shape {}, whose {} elements take more than 2^64 bits",
                                    shapeText(from.shape), stored.name));
    }
    const std::uint64_t row = from.shape.empty() ? 1 : from.shape.back();
    if (row % stored.elements != 0) {
      throw error(from, fmt::format("has rows of {} elements, no whole number of blocks of {}", row,
                                    stored.elements));
    }
    if (bits % 8 != 0) {
      throw error(from, fmt::format("has {} elements of {}, {} bits, which are not whole bytes",
                                    tensor.elements, stored.name, bits));
    }
    return bits / 8;
  }

  // Where the view's elements are, all of which must lie inside its bytes. False: it is left out.
  bool applyView(const CatalogueTensor& from, Tensor& tensor) {
    const Strided& view = *from.view;
    const std::uint64_t bits = info(from.dtype).bits;
    if (!from.block.empty() || bits % 8 != 0) throw fault("has a view of packed elements");
    if (view.strides.size() != from.shape.size()) {
      throw error(
          from, fmt::format("has {} sizes and {} strides", from.shape.size(), view.strides.size()));
    }
    const std::uint64_t size = bits / 8, held = *from.bytes / size;
    std::uint64_t span = 0;  // from the first element to the last
    bool fits = true;
    for (std::size_t axis = 0; axis < from.shape.size(); ++axis) {
      std::uint64_t step = 0;
      if (from.shape[axis] == 0) continue;
      fits = fits && !__builtin_mul_overflow(from.shape[axis] - 1, view.strides[axis], &step);
      fits = fits && !__builtin_add_overflow(span, step, &span);
    }
    std::uint64_t last = 0;
    fits = fits && !__builtin_add_overflow(view.first, span, &last);
    const bool any = tensor.elements > 0;
    if (!fits || (any && (last >= held || tensor.elements / kAbsurdRepeats > held)) ||
        (!any && view.first > held)) {
      throw error(from, fmt::format("leaves its storage of {} elements", held));
    }
    tensor.offset += view.first * size;
    if (!any || contiguous(from)) return true;
    ++span;
    if (tensor.elements / kMostRepeats > span) {
      catalogue_.notes.push_back(
          fmt::format("tensor '{}' of {} is left out: it shows {} elements of its storage as {}",
                      nameOf(from), escaped(shards_[from.file].name), span, tensor.elements));
      return false;
    }
    tensor.bytes = span * size;
    return true;
  }

  static bool contiguous(const CatalogueTensor& tensor) {
    std::uint64_t stride = 1;
    for (std::size_t axis = tensor.shape.size(); axis-- > 0;) {
      if (tensor.shape[axis] == 1) continue;
      if (tensor.view->strides[axis] != stride) return false;
      stride *= tensor.shape[axis];
    }
    return true;
  }

  // Null: what is stored are the numbers, in their order.
  static std::unique_ptr<codecs::Codec> codecOf(const CatalogueTensor& from, const Stored& stored,
                                                const Tensor& tensor) {
    if (tensor.elements == 0) return nullptr;
    if (from.view) {
      return contiguous(from) ? nullptr
                              : codecs::stridedRows(from.dtype, from.shape, from.view->strides, 0);
    }
    std::unique_ptr<codecs::Codec> codec;
    if (stored.block != nullptr) {
      const std::uint64_t columns = from.shape.empty() ? 1 : from.shape.back();
      codec = codecs::blockRows(*stored.block, tensor.elements / columns, columns);
    }
    const std::uint64_t head = from.head_in_turns;
    if (head == 0) return codec;
    if (codec == nullptr) {
      const std::uint64_t columns = from.shape.size() < 2 ? 1 : from.shape.back();
      codec = codecs::plainRows(from.dtype, tensor.elements / columns, columns);
    }
    const bool whole = codec != nullptr && head % 2 == 0 && codec->rows() % head == 0;
    if (whole) return codecs::halvesInTurns(std::move(codec), head);
    return stored.block != nullptr ? std::move(codec) : nullptr;
  }

  std::shared_ptr<const models::Numbers> numbersOf(std::unique_ptr<codecs::Codec> codec,
                                                   const CatalogueTensor& from,
                                                   const Stored& stored,
                                                   const Tensor& tensor) const {
    const Shard& shard = shards_[from.file];
    auto numbers = std::make_shared<models::Numbers>();
    numbers->codec = codec->name();
    numbers->symmetric = codec->odd();
    numbers->stored_name = from.stored_name.empty() ? from.name : from.stored_name;
    const std::uint64_t size = info(tensor.dtype).bits / 8;
    const bool as_shaped = stored.block == nullptr && !from.view;
    numbers->stored_shape =
        as_shaped ? from.shape : std::vector<std::uint64_t>{tensor.bytes / size};
    numbers->stored_elements = tensor.bytes / size;
    auto file = std::make_shared<codecs::CodecFile>(
        std::move(codec), std::vector<codecs::StoredPart>{{&shard, tensor.offset}});
    numbers->shard = {shard.name, file, 0, file.get()};
    return numbers;
  }

  void checkTwins() const {
    const auto twin = std::adjacent_find(
        tensors_.begin(), tensors_.end(),
        [](const Tensor& a, const Tensor& b) { return a.name == b.name && a.shard == b.shard; });
    if (twin == tensors_.end()) return;
    throw error(twin->shard, fmt::format("the header has two tensors '{}'", escaped(twin->name)));
  }

  void checkSpans() const {
    if (catalogue_.spans == Spans::shared) return;
    std::vector<const Tensor*> order;
    for (const Tensor& tensor : tensors_) order.push_back(&tensor);
    std::sort(order.begin(), order.end(), [](const Tensor* a, const Tensor* b) {
      return std::tuple(a->shard, a->offset, a->bytes) < std::tuple(b->shard, b->offset, b->bytes);
    });
    auto first = order.begin();
    for (std::size_t shard = 0; shard < shards_.size(); ++shard) {
      const auto last = std::find_if(first, order.end(),
                                     [&](const Tensor* tensor) { return tensor->shard != shard; });
      checkSpansOf(shard, {first, last});
      first = last;
    }
  }

  // Of one file, in the order of their offsets.
  void checkSpansOf(std::size_t shard, std::span<const Tensor* const> order) const {
    const std::uint64_t begin = dataBegin(shard), size = shards_[shard].file->size();
    const bool gapless = catalogue_.spans == Spans::gapless;
    std::uint64_t reached = begin;
    const Tensor* before = nullptr;
    for (const Tensor* next : order) {
      if (next->offset < reached) {
        throw error(
            shard, fmt::format("tensors '{}' and '{}' overlap: the first ends at byte {} of "
                               "the {}, the second begins at byte {}",
                               escaped(before->name), escaped(next->name), reached - begin, whole(),
                               next->offset - begin));
      }
      if (gapless && next->offset > reached) {
        throw error(shard, fmt::format("{} bytes before tensor '{}', from byte {} of the {} on, "
                                       "belong to no tensor",
                                       next->offset - reached, escaped(next->name), reached - begin,
                                       whole()));
      }
      reached = next->offset + next->bytes;
      before = next;
    }
    if (!gapless || reached == size) return;
    throw error(shard, fmt::format("{} bytes at the end, from byte {} of the {} on, belong to no "
                                   "tensor",
                                   size - reached, reached - begin, whole()));
  }

  Catalogue& catalogue_;
  const models::FormatUsed& format_;
  std::vector<Shard>& shards_;
  std::vector<Tensor> tensors_;
  std::vector<bool> placed_;  // whether a shard has a tensor
};

}  // namespace

std::vector<Tensor> checked(Catalogue& catalogue, const models::FormatUsed& format,
                            std::vector<Shard>& shards) {
  return Checker(catalogue, format, shards).run();
}

void checkNames(const std::vector<Tensor>& tensors, const std::vector<Shard>& shards) {
  const auto twin =
      std::adjacent_find(tensors.begin(), tensors.end(),
                         [](const auto& a, const auto& b) { return a.name == b.name; });
  if (twin == tensors.end()) return;
  throw inputError(shards[std::next(twin)->shard].file->place(),
                   fmt::format("tensor '{}' is also in '{}'", escaped(twin->name),
                               escaped(shards[twin->shard].name)),
                   "a checkpoint holds each name once; name the file that is meant");
}

}  // namespace kindred::formats
