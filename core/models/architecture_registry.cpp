#include "models/architecture_rules.hpp"
#include "models/config.hpp"
#include "models/names.hpp"

namespace kindred::models {
ArchitectureRegistry::ArchitectureRegistry(const std::filesystem::path& folder) {
  for (const auto& rules : readArchitectures(folder)) {
    if (!rules->model_types.empty()) all_.emplace_back(rules);
  }
}

std::shared_ptr<const Architecture> ArchitectureRegistry::recognise(
    const Checkpoint& checkpoint) const {
  const Architecture* family = familyOf(checkpoint);
  if (family == nullptr) return nullptr;
  return std::make_shared<const Architecture>(family->named(checkpoint));
}

const Architecture* ArchitectureRegistry::familyOf(const Checkpoint& checkpoint) const {
  const ModelConfig config = readConfig(checkpoint);
  for (const std::string& type : config.model_types) {
    for (const Architecture& architecture : all_) {
      if (contains(architecture.modelTypes(), type)) return &architecture;
    }
  }
  for (const std::string& type : config.classes) {
    for (const Architecture& architecture : all_) {
      if (contains(architecture.classes(), type)) return &architecture;
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
