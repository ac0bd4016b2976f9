// Parts of models: those that are models themselves, and those that roles belong to.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kindred::models {

// A part of a model that has a residual stream of its own, or leads from one to another.
enum class Component : std::uint8_t {
  language_model,
  vision_tower,
  audio_tower,
  decoder,   // of a model whose encoder is the language model
  projector  // from a tower into the language model
};
inline constexpr std::array kComponents{Component::language_model, Component::vision_tower,
                                        Component::audio_tower, Component::decoder,
                                        Component::projector};
static_assert(kComponents.size() == static_cast<std::size_t>(Component::projector) + 1);
std::string_view name(Component component);                        // "vision tower"
std::string partKey(std::string_view model, Component component);  // "KEY (vision tower)"

// "embeddings", "attention", "MLP", "norms", "router", "head", "vision tower" or "other": by a
// tensor's role; the vision tower, which has none, by name.
std::string componentOf(std::string_view role, std::string_view tensor = {});

}  // namespace kindred::models
