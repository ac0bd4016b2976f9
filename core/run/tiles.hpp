// Streams tensors past metrics in tiles that fit in cache.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <kindred/metric.hpp>
#include <kindred/source.hpp>

namespace kindred::run {

// Elements of one dtype, stored from `offset` of a file on.
struct Stored {
  File& file;
  std::uint64_t offset;
  DType dtype;
  const std::string& tensor;  // for errors
};

struct PairUse {
  const char* plugin;  // named in errors
  PairAccumulator* accumulator;
};

struct TensorUse {
  const char* plugin;
  TensorAccumulator* accumulator;
};

// Reads both sides in windows, converts them tile by tile, and hands each tile to every accumulator
// while it is in cache. `position`: of the first element in the sample, a multiple of kBlock.
// Buffers are reused by each thread; a call holds under 2 MiB. Errors: whatever reading, converting
// or a plugin throws, the latter naming the plugin.
void streamPair(const Stored& a, const Stored& b, std::uint64_t elements, std::uint64_t position,
                std::span<const PairUse> uses);

// The same for one tensor.
void streamTensor(const Stored& a, std::uint64_t elements, std::uint64_t position,
                  std::span<const TensorUse> uses);

// Reads elements into memory, rounded to float where the dtype is wide.
void readFloats(const Stored& from, std::span<float> into);

}  // namespace kindred::run
