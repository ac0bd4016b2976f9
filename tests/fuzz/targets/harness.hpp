// What every harness does: hands bytes to a reader, and takes an Error about the input for an
// answer. Whatever else a reader throws ends the process, which libFuzzer reports, as it does a
// sanitizer's report, a leak, a second too many and a gigabyte too much.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <kindred/error.hpp>

namespace kindred::fuzz {

// Runs it. What the host makes of a plugin's exception is an Error, too, but of another category.
template <class Read>
void answered(Read&& read, Category answer = Category::input) {
  try {
    std::forward<Read>(read)();
  } catch (const Error& error) {
    if (error.category() != answer) throw;
  }
}

inline std::string textOf(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// An input of several texts, with a byte between them that no text format uses: a record separator.
// Always `count` texts; those that are not there are empty, and the last one takes the rest.
inline std::vector<std::string> textsOf(const std::uint8_t* data, std::size_t size,
                                        std::size_t count) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> texts;
  while (texts.size() + 1 < count) {
    const std::size_t end = std::min(rest.find('\x1e'), rest.size());
    texts.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  texts.emplace_back(rest);
  return texts;
}

}  // namespace kindred::fuzz
