// The index of a model, such as model.safetensors.index.json: which tensor lies in which shard.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "models/checkpoint.hpp"
#include "words/json_walk.hpp"

namespace kindred::formats {

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
IndexFile parseIndex(const std::string& place, const words::PaddedText& text);

struct IndexCheck {
  bool agrees = true;              // every tensor that the index names is there, and none besides
  std::vector<std::string> notes;  // sentences on what does not fit together
};

// Holds the index against the headers. `tensors` in natural order, then by shard, their shards
// numbered as in the index; of a name in several shards the one that the index means stays. An
// Error where tensors are missing that the model needs: where others that differ from them in
// nothing but numbers are there (layers), or where most are missing. A tensor of its own kind that
// no shard holds (a head that was taken off), one in another shard, one that the index does not
// name: a note.
IndexCheck checkAgainstIndex(const IndexFile& index, std::vector<models::Tensor>& tensors);

}  // namespace kindred::formats
