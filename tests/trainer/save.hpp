// Writes a model as the Hub lays one out: config.json, tokenizer.json, model.safetensors.
#pragma once

#include <filesystem>

#include <kindred/dtype.hpp>

#include "support/quantised.hpp"
#include "trainer/weights.hpp"

namespace kindred::trainer {

// Dense models are of type llama, mixtures of type glm4_moe. `dtype` is BF16, F16 or F32. Throws
// std::runtime_error where a file can't be written.
void save(const Weights<float>& weights, const std::filesystem::path& folder, DType dtype);
// As a tool quantises it, all but its projections in BF16.
void save(const Weights<float>& weights, const std::filesystem::path& folder,
          support::Quantised how);

}  // namespace kindred::trainer
