// Dense models of the Llama family as llama.cpp's converter lays them out.
#pragma once

#include <cstdint>
#include <string>

#include "support/gguf.hpp"
#include "support/gguf_blocks.hpp"
#include "support/safetensors.hpp"

namespace kindred::support {

struct LlamaShape {
  std::uint32_t hidden = 64, layers = 2, heads = 4, kv_heads = 2, head_dim = 16, intermediate = 176,
                vocabulary = 256;
};

// Rows of queries or keys as the converter stores those of the Llama family: the two halves of each
// head in turns.
Array inTurns(const Array& matrix, std::uint64_t head_dim);
// Whether it does so in this family, by its name in GGUF.
bool putsInTurns(const std::string& family);

// The file. `model` has the Hub's names and layout. Norms become F32, and F16 what has no whole
// blocks in a row. `family`: llama, or one with its tensors.
GgufWriter ggufLlamaWriter(const Arrays& model, const LlamaShape& shape, GgufType type,
                           const std::string& family = "llama");
std::string ggufLlama(const Arrays& model, const LlamaShape& shape, GgufType type,
                      const std::string& family = "llama");

}  // namespace kindred::support
