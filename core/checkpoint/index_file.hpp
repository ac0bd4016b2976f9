// model.safetensors.index.json: which tensor lies in which shard.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.hpp"

namespace kindred::checkpoint {

class PaddedText;

inline constexpr const char* kIndexName = "model.safetensors.index.json";

struct IndexFile {
  struct Entry {
    std::string tensor;
    std::size_t shard;  // index into shards
  };
  std::string place;
  std::vector<std::string> shards;  // in natural order; none leaves the folder
  std::vector<Entry> entries;       // in natural order of tensors
};

// Checks everything but whether the shards exist.
IndexFile parseIndex(const std::string& place, const PaddedText& text);

// Index and headers must say the same: an Error names the first tensor on which they differ.
// `tensors` in natural order, their shards numbered as in the index.
void checkAgainstIndex(const IndexFile& index, const std::vector<Tensor>& tensors);

}  // namespace kindred::checkpoint
