// Models of a few small layers, whole and damaged, for tests of what their shapes do to the
// program.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "support/safetensors.hpp"

namespace kindred::support {

enum class Family {
  llama,   // grouped queries, dense MLPs
  mixed,   // one dense layer, then routed and shared experts
  latent,  // latent attention, routed and shared experts
  fused,   // queries, keys and values in one tensor, gate and up in another
  unknown  // names that no architecture file knows
};
inline constexpr Family kFamilies[] = {Family::llama, Family::mixed, Family::latent, Family::fused,
                                       Family::unknown};

struct SmallModel {
  std::map<std::string, std::string> config;  // values as JSON spells them; empty: no config.json
  std::vector<TestTensor> tensors;            // F32
  std::uint64_t tokens = 0;                   // in tokenizer.json; 0: there is none

  // The tensor of this name; throws where there is none.
  TestTensor& at(const std::string& name);
  // Takes another shape and fresh numbers.
  void reshape(const std::string& name, std::vector<std::uint64_t> shape, std::uint64_t seed = 9);
  void erase(const std::string& name);
  // As a folder with model.safetensors and what stands beside it.
  void save(const std::filesystem::path& folder) const;
};

// Equal seeds give equal models. Layers: 3; width: 32; experts: 4; units: 48 (of an expert 24);
// heads: 4 of 8 dimensions, 2 of them for keys and values; rows of the embedding: 64.
SmallModel smallModel(Family family, std::uint64_t seed);

// Adds to each F32 number so much of a random number of like size: training in miniature.
void drift(SmallModel& model, double share, std::uint64_t seed);

}  // namespace kindred::support
