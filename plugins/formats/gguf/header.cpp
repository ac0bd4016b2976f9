#include "header.hpp"

#include <bit>
#include <cstring>
#include <set>

#include <fmt/format.h>

#include <kindred/header_stream.hpp>

#include "types.hpp"

namespace kindred::gguf {
namespace {

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
  Reader(const FormatFile& file, std::size_t index)
      : file_(*file.file), index_(index), stream_(file_, 0, file.beginning) {}

  Header read() {
    checkMagic();
    const std::uint64_t tensors = count("tensors", kLeastTensor);
    const std::uint64_t keys = count("keys", kLeastKey);
    for (std::uint64_t i = 0; i < keys; ++i) readKey();
    for (std::uint64_t i = 0; i < tensors; ++i) readTensor();
    header_.data_begin = dataBegin();
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
    return name;
  }

  void readKey() {
    std::string key = readName(kMostKey, "the name of a key");
    const auto kind = stream_.number<std::uint32_t>("the type of a value");
    Value value = readValue(kind, key);
    if (!header_.keys.emplace(key, std::move(value)).second) {
      refuse(fmt::format("key '{}' stands twice", key));
    }
  }

  Value readValue(std::uint32_t kind, const std::string& key) {
    const std::string what = fmt::format("the value of '{}'", key);
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

  List readList(const std::string& what) {
    List value;
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
    CatalogueTensor tensor;
    tensor.name = readName(kMostName, "the name of a tensor");
    tensor.file = index_;
    const std::string what = fmt::format("tensor '{}'", tensor.name);
    if (!names_.insert(tensor.name).second) refuse(what + " stands twice");
    const auto dimensions = stream_.number<std::uint32_t>(what);
    if (dimensions > kMostDimensions) {
      refuse(fmt::format("{} has {} dimensions; there are at most {}", what, dimensions,
                         kMostDimensions));
    }
    for (std::uint32_t d = 0; d < dimensions; ++d) {
      const auto length = stream_.number<std::int64_t>(what);
      if (length <= 0) {
        refuse(
            fmt::format("{} has a dimension of {}, which no tensor in a file has", what, length));
      }
      tensor.shape.insert(tensor.shape.begin(), static_cast<std::uint64_t>(length));
    }
    setType(tensor, stream_.number<std::uint32_t>(what), what);
    tensor.offset = stream_.number<std::uint64_t>(what);
    header_.tensors.push_back(std::move(tensor));
  }

  void setType(CatalogueTensor& tensor, std::uint32_t type, const std::string& what) const {
    const std::optional<Type> known = typeOf(type);
    if (!known) {
      refuse(fmt::format("{} is stored as {}, which can't be decoded", what, typeName(type)),
             "convert the file to a type of llama.cpp, or name another one");
    }
    if (const auto* dtype = std::get_if<DType>(&*known)) {
      tensor.dtype = *dtype;
    } else {
      tensor.block = std::get<std::string_view>(*known);
    }
  }

  // Offsets count from the data, which begin at the next multiple of the alignment.
  std::uint64_t dataBegin() const {
    const std::uint64_t alignment = alignmentOf();
    for (const CatalogueTensor& tensor : header_.tensors) {
      if (tensor.offset % alignment != 0) {
        refuse(fmt::format("tensor '{}' is not aligned", tensor.name));
      }
    }
    const std::uint64_t begin = (stream_.position() + alignment - 1) / alignment * alignment;
    return header_.tensors.empty() ? std::min(begin, file_.size()) : begin;
  }

  std::uint64_t alignmentOf() const {
    const auto found = header_.keys.find("general.alignment");
    if (found == header_.keys.end()) return 32;
    const auto* value = std::get_if<std::uint64_t>(&found->second);
    if (value == nullptr || !std::has_single_bit(*value)) {
      refuse("general.alignment is no power of two");
    }
    constexpr std::uint64_t kMost = std::uint64_t{1} << 30;
    if (*value > kMost) {
      refuse(fmt::format("general.alignment is {}; the limit is {}", *value, kMost));
    }
    return *value;
  }

  File& file_;
  std::size_t index_;
  HeaderStream stream_;
  Header header_;
  std::set<std::string> names_;
};

}  // namespace

Header readHeader(const FormatFile& file, std::size_t index) { return Reader(file, index).read(); }

bool beginsAsGguf(std::span<const std::byte> beginning) {
  std::uint32_t magic = 0;
  if (beginning.size() < sizeof magic) return false;
  std::memcpy(&magic, beginning.data(), sizeof magic);
  return magic == kMagic;
}

std::optional<std::uint64_t> wholeNumberOf(const Header& header, const std::string& key) {
  const auto found = header.keys.find(key);
  if (found == header.keys.end()) return std::nullopt;
  if (const auto* value = std::get_if<std::uint64_t>(&found->second)) return *value;
  const auto* value = std::get_if<std::int64_t>(&found->second);
  if (value == nullptr || *value < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

std::optional<std::string> textOf(const Header& header, const std::string& key) {
  const auto found = header.keys.find(key);
  if (found == header.keys.end()) return std::nullopt;
  const auto* value = std::get_if<std::string>(&found->second);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

std::vector<std::uint64_t> numbersOf(File& file, const Header& header, const std::string& key,
                                     std::uint64_t most) {
  const auto found = header.keys.find(key);
  const auto* list = found == header.keys.end() ? nullptr : std::get_if<List>(&found->second);
  if (list == nullptr || list->count > most) return {};
  HeaderStream stream(file, list->offset);
  const std::string what = fmt::format("the list '{}'", key);
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = 0; i < list->count; ++i) {
    switch (list->type) {
      case kBool:
      case kU8:
        numbers.push_back(stream.number<std::uint8_t>(what));
        break;
      case kU32:
        numbers.push_back(stream.number<std::uint32_t>(what));
        break;
      case kI32:
        numbers.push_back(static_cast<std::uint64_t>(
            std::max<std::int32_t>(stream.number<std::int32_t>(what), 0)));
        break;
      default:
        return {};
    }
  }
  return numbers;
}

std::vector<std::string> textsOf(File& file, const Header& header, const std::string& key,
                                 std::uint64_t most) {
  const auto found = header.keys.find(key);
  const auto* value = found == header.keys.end() ? nullptr : std::get_if<List>(&found->second);
  if (value == nullptr || value->type != kText) return {};
  HeaderStream stream(file, value->offset);
  std::vector<std::string> texts;
  const std::string what = fmt::format("the list '{}'", key);
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

}  // namespace kindred::gguf
