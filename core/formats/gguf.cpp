#include "formats/gguf.hpp"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <set>

#include <fmt/format.h>

#include "models/names.hpp"
#include "formats/gguf_types.hpp"
#include "formats/header_stream.hpp"

namespace kindred::formats {
namespace {

using models::escaped;

constexpr std::uint32_t kMagic = 0x46554747;  // "GGUF"
constexpr std::uint64_t kMostName = 256, kMostKey = 65535, kMostText = std::uint64_t{1} << 24;
constexpr unsigned kMostDimensions = 4;
// What a key with its value, and a tensor's record, take at least.
constexpr std::uint64_t kLeastKey = 8 + 1 + 4 + 1, kLeastTensor = 8 + 1 + 4 + 4 + 8;

enum ValueKind : std::uint32_t {
  kU8,
  kI8,
  kU16,
  kI16,
  kU32,
  kI32,
  kF32,
  kBool,
  kText,
  kList,
  kU64,
  kI64,
  kF64,
  kKinds
};
constexpr unsigned kSizes[kKinds] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

class Reader {
 public:
  explicit Reader(File& file) : file_(file), stream_(file) {}

  GgufHeader read() {
    checkMagic();
    const std::uint64_t tensors = count("tensors", kLeastTensor);
    const std::uint64_t keys = count("keys", kLeastKey);
    for (std::uint64_t i = 0; i < keys; ++i) readKey();
    for (std::uint64_t i = 0; i < tensors; ++i) readTensor();
    place();
    return std::move(header_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what, const std::string& remedy = {}) const {
    throw inputError(file_.place(), what,
                     remedy.empty() ? "fetch it again: it is damaged, or no GGUF file" : remedy);
  }

  void checkMagic() {
    if (stream_.number<std::uint32_t>("the first four bytes") != kMagic) {
      refuse("the file does not begin with GGUF");
    }
    const auto version = stream_.number<std::uint32_t>("the version");
    if ((version & 0xffff) == 0) {
      refuse("the file is big-endian", "convert it: files for other machines are not read");
    }
    if (version != 2 && version != 3) {
      refuse(fmt::format("GGUF version {} is not read", version), "versions 2 and 3 are");
    }
  }

  std::uint64_t count(const char* what, std::uint64_t least) {
    const auto stated = stream_.number<std::int64_t>(fmt::format("the number of {}", what));
    if (stated < 0 || static_cast<std::uint64_t>(stated) > stream_.left() / least) {
      refuse(fmt::format("the header states {} {}, more than the file could hold", stated, what));
    }
    return static_cast<std::uint64_t>(stated);
  }

  std::string readText(std::uint64_t most, const std::string& what) {
    const auto length = stream_.number<std::uint64_t>(what);
    if (length > most || length > stream_.left()) {
      refuse(fmt::format("{} is stated to have {} bytes", what, length));
    }
    const auto bytes = stream_.take(length, what);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  std::string readName(std::uint64_t most, const std::string& what) {
    std::string name = readText(most, what);
    if (name.empty()) refuse(what + " is empty");
    if (!simdjson::validate_utf8(name)) {
      refuse(fmt::format("{} '{}' is no UTF-8", what, escaped(name)));
    }
    return name;
  }

  void readKey() {
    std::string key = readName(kMostKey, "the name of a key");
    const auto kind = stream_.number<std::uint32_t>("the type of a value");
    GgufValue value = readValue(kind, key);
    if (!header_.keys.emplace(key, std::move(value)).second) {
      refuse(fmt::format("key '{}' stands twice", escaped(key)));
    }
  }

  GgufValue readValue(std::uint32_t kind, const std::string& key) {
    const std::string what = fmt::format("the value of '{}'", escaped(key));
    switch (kind) {
      case kU8:
        return std::uint64_t{stream_.number<std::uint8_t>(what)};
      case kU16:
        return std::uint64_t{stream_.number<std::uint16_t>(what)};
      case kU32:
        return std::uint64_t{stream_.number<std::uint32_t>(what)};
      case kU64:
        return stream_.number<std::uint64_t>(what);
      case kI8:
        return std::int64_t{stream_.number<std::int8_t>(what)};
      case kI16:
        return std::int64_t{stream_.number<std::int16_t>(what)};
      case kI32:
        return std::int64_t{stream_.number<std::int32_t>(what)};
      case kI64:
        return stream_.number<std::int64_t>(what);
      case kF32:
        return double{stream_.number<float>(what)};
      case kF64:
        return stream_.number<double>(what);
      case kBool:
        return stream_.number<std::uint8_t>(what) != 0;
      case kText:
        return readText(kMostText, what);
      case kList:
        return readList(what);
      default:
        refuse(fmt::format("{} is of an unknown type, {}", what, kind));
    }
  }

  GgufList readList(const std::string& what) {
    GgufList value;
    value.type = stream_.number<std::uint32_t>(what);
    value.count = stream_.number<std::uint64_t>(what);
    value.offset = stream_.position();
    if (value.type >= kKinds || value.type == kList) {
      refuse(fmt::format("{} is a list of an unknown type, {}", what, value.type));
    }
    const std::uint64_t least = value.type == kText ? 8 : kSizes[value.type];
    if (value.count > stream_.left() / least) {
      refuse(fmt::format("{} is stated to have {} elements, more than the file could hold", what,
                         value.count));
    }
    if (value.type != kText) {
      stream_.skip(value.count * least, what);
      return value;
    }
    for (std::uint64_t i = 0; i < value.count; ++i) {
      stream_.skip(stream_.number<std::uint64_t>(what), what);
    }
    return value;
  }

  void readTensor() {
    GgufTensor tensor;
    tensor.name = readName(kMostName, "the name of a tensor");
    const std::string what = fmt::format("tensor '{}'", escaped(tensor.name));
    if (!names_.insert(tensor.name).second) refuse(what + " stands twice");
    const auto dimensions = stream_.number<std::uint32_t>(what);
    if (dimensions > kMostDimensions) {
      refuse(fmt::format("{} has {} dimensions; there are at most {}", what, dimensions,
                         kMostDimensions));
    }
    tensor.elements = 1;
    for (std::uint32_t d = 0; d < dimensions; ++d) {
      const auto length = stream_.number<std::int64_t>(what);
      if (length <= 0) {
        refuse(
            fmt::format("{} has a dimension of {}, which no tensor in a file has", what, length));
      }
      if (__builtin_mul_overflow(tensor.elements, static_cast<std::uint64_t>(length),
                                 &tensor.elements)) {
        refuse(what + " would have more than 2^64 elements");
      }
      tensor.shape.insert(tensor.shape.begin(), static_cast<std::uint64_t>(length));
    }
    const auto type = stream_.number<std::uint32_t>(what);
    const std::optional<GgufType> known = ggufType(type);
    if (!known) {
      refuse(fmt::format("{} is stored as {}, which can't be decoded", what, ggufTypeName(type)),
             "convert the file to a type of llama.cpp, or name another one");
    }
    tensor.type = *known;
    tensor.offset = stream_.number<std::uint64_t>(what);
    tensor.bytes = bytesOf(tensor, what);
    header_.tensors.push_back(std::move(tensor));
  }

  std::uint64_t bytesOf(const GgufTensor& tensor, const std::string& what) const {
    const auto [block, size] = blockOf(tensor.type);
    const std::uint64_t row = tensor.shape.empty() ? 1 : tensor.shape.back();
    if (row % block != 0) {
      refuse(fmt::format("{} has rows of {} elements, no whole number of blocks of {}", what, row,
                         block));
    }
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(tensor.elements / block, std::uint64_t{size}, &bytes)) {
      refuse(what + " would have more than 2^64 bytes");
    }
    return bytes;
  }

  // Offsets count from the data, which begins at the next multiple of the alignment.
  void place() {
    const std::uint64_t alignment = alignmentOf();
    const std::uint64_t data = (stream_.position() + alignment - 1) / alignment * alignment;
    const std::uint64_t size = file_.size();
    std::vector<const GgufTensor*> order;
    for (GgufTensor& tensor : header_.tensors) {
      const std::string what = fmt::format("tensor '{}'", escaped(tensor.name));
      if (tensor.offset % alignment != 0) refuse(what + " is not aligned");
      if (data > size || tensor.offset > size - data ||
          tensor.bytes > size - data - tensor.offset) {
        refuse(fmt::format("{} ends beyond the file of {} bytes", what, size),
               "fetch it again: it is cut off or damaged");
      }
      tensor.offset += data;
      order.push_back(&tensor);
    }
    std::sort(order.begin(), order.end(),
              [](const GgufTensor* a, const GgufTensor* b) { return a->offset < b->offset; });
    for (std::size_t i = 1; i < order.size(); ++i) {
      if (order[i - 1]->offset + order[i - 1]->bytes <= order[i]->offset) continue;
      refuse(fmt::format("tensors '{}' and '{}' overlap", escaped(order[i - 1]->name),
                         escaped(order[i]->name)));
    }
  }

  std::uint64_t alignmentOf() const {
    const auto found = header_.keys.find("general.alignment");
    if (found == header_.keys.end()) return 32;
    const auto* value = std::get_if<std::uint64_t>(&found->second);
    if (value == nullptr || !std::has_single_bit(*value) || *value > (std::uint64_t{1} << 30)) {
      refuse("general.alignment is no power of two");
    }
    return *value;
  }

  File& file_;
  HeaderStream stream_;
  GgufHeader header_;
  std::set<std::string> names_;
};

}  // namespace

GgufHeader readGguf(File& file) { return Reader(file).read(); }

bool isGguf(File& file) {
  if (file.size() < 4) return false;
  HeaderStream stream(file);
  return stream.number<std::uint32_t>("the first four bytes") == kMagic;
}

std::optional<std::uint64_t> wholeNumberOf(const GgufHeader& header, const std::string& key) {
  const auto found = header.keys.find(key);
  if (found == header.keys.end()) return std::nullopt;
  if (const auto* value = std::get_if<std::uint64_t>(&found->second)) return *value;
  const auto* value = std::get_if<std::int64_t>(&found->second);
  if (value == nullptr || *value < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

std::optional<std::string> textOf(const GgufHeader& header, const std::string& key) {
  const auto found = header.keys.find(key);
  if (found == header.keys.end()) return std::nullopt;
  const auto* value = std::get_if<std::string>(&found->second);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

std::vector<std::string> textsOf(File& file, const GgufHeader& header, const std::string& key,
                                 std::uint64_t most) {
  const auto found = header.keys.find(key);
  const auto* value = found == header.keys.end() ? nullptr : std::get_if<GgufList>(&found->second);
  if (value == nullptr || value->type != kText) return {};
  HeaderStream stream(file, value->offset);
  std::vector<std::string> texts;
  const std::string what = fmt::format("the list '{}'", escaped(key));
  for (std::uint64_t i = 0; i < value->count; ++i) {
    const auto length = stream.number<std::uint64_t>(what);
    const std::uint64_t taken = length + sizeof(std::string);
    if (length > most || taken > most) {
      throw inputError(file.place(), what + " is too long to be held");
    }
    most -= taken;
    const auto bytes = stream.take(length, what);
    texts.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  return texts;
}

}  // namespace kindred::formats
