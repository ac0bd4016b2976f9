#include "models/architecture_rules.hpp"
#include "models/config.hpp"
#include "words/names.hpp"

namespace kindred::models {
ArchitectureRegistry::ArchitectureRegistry(const std::filesystem::path& folder) {
  for (const auto& rules : readArchitectures(folder)) {
    if (!rules->model_types.empty() || !rules->variant_of.empty()) all_.emplace_back(rules);
  }
}

std::shared_ptr<const Architecture> ArchitectureRegistry::recognise(
    const Checkpoint& checkpoint) const {
  if (checkpoint.adapter() != nullptr) return nullptr;  // whatever lies beside it is its base's
  const Architecture* family = familyOf(checkpoint);
  if (family == nullptr) return nullptr;
  return std::make_shared<const Architecture>(family->named(checkpoint));
}

const Architecture* ArchitectureRegistry::ofTypes(const std::vector<std::string>& model_types,
                                                  Component component,
                                                  const Checkpoint& checkpoint) const {
  for (const std::string& type : model_types) {
    for (const Architecture& architecture : all_) {
      if (architecture.component() != component) continue;
      if (!words::contains(architecture.modelTypes(), type)) continue;
      return variantOf(architecture, checkpoint);
    }
  }
  return nullptr;
}

// The family itself, where it has no variant of such names.
const Architecture* ArchitectureRegistry::variantOf(const Architecture& family,
                                                    const Checkpoint& checkpoint) const {
  const auto found = std::find_if(all_.begin(), all_.end(), [&](const Architecture& other) {
    return other.variantOf() == family.name() && other.isOf(checkpoint);
  });
  return found == all_.end() ? &family : &*found;
}

// A type may stand for a language model and for its tower: the model is the former.
const Architecture* ArchitectureRegistry::familyOf(const Checkpoint& checkpoint) const {
  const ModelConfig config = readConfig(checkpoint);
  for (const Component component :
       {Component::language_model, Component::vision_tower, Component::audio_tower}) {
    if (const Architecture* found = ofTypes(config.model_types, component, checkpoint)) {
      return found;
    }
  }
  for (const std::string& type : config.classes) {
    for (const Architecture& architecture : all_) {
      if (words::contains(architecture.classes(), type)) return variantOf(architecture, checkpoint);
    }
  }
  return nullptr;
}

const Architecture* ArchitectureRegistry::named(std::string_view name) const {
  const auto found = std::find_if(all_.begin(), all_.end(), [&](const Architecture& architecture) {
    return architecture.name() == name;
  });
  return found == all_.end() ? nullptr : &*found;
}

std::filesystem::path architectureFolder(const std::filesystem::path& executable) {
  return executable.parent_path().parent_path() / "share/kindred/configs/architectures";
}

}  // namespace kindred::models
