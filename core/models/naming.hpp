// Under which names a checkpoint holds what an architecture file names.
//
// Composites and wrappers put words before a model's own names or take them away:
// "model.language_model.layers.0...", "module.model.layers.0...", "layers.0...". What stands before
// the family's names is found by what fits: of all prefixes the one under which most roles are
// there, then most elements. Roles outside the body of the model (a head at the root) are taken
// from where the prefix or a leading part of it leads.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "models/architecture_rules.hpp"
#include "models/checkpoint.hpp"

namespace kindred::models {

class Naming {
 public:
  Naming() = default;  // every name as it is
  Naming(const Checkpoint& checkpoint, const ArchitectureRules& rules);

  // The name that the architecture file has for a tensor; empty where its own only looks like one:
  // the same roles stand under another prefix too, of which the better is taken.
  std::string_view canonical(std::string_view name) const;
  // For people, "'model.language_model.' stands for 'model.'"; empty: names are the family's own.
  const std::string& text() const { return text_; }

 private:
  std::unordered_map<std::string, std::string> names_;  // those that differ
  std::string text_;
};

}  // namespace kindred::models
