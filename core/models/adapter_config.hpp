// What adapter_config.json states.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kindred::models {

// A number by modules: the key names one, or the end of its name.
using ByModule = std::vector<std::pair<std::string, double>>;

struct AdapterConfig {
  std::string method;  // peft_type: "LORA"
  std::string base, base_revision;
  std::vector<std::string> targets;
  std::optional<std::uint64_t> rank;
  std::optional<double> alpha;
  ByModule ranks, alphas;   // that differ
  bool root_scale = false;  // rsLoRA: alpha / sqrt(rank)
  bool decomposed = false;  // DoRA
  bool inputs_first = false;
  std::string start;                    // how factors began, where that is more than a flag
  std::vector<std::string> unfollowed;  // keys that change more than factors say
};

// An Error names the place, the key and what it must be.
AdapterConfig readAdapterConfig(const std::string& text, const std::string& place);

// What is stated of this module: its own entry, or the common value. None: an entry is a pattern
// that is not followed, so it is not known.
std::optional<double> statedFor(const std::string& module, const ByModule& own,
                                std::optional<double> common);
}  // namespace kindred::models
