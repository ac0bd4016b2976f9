#include "header.hpp"

#include <fmt/format.h>

#include <cstring>
#include <optional>

#include "words/impostor.hpp"
#include "words/names.hpp"

namespace kindred::safetensors {
namespace {

namespace json = words::json;
using words::escaped;
using words::JsonPlace;
using words::ValueName;

constexpr const char* kDamaged = "the file is damaged or no safetensors file; fetch it again";

// One tensor's entry while it is being read.
class Entry {
 public:
  Entry(std::string_view name, std::size_t file, const JsonPlace& place) : place_(place) {
    tensor_.name = name;
    tensor_.file = file;
  }

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

  CatalogueTensor finish() {
    need(has_dtype_, "dtype");
    need(has_shape_, "shape");
    need(has_offsets_, "data_offsets");
    if (end_ < tensor_.offset) {
      throw error(fmt::format("ends at byte {} of the data, before its beginning at byte {}", end_,
                              tensor_.offset));
    }
    tensor_.bytes = end_ - tensor_.offset;
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

  const JsonPlace& place_;
  CatalogueTensor tensor_;
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

std::string_view asText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A file that turned out to have no header: what it is instead, where that can be told.
Error noHeader(const std::string& place, std::string_view beginning, const std::string& why) {
  if (const auto other = words::impostor(beginning))
    return inputError(place, other->what, other->remedy);
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
    throw noHeader(place, asText(first),
                   fmt::format("the file has {} bytes; a safetensors file has at least {}",
                               file_size, kLengthBytes));
  }
  std::uint64_t length = 0;
  std::memcpy(&length, first.data(), kLengthBytes);
  if (length > kMaxHeader) {
    throw noHeader(
        place, asText(first),
        fmt::format("the header's stated length is {} bytes; the limit is {}", length, kMaxHeader));
  }
  if (length > file_size - kLengthBytes) {
    throw noHeader(place, asText(first),
                   fmt::format("the header's stated length is {} bytes, but only {} follow", length,
                               file_size - kLengthBytes));
  }
  if (length == 0) {
    throw noHeader(place, asText(first), "the header does not begin with '{'");
  }
  return length;
}

struct HeaderParser::Json {
  json::parser parser;
};

HeaderParser::HeaderParser() : json_(std::make_unique<Json>()) {}
HeaderParser::~HeaderParser() = default;

void HeaderParser::parse(const std::string& file_place, const words::PaddedText& header,
                         std::size_t file, std::vector<CatalogueTensor>& tensors) {
  const JsonPlace place{file_place, "the header", kDamaged};
  words::refuseOtherEncodings(header.text(), place, place.remedy);
  if (!isObject(header.text())) throw place.error("the header does not begin with '{'");

  bool has_metadata = false;
  readObject(json_->parser, header, place, [&](json::object& object) {
    for (json::field field : object) {
      const std::string_view key = field.unescaped_key();
      if (key != "__metadata__") {
        Entry entry(key, file, place);
        entry.read(field.value());
        tensors.push_back(entry.finish());
      } else if (has_metadata) {
        throw place.error("the header has two '__metadata__'");
      } else {
        has_metadata = true;
        checkMetadata(field.value(), place);
      }
    }
  });
}

}  // namespace kindred::safetensors
