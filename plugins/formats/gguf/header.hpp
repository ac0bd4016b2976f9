// The header of a GGUF file (versions 2 and 3, little-endian): keys with values, then tensors of
// block types. Long lists are walked past and not held.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <kindred/format.hpp>

namespace kindred::gguf {

// A list in the header, and where in the file its elements begin.
struct List {
  std::uint32_t type = 0;  // of the elements, GGUF's number
  std::uint64_t count = 0;
  std::uint64_t offset = 0;
};

using Value = std::variant<std::uint64_t, std::int64_t, double, bool, std::string, List>;

struct Header {
  std::map<std::string, Value> keys;
  std::vector<CatalogueTensor> tensors;  // by the file's names, rows first; in the file's order
  std::uint64_t data_begin = 0;
};

// Reads the header of the file with index `index`. An Error names the file and what is wrong with
// it: no GGUF file, another byte order or version, cut off, a count or length beyond the file, a
// name twice, a type that files don't hold.
Header readHeader(const FormatFile& file, std::size_t index);

bool beginsAsGguf(std::span<const std::byte> beginning);

// The value of a key, where it is there and of that kind.
std::optional<std::uint64_t> wholeNumberOf(const Header& header, const std::string& key);
// Of a list of whole numbers or truth values its numbers, at most `most`; empty: it is none, or is
// longer.
std::vector<std::uint64_t> numbersOf(File& file, const Header& header, const std::string& key,
                                     std::uint64_t most);
std::optional<std::string> textOf(const Header& header, const std::string& key);
// The strings of a list; empty where the key is missing or no list of strings. `most`: bytes that
// they may take together, beyond which there is an Error.
std::vector<std::string> textsOf(File& file, const Header& header, const std::string& key,
                                 std::uint64_t most);

}  // namespace kindred::gguf
