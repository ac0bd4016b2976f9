#include "composite_toys.hpp"

namespace kindred::clitest {
namespace {

constexpr int kTowerLayers = 2;

Array below(const Array& a, const Array& b, const Array& c) {
  Array all{{a.shape[0] + b.shape[0] + c.shape[0], a.shape[1]}, a.values};
  all.values.insert(all.values.end(), b.values.begin(), b.values.end());
  all.values.insert(all.values.end(), c.values.begin(), c.values.end());
  return all;
}

}  // namespace

Toy qwenTower(std::uint64_t seed) {
  const Toy q = toyLlama(seed), k = toyLlama(seed + 1000), v = toyLlama(seed + 2000);
  Toy tower;
  for (int layer = 0; layer < kTowerLayers; ++layer) {
    const std::string from = "model.layers." + std::to_string(layer) + ".";
    const std::string to = "visual.blocks." + std::to_string(layer) + ".";
    const std::string queries = from + "self_attn.q_proj.weight";
    tower[to + "attn.qkv.weight"] = below(q.at(queries), k.at(queries), v.at(queries));
    tower[to + "attn.proj.weight"] = q.at(from + "self_attn.o_proj.weight");
    tower[to + "norm1.weight"] = q.at(from + "input_layernorm.weight");
    tower[to + "norm2.weight"] = q.at(from + "post_attention_layernorm.weight");
    for (const char* part : {"gate_proj", "up_proj", "down_proj"}) {
      tower[to + "mlp." + part + ".weight"] = q.at(from + "mlp." + part + ".weight");
    }
  }
  tower["visual.merger.ln_q.weight"] = q.at("model.norm.weight");
  tower["visual.merger.mlp.0.weight"] = k.at("model.layers.0.mlp.up_proj.weight");
  return tower;
}

Toy clipTower(std::uint64_t seed, const std::string& prefix) {
  const Toy q = toyLlama(seed), k = toyLlama(seed + 1000), v = toyLlama(seed + 2000);
  Toy tower;
  for (int layer = 0; layer < kTowerLayers; ++layer) {
    const std::string from = "model.layers." + std::to_string(layer) + ".";
    const std::string to = prefix + "encoder.layers." + std::to_string(layer) + ".";
    const std::string queries = from + "self_attn.q_proj.weight";
    tower[to + "self_attn.q_proj.weight"] = q.at(queries);
    tower[to + "self_attn.k_proj.weight"] = k.at(queries);
    tower[to + "self_attn.v_proj.weight"] = v.at(queries);
    tower[to + "self_attn.out_proj.weight"] = q.at(from + "self_attn.o_proj.weight");
    tower[to + "layer_norm1.weight"] = q.at(from + "input_layernorm.weight");
    tower[to + "layer_norm2.weight"] = q.at(from + "post_attention_layernorm.weight");
    tower[to + "mlp.fc1.weight"] = q.at(from + "mlp.up_proj.weight");
    tower[to + "mlp.fc2.weight"] = q.at(from + "mlp.down_proj.weight");
  }
  tower[prefix + "post_layernorm.weight"] = q.at("model.norm.weight");
  return tower;
}

Toy towerOf(std::uint64_t seed, const TowerNames& names) {
  const Toy q = toyLlama(seed), k = toyLlama(seed + 1000), v = toyLlama(seed + 2000);
  Toy tower;
  for (int layer = 0; layer < kTowerLayers; ++layer) {
    const std::string from = "model.layers." + std::to_string(layer) + ".";
    std::string to = names.block;
    to.replace(to.find("{l}"), 3, std::to_string(layer));
    const std::string queries = from + "self_attn.q_proj.weight";
    if (!names.packed.empty()) {
      tower[to + names.packed] = below(q.at(queries), k.at(queries), v.at(queries));
    } else {
      tower[to + names.apart[0]] = q.at(queries);
      tower[to + names.apart[1]] = k.at(queries);
      tower[to + names.apart[2]] = v.at(queries);
    }
    tower[to + names.attention_out] = q.at(from + "self_attn.o_proj.weight");
    tower[to + names.first] = q.at(from + "input_layernorm.weight");
    tower[to + names.second] = q.at(from + "post_attention_layernorm.weight");
    if (!names.gate.empty()) tower[to + names.gate] = q.at(from + "mlp.gate_proj.weight");
    tower[to + names.in] = q.at(from + "mlp.up_proj.weight");
    tower[to + names.out] = q.at(from + "mlp.down_proj.weight");
  }
  return tower;
}

Toy projectorToy(std::uint64_t seed, const std::string& in, const std::string& out) {
  const std::string mlp = "model.layers.0.mlp.";
  const Array left = toyLlama(seed).at(mlp + "up_proj.weight");
  const Array right = toyLlama(seed + 1000).at(mlp + "up_proj.weight");
  Array wide{{left.shape[0], 128}, {}};
  for (std::size_t row = 0; row < left.shape[0]; ++row) {
    for (const Array* half : {&left, &right}) {
      const auto at = half->values.begin() + static_cast<std::ptrdiff_t>(row * 64);
      wide.values.insert(wide.values.end(), at, at + 64);
    }
  }
  return {{in, wide}, {out, toyLlama(seed).at(mlp + "down_proj.weight")}};
}

Toy withParts(Toy one, const Toy& other) {
  one.insert(other.begin(), other.end());
  return one;
}

Toy narrower(const Toy& toy) {
  const auto cut = [](std::uint64_t size) { return size == 64 ? 48 : size == 176 ? 96 : size; };
  Toy made;
  for (const auto& [name, array] : toy) {
    Array& part = made[name];
    for (const std::uint64_t size : array.shape) part.shape.push_back(cut(size));
    const std::uint64_t columns = array.shape.back(), rows = array.values.size() / columns;
    for (std::uint64_t row = 0; row < (array.shape.size() > 1 ? cut(rows) : 1); ++row) {
      const auto from = array.values.begin() + static_cast<std::ptrdiff_t>(row * columns);
      part.values.insert(part.values.end(), from, from + static_cast<std::ptrdiff_t>(cut(columns)));
    }
  }
  return made;
}

std::string qwenConfig() {
  std::string config = toyLlamaConfig("qwen2_5_vl");
  config.pop_back();
  return config + R"(,"vision_config":{"model_type":"qwen2_5_vl",)" + kTowerSizes +
         R"("depth":2,"num_heads":4}})";
}

std::string clipConfig() {
  return std::string(R"({"model_type":"clip_vision_model",)") + kTowerSizes +
         R"("num_hidden_layers":2,"num_attention_heads":4})";
}

std::string llavaConfig() {
  return R"({"model_type":"llava","text_config":)" + toyLlamaConfig() + R"(,"vision_config":)" +
         clipConfig() + "}";
}

void saveComposite(const support::TempDir& dir, const std::string& name, const Toy& toy,
                   const std::string& config) {
  saveModel(dir / name, stored(toy), config);
}

std::map<std::string, std::string> classesByComponent(const nlohmann::json& report) {
  std::map<std::string, std::string> classes;
  for (const nlohmann::json& part : report.at("pairs").at(0).at("components")) {
    classes[part.at("component")] = part.at("verdict").at("class");
  }
  return classes;
}

}  // namespace kindred::clitest
