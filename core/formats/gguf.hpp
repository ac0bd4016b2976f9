// GGUF files (versions 2 and 3, little-endian): keys with values, then tensors of block types.
// Nothing in the header is trusted; long lists are walked past and not held.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <kindred/dtype.hpp>
#include <kindred/source.hpp>

#include "codecs/blocks.hpp"

namespace kindred::formats {

// A list in the header, and where in the file its elements begin.
struct GgufList {
  std::uint32_t type = 0;  // of the elements, GGUF's number
  std::uint64_t count = 0;
  std::uint64_t offset = 0;
};

using GgufValue = std::variant<std::uint64_t, std::int64_t, double, bool, std::string, GgufList>;

// How a tensor's elements are stored: as a plain type or in blocks.
using GgufType = std::variant<DType, const codecs::BlockType*>;

struct GgufTensor {
  std::string name;
  std::vector<std::uint64_t> shape;  // rows first, as other formats have it; a scalar: none
  std::uint64_t elements = 0;
  GgufType type;
  std::uint64_t offset = 0;  // of the first byte in the file; all bytes lie inside it
  std::uint64_t bytes = 0;
};

struct GgufHeader {
  std::map<std::string, GgufValue> keys;
  std::vector<GgufTensor> tensors;  // in the order of the file
};

// Reads the header. An Error names the file and what is wrong with it: no GGUF file, another byte
// order or version, cut off, a count or length beyond the file, a name twice, a type that has no
// codec, tensors that overlap or leave the file.
GgufHeader readGguf(File& file);

// Whether the file begins as GGUF files do.
bool isGguf(File& file);

// The value of a key, where it is there and of that kind.
std::optional<std::uint64_t> wholeNumberOf(const GgufHeader& header, const std::string& key);
std::optional<std::string> textOf(const GgufHeader& header, const std::string& key);
// The strings of a list; empty where the key is missing or no list of strings. `most`: bytes that
// they may take together, beyond which there is an Error.
std::vector<std::string> textsOf(File& file, const GgufHeader& header, const std::string& key,
                                 std::uint64_t most);

}  // namespace kindred::formats
