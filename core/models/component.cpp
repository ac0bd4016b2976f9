#include "models/component.hpp"

namespace kindred::models {

std::string_view name(Component component) {
  switch (component) {
    case Component::language_model:
      return "language model";
    case Component::vision_tower:
      return "vision tower";
    case Component::audio_tower:
      return "audio tower";
    case Component::decoder:
      return "decoder";
    case Component::projector:
      return "projector";
  }
  return "language model";
}

std::string partKey(std::string_view model, Component component) {
  return std::string(model) + " (" + std::string(name(component)) + ")";
}

std::string componentOf(std::string_view role, std::string_view tensor) {
  const auto starts = [&](const char* prefix) { return role.starts_with(prefix); };
  if (role == "embedding") return "embeddings";
  if (role == "head") return "head";
  if (starts("norm.") || role.ends_with("_norm")) return "norms";
  if (starts("attention.")) return "attention";
  if (starts("mlp.") || starts("shared.")) return "MLP";
  if (starts("router")) return "router";
  for (const char* word : {"vision", "visual", "image_"}) {
    if (role.empty() && tensor.find(word) != std::string_view::npos) return "vision tower";
  }
  return "other";
}

}  // namespace kindred::models
