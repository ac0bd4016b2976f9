// What a bundle holds: the bytes that a run read of its models, by file and range, with the recipe
// that reads them. docs/bundles.md has the format.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::bundle {

inline constexpr std::string_view kEnding = ".kbundle";
inline constexpr std::uint64_t kVersion = 1;
inline constexpr const char* kIndexEntry = "index.json";
inline constexpr const char* kRecipeEntry = "recipe.yaml";
inline constexpr std::uint64_t kLongestRange = std::uint64_t{4} << 20;  // bytes with one hash

struct Range {
  std::uint64_t offset = 0, length = 0;  // in the model's file
  std::string sha256;                    // of its bytes, in hex
  std::uint64_t at = 0;                  // in the bundle; set by whoever reads or writes it
};

struct HeldFile {
  std::string name;
  std::uint64_t size = 0;  // of the model's file
  std::string identity, published_sha256;
  std::vector<Range> ranges;    // in order, apart from each other or touching
  std::size_t first_range = 0;  // how many ranges the files before it have; set by the reader
};

// One model's files, as the run saw them.
struct HeldLocation {
  std::string source, address;  // as the recipe names them
  std::string plugin, layout;   // of the source that they came from
  bool remote = false;
  std::string endpoint, pinned, revision, chosen, unlisted;
  std::string prefix;  // of how a person names a file of it
  std::vector<std::string> listed;
  std::vector<HeldFile> files;
};

struct Index {
  std::string kindred;  // the version that wrote it
  std::string recipe_sha256;
  std::vector<HeldLocation> locations;
};

// Whether a path names a bundle, by its ending.
inline bool namesBundle(std::string_view path) { return path.ends_with(kEnding); }

}  // namespace kindred::bundle
