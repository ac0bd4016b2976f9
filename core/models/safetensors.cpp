#include "models/safetensors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <optional>

#include "models/impostor.hpp"
#include "models/json_walk.hpp"
#include "models/names.hpp"

namespace kindred::models {
namespace {

constexpr const char* kDamaged = "the file is damaged or no safetensors file; fetch it again";

// One tensor's entry while it is being read.
class Entry {
 public:
  Entry(std::string_view name, const JsonPlace& place) : place_(place) { tensor_.name = name; }

  void read(json::value value) {
    for (json::field field : objectOf(value, place_, {tensor_.name})) {
      const std::string_view key = field.unescaped_key();
      if (key == "dtype") {
        take(has_dtype_, key);
        readDType(field.value());
      } else if (key == "shape") {
        take(has_shape_, key);
        readShape(field.value());
      } else if (key == "data_offsets") {
        take(has_offsets_, key);
        readOffsets(field.value());
      } else {
        walk(field.value(), place_, 3);
      }
    }
  }

  // The tensor, its offset counted from the first byte of the data.
  Tensor finish(std::uint64_t data_bytes) {
    need(has_dtype_, "dtype");
    need(has_shape_, "shape");
    need(has_offsets_, "data_offsets");
    if (end_ < tensor_.offset) {
      throw error(fmt::format("ends at byte {} of the data, before its beginning at byte {}", end_,
                              tensor_.offset));
    }
    if (end_ > data_bytes) {
      throw error(fmt::format("ends at byte {} of the data, of which the file holds {} bytes", end_,
                              data_bytes));
    }
    tensor_.bytes = end_ - tensor_.offset;
    const std::uint64_t needed = bytesNeeded();
    if (tensor_.bytes != needed) {
      throw error(fmt::format("spans {} bytes, but {} of shape {} needs {}", tensor_.bytes,
                              kindred::name(tensor_.dtype), shapeText(), needed));
    }
    return std::move(tensor_);
  }

 private:
  Error error(const std::string& what) const {
    return place_.error(fmt::format("tensor '{}' {}", escaped(tensor_.name), what));
  }

  void take(bool& has, std::string_view key) const {
    if (has) throw error(fmt::format("has two '{}'", key));
    has = true;
  }
  void need(bool has, std::string_view key) const {
    if (!has) throw error(fmt::format("has no '{}'", key));
  }

  void readDType(json::value value) {
    const std::string_view name = textOf(value, place_, {tensor_.name, "dtype"});
    const std::optional<DType> known = dtypeNamed(name);
    if (!known) {
      throw error(fmt::format("has dtype '{}', which is none of the format's {}", escaped(name, 40),
                              kDTypes.size()));
    }
    tensor_.dtype = *known;
  }

  void readShape(json::value value) {
    for (json::value item : listOf(value, place_, {tensor_.name, "shape"})) {
      const auto index = static_cast<std::int64_t>(tensor_.shape.size());
      tensor_.shape.push_back(wholeNumber(item, place_, {tensor_.name, "shape", index}));
    }
  }

  void readOffsets(json::value value) {
    std::int64_t count = 0;
    for (json::value item : listOf(value, place_, {tensor_.name, "data_offsets"})) {
      if (count == 2) throw error("has more than two 'data_offsets'");
      const ValueName name{tensor_.name, "data_offsets", count};
      (count == 0 ? tensor_.offset : end_) = wholeNumber(item, place_, name);
      ++count;
    }
    if (count < 2) throw error(fmt::format("has {} 'data_offsets', not two", count));
  }

  std::string shapeText() const {
    const std::size_t shown = std::min<std::size_t>(tensor_.shape.size(), 8);
    const std::vector<std::uint64_t> first(tensor_.shape.begin(),
                                           tensor_.shape.begin() + static_cast<long>(shown));
    const char* more = shown < tensor_.shape.size() ? ", ..." : "";
    return fmt::format("[{}{}]", fmt::join(first, ", "), more);
  }

  std::uint64_t bytesNeeded() {
    std::uint64_t elements = 1, bits = 0;
    bool fits = true;
    for (const std::uint64_t extent : tensor_.shape) {
      fits = fits && !__builtin_mul_overflow(elements, extent, &elements);
    }
    fits =
        fits && !__builtin_mul_overflow(elements, std::uint64_t{info(tensor_.dtype).bits}, &bits);
    if (!fits) {
      throw error(fmt::format("has shape {}, whose {} elements take more than 2^64 bits",
                              shapeText(), kindred::name(tensor_.dtype)));
    }
    if (bits % 8 != 0) {
      throw error(fmt::format("has {} elements of {}, {} bits, which are not whole bytes", elements,
                              kindred::name(tensor_.dtype), bits));
    }
    tensor_.elements = elements;
    return bits / 8;
  }

