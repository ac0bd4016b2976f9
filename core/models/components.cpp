#include "models/components.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "models/config.hpp"
#include "words/json_walk.hpp"

namespace kindred::models {
namespace {

namespace json = words::json;
using words::PaddedText;

// Kinds of parts, in the order in which they are looked for, and words in the names of the objects
// of config.json that describe one; none: the whole of it does.
struct Kind {
  Component component;
  std::array<std::string_view, 3> words;
};
constexpr std::array<Kind, 3> kKinds{{{Component::vision_tower, {"vision", "visual", "vit"}},
                                      {Component::audio_tower, {"audio", "speech", "sound"}},
                                      {Component::decoder, {}}}};

// Fewer tensors with a role are no tower.
constexpr std::size_t kFewestTensors = 4;

// The text of the first object whose name holds one of the words; objects that hold others
// (thinker_config) are looked into. Empty: there is none.
std::string described(json::object object, const Kind& kind, int depth) {
  std::string inside;
  for (json::field field : object) {
    const std::string key(std::string_view(field.unescaped_key()));
    json::value value = field.value();
    if (value.type() != json::json_type::object || !key.ends_with("_config")) continue;
    const bool named = std::any_of(kind.words.begin(), kind.words.end(), [&](auto word) {
      return !word.empty() && key.find(word) != std::string::npos;
    });
    if (named) return std::string(std::string_view(value.get_object().value().raw_json()));
    if (depth == 0 && inside.empty()) inside = described(value.get_object(), kind, 1);
  }
  return inside;
}

// `read` with the object of config.json; empty where that is damaged.
template <class Read>
std::string ofConfig(const Checkpoint& whole, Read&& read) {
  std::string text;
  try {
    json::parser parser;
    const PaddedText config(whole.config());
    json::document document =
        parser.iterate(config.text().data(), config.text().size(), config.capacity());
    text = read(document.get_object());
  } catch (const simdjson::simdjson_error&) {
    return {};
  }
  return text;
}

// Of two stacks that one config describes: what is said of the other one, and of any.
bool saysOfAnother(Component component, std::string_view key, const std::set<std::string>& keys) {
  const auto either = [&](std::string_view common, const char* own) {
    return key == common && keys.contains(own);
  };
  if (component == Component::decoder) {
    return key.starts_with("encoder_") || either("num_layers", "num_decoder_layers");
  }
  return key.starts_with("decoder_") || either("num_hidden_layers", "encoder_layers");
}

// The scalars of config.json that speak of a stack that nothing describes alone.
std::string saidOfStack(json::object object, Component component) {
  std::vector<std::pair<std::string, std::string>> said;
  std::set<std::string> keys;
  for (json::field field : object) {
    const std::string key(std::string_view(field.unescaped_key()));
    const auto plain = [](char c) { return c > ' ' && c != '"' && c != '\\'; };
    const std::string token(std::string_view(json::value(field.value()).raw_json_token()));
    if (token.starts_with('{') || token.starts_with('[')) continue;
    if (key.empty() || !std::all_of(key.begin(), key.end(), plain)) continue;
    keys.insert(key);
    said.emplace_back(key, token);
  }
  std::string text;
  for (const auto& [key, token] : said) {
    if (saysOfAnother(component, key, keys)) continue;
    text += fmt::format("{}\"{}\":{}", text.empty() ? "{" : ",", key, token);
  }
  return text.empty() ? text : text + "}";
}

std::string describedIn(const Checkpoint& whole, const Kind& kind) {
  std::string alone =
      ofConfig(whole, [&](json::object object) { return described(object, kind, 0); });
  if (!alone.empty()) return alone;
  return ofConfig(whole, [&](json::object object) { return saidOfStack(object, kind.component); });
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

// Those of the tensors that play a role in a family, under the names that it has there.
std::vector<const Tensor*> withRole(const Checkpoint& tensors, const Architecture& family) {
  std::vector<const Tensor*> known;
  for (const Tensor& tensor : tensors.tensors()) {
    if (!family.roleOf(tensor.name).empty()) known.push_back(&tensor);
  }
  return known;
}

// Names of tensors, in the whole's own spelling.
using Names = std::unordered_set<std::string_view>;

// A tower, or another stack, of tensors that are not `claimed` by another part.
std::optional<ComponentPart> stackOf(const Checkpoint& whole, const Kind& kind,
                                     const ArchitectureRegistry& registry, const Names& claimed) {
  const std::string key = partKey(whole.model(), kind.component), said = describedIn(whole, kind);
  const std::string& config = said.empty() ? whole.config() : said;
  const auto familyOf = [&](const Checkpoint& part) {
    return registry.ofTypes(readConfig(part).model_types, kind.component, part);
  };
  const auto nothing = [](const Tensor&) { return false; };
  if (familyOf(partOf(whole, key, config, nothing)) == nullptr) return std::nullopt;
  const Checkpoint others = partOf(
      whole, key, config, [&](const Tensor& tensor) { return !claimed.contains(tensor.name); });
  const Architecture* family = familyOf(others);
  const std::vector<const Tensor*> known = withRole(others, family->named(others));
  if (known.size() < kFewestTensors) return std::nullopt;
  const std::string prefix = commonPrefix(known);
  ComponentPart stack;
  stack.component = kind.component;
  stack.checkpoint = partOf(others, key, others.config(),
                            [&](const Tensor& tensor) { return tensor.name.starts_with(prefix); });
  stack.architecture = std::make_shared<const Architecture>(family->named(stack.checkpoint));
  return stack;
}

// What leads from a tower into the language model, where that is an MLP: told by its names alone.
// Nothing in config.json speaks of its sizes.
std::optional<ComponentPart> projectorOf(const Checkpoint& whole,
                                         const ArchitectureRegistry& registry,
                                         const Names& claimed) {
  const Architecture* family = registry.ofTypes({"projector"}, Component::projector, whole);
  if (family == nullptr) return std::nullopt;
  const std::string key = partKey(whole.model(), Component::projector);
  const Checkpoint others = partOf(
      whole, key, "{}", [&](const Tensor& tensor) { return !claimed.contains(tensor.name); });
  const Architecture fitted = family->named(others);
  Names known;
  std::set<std::string> roles;
  for (const Tensor* tensor : withRole(others, fitted)) {
    known.insert(tensor->name);
    roles.insert(fitted.roleOf(tensor->name));
  }
  if (!roles.contains("mlp.gate") || !roles.contains("projector.out")) return std::nullopt;
  ComponentPart projector;
  projector.component = Component::projector;
  projector.checkpoint = partOf(others, key, others.config(),
                                [&](const Tensor& tensor) { return known.contains(tensor.name); });
  projector.architecture =
      std::make_shared<const Architecture>(family->named(projector.checkpoint));
  return projector;
}

}  // namespace

std::vector<ComponentPart> componentsOf(const Checkpoint& whole,
                                        const std::shared_ptr<const Architecture>& own,
                                        const ArchitectureRegistry& registry) {
  std::vector<ComponentPart> parts;
  if (whole.config().empty()) return parts;
  Names taken, claimed;  // by parts; and by the model's own family
  if (own != nullptr) {
    for (const Tensor* tensor : withRole(whole, *own)) claimed.insert(tensor->name);
  }
  const auto add = [&](std::optional<ComponentPart> part) {
    if (!part) return;
    for (const Tensor& tensor : part->checkpoint.tensors()) {
      const std::string& name = whole.find(tensor.name)->name;
      taken.insert(name);
      claimed.insert(name);
    }
    parts.push_back(std::move(*part));
  };
  // First, since a tower's names may begin as those of its projector do.
  add(projectorOf(whole, registry, claimed));
  for (const Kind& kind : kKinds) {
    if (own == nullptr || own->component() != kind.component) {
      add(stackOf(whole, kind, registry, claimed));
    }
  }
  std::stable_sort(parts.begin(), parts.end(), [](const ComponentPart& x, const ComponentPart& y) {
    return x.component < y.component;
  });
  if (parts.empty() || own == nullptr) return parts;
  Checkpoint rest = partOf(whole, partKey(whole.model(), own->component()), whole.config(),
                           [&](const Tensor& tensor) { return !taken.contains(tensor.name); });
  // Of a tower that was published alone config.json speaks of the model that it belongs to.
  if (!rest.tensors().empty()) parts.push_back({own->component(), std::move(rest), own});
  return parts;
}

}  // namespace kindred::models
