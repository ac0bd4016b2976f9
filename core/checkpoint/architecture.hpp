// Architectures as data: which tensor plays which role, and which gauges each role's axes have.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/checkpoint.hpp"

namespace kindred::checkpoint {

// What of a model's shape the roles and gauges depend on, from config.json. Zero: not stated.
struct Dimensions {
  std::uint64_t hidden = 0, layers = 0, heads = 0, kv_heads = 0, head_dim = 0, rotary_dim = 0;
  std::uint64_t intermediate = 0, experts = 0, experts_per_token = 0, expert_intermediate = 0;
  std::uint64_t shared_experts = 0, vocabulary = 0, first_dense = 0;
};

// A change of the weights that leaves function, initialisation and training alone
// (a sign or a permutation along one axis of a role).
struct Gauge {
  std::string name;  // "mlp-unit", "value-dim", "rotary-pair", "rotary-free", "residual-dim", ...
  bool sign = false;
  bool permutation = false;
  std::string reason;  // why it holds, or why it is refused (both flags false)
};

struct RoleAxis {
  std::string role;  // "mlp.up"
  unsigned axis = 0;
  Gauge gauge;
};

class Architecture {
 public:
  const std::string& name() const { return name_; }
  const std::string& summary() const { return summary_; }
  std::vector<std::string> roles() const;
  // Gauges of a role's axis (0: rows); empty where none is stated.
  std::vector<Gauge> gauges(std::string_view role, unsigned axis) const;
  // All views of a role, fused tensors split, with layer and expert captured; by layer, expert.
  std::vector<View> resolve(const Checkpoint& checkpoint, std::string_view role) const;
  // The role of a tensor by its name, or empty.
  std::string roleOf(std::string_view tensor_name) const;

 private:
  friend class ArchitectureRegistry;
  std::string name_;
  std::string summary_;
  // ... the implementation's own members
};

class ArchitectureRegistry {
 public:
  // Reads every *.yaml of the folder; errors read file:line:column like a recipe's.
  explicit ArchitectureRegistry(const std::filesystem::path& folder);
  const std::vector<Architecture>& all() const;
  // By config.json's model_type and architectures; null: unknown family.
  const Architecture* recognise(const Checkpoint& checkpoint) const;
  const Architecture* named(std::string_view name) const;
};

// The folder of architecture files that belongs to a binary: the source's in a build tree,
// <prefix>/share/kindred/configs/architectures where installed.
std::filesystem::path architectureFolder(const std::filesystem::path& executable);

// From the text of config.json (nested text_config understood); hostile numbers are an Error.
Dimensions dimensionsOf(const Checkpoint& checkpoint);

}  // namespace kindred::checkpoint
