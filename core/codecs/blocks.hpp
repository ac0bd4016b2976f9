// GGUF's block types: rows of a matrix are runs of blocks, each of which holds the codes of a fixed
// number of neighbouring elements with their scales. Formulas: ggml's quantised types
// (ggml-quants.c), in float and in its order of operations, so that values are equal bit for bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace kindred::codecs {

struct BlockType {
  const char* name;   // as GGUF tools print it: "Q4_K"
  unsigned elements;  // that a block holds
  unsigned bytes;     // that it takes
  // Whether minus the weights would be stored as minus the values: scales alone, no minima. Signs
  // of such values are as fair as those of the weights.
  bool odd;
  // Writes `elements` floats from `bytes` bytes.
  void (*decode)(const std::byte* block, float* values);
};

// Null: none of that name, or one that files don't hold.
const BlockType* blockType(std::string_view name);

// All of them, by family.
std::span<const BlockType> plainBlocks();    // one scale for 32 to 128 codes
std::span<const BlockType> superBlocks();    // K: 256 codes whose scales are codes themselves
std::span<const BlockType> latticeBlocks();  // IQ: indices into code books
std::span<const BlockType> floatBlocks();    // codes that are small floats
std::span<const BlockType> ternaryBlocks();  // -1, 0, 1

// Decodes whole blocks. `raw` holds a whole number of them, `values` as many elements; both are the
// caller's to check.
void decode(const BlockType& type, std::span<const std::byte> raw, std::span<float> values);

}  // namespace kindred::codecs
