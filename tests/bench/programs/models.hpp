// Decoders of random weights, as large as wanted.
#pragma once

#include <cstdint>
#include <filesystem>

namespace kindred::bench {

struct Size {
  std::uint64_t hidden = 0, units = 0, layers = 0;
  std::uint64_t vocabulary = 8192;
};

// Bytes of all weights in BF16.
std::uint64_t bytesOf(const Size& size);

// A folder with config.json and model.safetensors, in the names of Llama; every weight is drawn
// from `seed`. With `drift` above zero so much noise, of that share of the weights' own spread, is
// added to each from a seed of its own: a descendant. Throws std::runtime_error where the disk is
// full.
void writeModel(const std::filesystem::path& folder, const Size& size, std::uint64_t seed,
                double drift = 0);

}  // namespace kindred::bench
