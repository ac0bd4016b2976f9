// Names of weight files at the top of a folder, and what belongs together by them: an index, the
// parts of one set, or one file. Told from names alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "formats/formats.hpp"

namespace kindred::formats {

inline constexpr const char* kComponents = "model_index.json";  // of a folder of components

bool atTop(std::string_view name);
// Behind the last '/'.
std::string_view baseOf(std::string_view name);
// Adapters change another model and are none themselves, whatever their format.
bool isAdapter(std::string_view name);
// ".safetensors"; all of a name without a point.
std::string endingOf(const std::string& name);

// A file at the top of a folder, and what it is to a format.
struct TopFile {
  std::string name;
  FileUse use;
};

// "model" and 2 of 3 of "model-00002-of-00003.safetensors".
struct Part {
  std::string before;  // "model-"
  std::string after;   // "-of-00003.safetensors"
  std::string stem;    // "model", "model.fp16"
  std::size_t width = 0;
  std::uint64_t number = 0, total = 0;

  std::string name(std::uint64_t of) const {
    return fmt::format("{}{:0{}}{}", before, of, width, after);
  }
};

// None: it is no numbered part.
std::optional<Part> partOf(const std::string& name);

using Names = std::set<std::string, std::less<>>;

// Sorted by name.
std::vector<TopFile> weightsAtTop(const std::vector<std::string>& names,
                                  const UsableFormat& format);

enum class Sort { plain, consolidated, variant, adapter };

// What belongs together: an index, the parts of one set, or one file.
struct Group {
  Sort sort = Sort::plain;
  std::string stem;
  std::string index;
  std::vector<std::string> files;
  std::optional<Part> part;  // of a numbered set: any one
  std::set<std::uint64_t> numbers;

  bool numbered() const { return part.has_value(); }
  // The numbers run from 0 or from 1.
  std::uint64_t firstNumber() const { return numbers.contains(0) ? 0 : 1; }
  std::uint64_t missing() const {
    const std::uint64_t last = firstNumber() == 0 ? part->total - 1 : part->total;
    const auto beyond =
        static_cast<std::uint64_t>(std::distance(numbers.upper_bound(last), numbers.end()));
    return part->total - (numbers.size() - beyond);
  }
  std::string name() const { return index.empty() ? files.front() : index; }
};

// The stem of the files that an index is about: "model.fp16" of model.safetensors.index.fp16.json.
std::string stemOfIndex(const std::string& name);

std::vector<Group> groupsOf(const std::vector<TopFile>& top);

}  // namespace kindred::formats
