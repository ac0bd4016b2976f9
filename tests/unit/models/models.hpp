// Small checkpoints in memory, with a config.json.
#pragma once

#include <string>
#include <vector>

#include "models/architecture.hpp"
#include "support/open_model.hpp"
#include "support/safetensors.hpp"
#include "support/sources.hpp"

namespace kindred::models {

// The source must outlive the checkpoint.
inline Checkpoint modelOf(support::MemorySource& source, const std::string& config,
                          const std::vector<support::TestTensor>& tensors = {}) {
  source.put("m", "config.json", config);
  source.put("m", "model.safetensors", support::safetensorsBytes(tensors));
  const auto location = source.open("m");
  return support::openStored("m", source, *location);
}

inline support::TestTensor weight(const std::string& name, std::vector<std::uint64_t> shape) {
  return support::randomTensor(name, DType::BF16, std::move(shape), 1);
}

inline const ArchitectureRegistry& shippedArchitectures() {
  static const ArchitectureRegistry registry(KINDRED_SOURCE_DIR "/configs/architectures");
  return registry;
}

}  // namespace kindred::models
