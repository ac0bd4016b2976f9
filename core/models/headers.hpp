// Reads the headers of many files with few requests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/checkpoint.hpp"

namespace kindred::models {

class PaddedText;

// The whole text of small files, in one call of source.read(). A file above `limit` is an Error.
std::vector<PaddedText> readTexts(Source& source, const std::vector<std::shared_ptr<File>>& files,
                                  std::uint64_t limit);

// Reads and parses the header of every shard, and writes its length there: one call of
// source.read() for the beginnings of all, then one for what is longer (several where that would be
// more than 128 MiB). Tensors in natural order of names, then by shard.
std::vector<Tensor> readHeaders(Source& source, std::vector<Shard>& shards);

// A name in two shards is an Error.
void checkNames(const std::vector<Tensor>& tensors, const std::vector<Shard>& shards);

}  // namespace kindred::models
