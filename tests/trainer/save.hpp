// Writes a model as the Hub lays one out: config.json, tokenizer.json, weights.
#pragma once

#include <filesystem>
#include <variant>

#include <kindred/dtype.hpp>

#include "support/gguf_blocks.hpp"
#include "support/quantised.hpp"
#include "trainer/weights.hpp"

namespace kindred::trainer {

struct TorchFile {};  // pytorch_model.bin, BF16
// model.safetensors of a plain type (BF16, F16 or F32), or as a tool quantises it with all but the
// projections in BF16; pytorch_model.bin; model.gguf, of dense models alone.
using Storage = std::variant<DType, support::Quantised, TorchFile, support::GgufType>;

// Dense models are of type llama (with biases qwen2, with LayerNorm nemotron), mixtures of type
// glm4_moe. Throws std::runtime_error where a file
// can't be written.
void save(const Weights<float>& weights, const std::filesystem::path& folder,
          const Storage& storage);

}  // namespace kindred::trainer
