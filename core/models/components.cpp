#include "models/components.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "models/config.hpp"
#include "words/json_walk.hpp"

namespace kindred::models {
namespace {

namespace json = words::json;
using words::PaddedText;

// Words in the names of the objects of config.json that describe a tower.
struct TowerWords {
  Component component;
  std::array<std::string_view, 3> words;
};
constexpr std::array<TowerWords, 2> kTowers{
    {{Component::vision_tower, {"vision", "visual", "vit"}},
     {Component::audio_tower, {"audio", "speech", "sound"}}}};

// Fewer tensors with a role are no tower.
constexpr std::size_t kFewestTensors = 4;

// The text of the first object whose name holds one of the words; objects that hold others
// (thinker_config) are looked into. Empty: there is none.
std::string described(json::object object, const TowerWords& tower, int depth) {
  std::string inside;
  for (json::field field : object) {
    const std::string key(std::string_view(field.unescaped_key()));
    json::value value = field.value();
    if (value.type() != json::json_type::object || !key.ends_with("_config")) continue;
    const bool named = std::any_of(tower.words.begin(), tower.words.end(), [&](auto word) {
      return !word.empty() && key.find(word) != std::string::npos;
    });
    if (named) return std::string(std::string_view(value.get_object().value().raw_json()));
    if (depth == 0 && inside.empty()) inside = described(value.get_object(), tower, 1);
  }
  return inside;
}

std::string describedIn(const Checkpoint& whole, const TowerWords& tower) {
  std::string text;
  try {
    json::parser parser;
    const PaddedText config(whole.config());
    json::document document =
        parser.iterate(config.text().data(), config.text().size(), config.capacity());
    text = described(document.get_object(), tower, 0);
  } catch (const simdjson::simdjson_error&) {
    return {};
  }
  return text;
}

// Up to the last point that all names share.
std::string commonPrefix(const std::vector<const Tensor*>& tensors) {
  std::string_view common = tensors.front()->name;
  for (const Tensor* tensor : tensors) {
    const auto [end, other] =
        std::mismatch(common.begin(), common.end(), tensor->name.begin(), tensor->name.end());
    common = common.substr(0, static_cast<std::size_t>(end - common.begin()));
  }
  return std::string(common.substr(0, common.rfind('.') + 1));
}

// The whole with these tensors alone.
Checkpoint partOf(const Checkpoint& whole, std::string key, std::string config,
                  const std::function<bool(const Tensor&)>& belongs) {
  CheckpointParts parts;
  parts.model = std::move(key);
  parts.format = whole.format();
  std::copy_if(whole.tensors().begin(), whole.tensors().end(), std::back_inserter(parts.tensors),
               belongs);
  parts.shards = whole.shards();
  parts.config = std::move(config);
  parts.config_place = whole.configPlace();
  parts.agrees_with_index = whole.agreesWithIndex();
  return Checkpoint(std::move(parts));
}

std::string keyOf(const Checkpoint& whole, Component component) {
  return fmt::format("{} ({})", whole.model(), name(component));
}

std::optional<ComponentPart> towerOf(const Checkpoint& whole, const TowerWords& kind,
                                     const Architecture* own,
                                     const ArchitectureRegistry& registry) {
  const std::string key = keyOf(whole, kind.component), config = describedIn(whole, kind);
  const Checkpoint others = partOf(
      whole, key, config.empty() ? whole.config() : config,
      [&](const Tensor& tensor) { return own == nullptr || own->roleOf(tensor.name).empty(); });
  const Architecture* family = registry.ofTypes(readConfig(others).model_types, kind.component);
  if (family == nullptr) return std::nullopt;
  const Architecture fitted = family->named(others);
  std::vector<const Tensor*> known;
  for (const Tensor& tensor : others.tensors()) {
    if (!fitted.roleOf(tensor.name).empty()) known.push_back(&tensor);
  }
  if (known.size() < kFewestTensors) return std::nullopt;
  const std::string prefix = commonPrefix(known);
  ComponentPart tower;
  tower.component = kind.component;
  tower.checkpoint = partOf(others, key, others.config(),
                            [&](const Tensor& tensor) { return tensor.name.starts_with(prefix); });
  tower.architecture = std::make_shared<const Architecture>(family->named(tower.checkpoint));
  return tower;
}

}  // namespace

std::vector<ComponentPart> componentsOf(const Checkpoint& whole,
                                        const std::shared_ptr<const Architecture>& own,
                                        const ArchitectureRegistry& registry) {
  std::vector<ComponentPart> parts;
  if (whole.config().empty()) return parts;
  std::set<std::string_view> taken;  // by towers
  for (const TowerWords& kind : kTowers) {
    if (own != nullptr && own->component() == kind.component) continue;
    auto tower = towerOf(whole, kind, own.get(), registry);
    if (!tower) continue;
    for (const Tensor& tensor : tower->checkpoint.tensors()) taken.insert(tensor.name);
    parts.push_back(std::move(*tower));
  }
  if (parts.empty() || own == nullptr) return parts;
  parts.push_back({own->component(),
                   partOf(whole, keyOf(whole, own->component()), whole.config(),
                          [&](const Tensor& tensor) { return !taken.contains(tensor.name); }),
                   own});
  return parts;
}

}  // namespace kindred::models
