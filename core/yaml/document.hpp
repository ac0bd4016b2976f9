// A YAML file as a tree that knows the place of every node. Aliases are expanded, within limits
// that keep a hostile file cheap: yaml-cpp's own tree would share them, keep duplicate keys and
// nest as deep as the stack allows.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/diagnostics.hpp"

namespace kindred::yaml {

inline constexpr std::size_t kLargestFile = std::size_t{8} << 20;  // bytes
inline constexpr std::size_t kMostNodes = 1'000'000;
inline constexpr std::size_t kMostCopies = 100'000;  // of them by aliases
inline constexpr std::size_t kDeepest = 32;          // lists and mappings in another

struct Member;

struct Node {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  bool quotes = false;  // a scalar in quotes or a block: text, never a number
  std::string scalar;
  std::vector<Node> items;
  std::vector<Member> members;  // without duplicates
  Place place;
  bool reported = false;  // what is wrong with it was said: nothing that follows from that is

  // The value of a mapping's key; null where there is none or this is no mapping.
  const Node* find(std::string_view key) const;
  Node* find(std::string_view key);
};

struct Member {
  Node key;  // always a scalar
  Node value;
};

struct Document {
  Node root;
  bool readable = false;  // false: the diagnostics say why, and root is of no use
  std::vector<Diagnostic> diagnostics;
};

Document readDocument(std::string_view text, const std::string& name);

// A file's bytes, at most one more than a document may have; nothing where it can't be read.
std::optional<std::string> readText(const std::filesystem::path& file);

// YAML text that reads back as the same tree.
std::string emit(const Node& root);

// What a node is, for "expected ..., but got ...": "a list", "nothing", "5", "'five'".
std::string described(const Node& node);

}  // namespace kindred::yaml
