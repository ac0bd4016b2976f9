#include "reading/stated.hpp"

#include <nlohmann/json.hpp>

#include "words/letters.hpp"

namespace kindred::reading {
namespace {

using Json = nlohmann::json;

const Json* find(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

std::uint64_t numberIn(const Json& object, const char* key) {
  const Json* value = find(object, key);
  return value != nullptr && value->is_number_unsigned() ? value->get<std::uint64_t>() : 0;
}

std::string textIn(const Json& object, const char* key) {
  const Json* value = find(object, key);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

void readBlock(const Json& settings, Stated& stated) {
  const Json* block = find(settings, "weight_block_size");
  if (block == nullptr || !block->is_array() || block->size() != 2) return;
  if (!block->at(0).is_number_unsigned() || !block->at(1).is_number_unsigned()) return;
  stated.block_height = block->at(0).get<std::uint64_t>();
  stated.block_width = block->at(1).get<std::uint64_t>();
}

// compressed-tensors: bits of each group of modules.
void readGroups(const Json& settings, Stated& stated) {
  const Json* groups = find(settings, "config_groups");
  if (groups == nullptr || !groups->is_object()) return;
  for (const Json& group : *groups) {
    const Json* weights = find(group, "weights");
    const std::uint64_t bits = weights == nullptr ? 0 : numberIn(*weights, "num_bits");
    if (bits != 0) stated.bits.push_back(bits);
  }
}

void readSettings(const Json& settings, Stated& stated) {
  stated.method = textIn(settings, "quant_method");
  stated.checkpoint_format = textIn(settings, "checkpoint_format");
  stated.version = words::lower(textIn(settings, "version"));
  stated.mode = textIn(settings, "mode");
  stated.group_size = numberIn(settings, "group_size");
  if (const std::uint64_t bits = numberIn(settings, "bits"); bits != 0) stated.bits.push_back(bits);
  readBlock(settings, stated);
  readGroups(settings, stated);
  for (const auto& [module, own] : settings.items()) {
    if (const std::uint64_t size = numberIn(own, "group_size"); size != 0) {
      stated.group_size_of.emplace(module, size);
    }
  }
}

}  // namespace

Stated statedIn(const std::string& config) {
  Stated stated;
  const Json root = Json::parse(config, nullptr, false);
  if (!root.is_object()) return stated;
  const Json* text = find(root, "text_config");
  for (const char* key : {"quantization_config", "quantization"}) {
    for (const Json* holder : {&root, text}) {
      const Json* settings = holder == nullptr ? nullptr : find(*holder, key);
      if (settings == nullptr || !settings->is_object()) continue;
      readSettings(*settings, stated);
      return stated;
    }
  }
  return stated;
}

}  // namespace kindred::reading