  const JsonPlace& place_;
  Tensor tensor_;
  std::uint64_t end_ = 0;
  bool has_dtype_ = false, has_shape_ = false, has_offsets_ = false;
};

// Published files have null there, which the reference reader takes for none.
void checkMetadata(json::value value, const JsonPlace& place) {
  if (value.type() == json::json_type::null && value.is_null()) return;
  for (json::field field : objectOf(value, place, {{}, "__metadata__"})) {
    const std::string key = "__metadata__." + std::string(std::string_view(field.unescaped_key()));
    static_cast<void>(textOf(field.value(), place, {{}, key}));
  }
}

// The spans must follow each other from the first byte of the data to the last.
void checkLayout(const std::vector<Tensor>& tensors, std::uint64_t data_bytes,
                 const JsonPlace& place) {
  std::vector<std::size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(tensors[a].offset, tensors[a].bytes) <
           std::pair(tensors[b].offset, tensors[b].bytes);
  });
  std::uint64_t reached = 0;
  const Tensor* last = nullptr;
  for (const std::size_t index : order) {
    const Tensor& next = tensors[index];
    if (next.offset < reached) {
      throw place.error(
          fmt::format("tensors '{}' and '{}' overlap: the first ends at byte {} of "
                      "the data, the second begins at byte {}",
                      escaped(last->name), escaped(next.name), reached, next.offset));
    }
    if (next.offset > reached) {
      throw place.error(
          fmt::format("{} bytes before tensor '{}', from byte {} of the data on, "
                      "belong to no tensor",
                      next.offset - reached, escaped(next.name), reached));
    }
    reached += next.bytes;
    last = &next;
  }
  if (reached != data_bytes) {
    throw place.error(
        fmt::format("{} bytes at the end, from byte {} of the data on, belong to no "
                    "tensor",
                    data_bytes - reached, reached));
  }
}

std::string_view textOf(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A file that turned out to have no header: what it is instead, where that can be told.
Error noHeader(const std::string& place, std::string_view beginning, const std::string& why) {
  if (const auto other = impostor(beginning)) return inputError(place, other->what, other->remedy);
  return inputError(place, why, kDamaged);
}

bool isObject(std::string_view header) {
  const std::size_t first = header.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && header[first] == '{';
}

}  // namespace

std::uint64_t headerLength(const std::string& place, std::span<const std::byte> first,
                           std::uint64_t file_size) {
  if (first.size() < kLengthBytes) {
    throw noHeader(place, textOf(first),
                   fmt::format("the file has {} bytes; a safetensors file has at least {}",
                               file_size, kLengthBytes));
  }
  std::uint64_t length = 0;
  std::memcpy(&length, first.data(), kLengthBytes);
  if (length > kMaxHeader) {
    throw noHeader(
        place, textOf(first),
        fmt::format("the header's stated length is {} bytes; the limit is {}", length, kMaxHeader));
  }
  if (length > file_size - kLengthBytes) {
    throw noHeader(place, textOf(first),
                   fmt::format("the header's stated length is {} bytes, but only {} follow", length,
                               file_size - kLengthBytes));
  }
  if (length == 0) {
    throw noHeader(place, textOf(first), "the header does not begin with '{'");
  }
  return length;
}

struct HeaderParser::Json {
  json::parser parser;
};

HeaderParser::HeaderParser() : json_(std::make_unique<Json>()) {}
HeaderParser::~HeaderParser() = default;

std::vector<Tensor> HeaderParser::parse(const std::string& file, const PaddedText& header,
                                        std::uint64_t file_size, std::size_t shard) {
  const JsonPlace place{file, "the header", kDamaged};
  const std::uint64_t data_begin = kLengthBytes + header.text().size();
  const std::uint64_t data_bytes = file_size - data_begin;
  refuseOtherEncodings(header.text(), place, place.remedy);
  if (!isObject(header.text())) throw place.error("the header does not begin with '{'");

  std::vector<Tensor> tensors;
  bool has_metadata = false;
  readObject(json_->parser, header, place, [&](json::object& object) {
    for (json::field field : object) {
      const std::string_view key = field.unescaped_key();
      if (key != "__metadata__") {
        Entry entry(key, place);
        entry.read(field.value());
        tensors.push_back(entry.finish(data_bytes));
        tensors.back().shard = shard;
      } else if (has_metadata) {
        throw place.error("the header has two '__metadata__'");
      } else {
        has_metadata = true;
        checkMetadata(field.value(), place);
      }
    }
  });

  std::sort(tensors.begin(), tensors.end(),
            [](const Tensor& a, const Tensor& b) { return naturalLess(a.name, b.name); });
  const auto twin =
      std::adjacent_find(tensors.begin(), tensors.end(),
                         [](const auto& a, const auto& b) { return a.name == b.name; });
  if (twin != tensors.end()) {
    throw place.error(fmt::format("the header has two tensors '{}'", escaped(twin->name)));
  }
  checkLayout(tensors, data_bytes, place);
  for (Tensor& tensor : tensors) tensor.offset += data_begin;
  return tensors;
}

}  // namespace kindred::models
