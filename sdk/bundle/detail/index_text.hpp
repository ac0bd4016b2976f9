// The index of a bundle as text, and back.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include <kindred/bundle/bundle.hpp>
#include <kindred/error.hpp>

namespace kindred::bundle {

// What is wrong with a bundle that nobody can have meant.
Error damaged(const std::string& place, const std::string& what);

// The file's name in the bundle: "0/model.safetensors" of the first location.
std::string entryName(std::size_t location, const std::string& file);

// Names and texts that are no UTF-8 are Errors.
std::string indexText(const Index& index);
// Everything is checked that the text alone can tell. Errors name `place`.
Index indexOf(const std::string& place, const std::string& text);

// The header of the file around it: safetensors, every entry bytes.
struct Header {
  std::string index_sha256;
  // By name, begin and end in the data; they are all of it, without gaps or overlaps.
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> entries;
};
std::string headerText(const Header& header);
Header headerOf(const std::string& place, const std::string& text, std::uint64_t data_size);

}  // namespace kindred::bundle
