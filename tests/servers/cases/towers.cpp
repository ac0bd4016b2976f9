#include "servers/cases/towers.hpp"

#include <utility>
#include <vector>

namespace kindred::servers {
namespace {

constexpr double kSpread = 0.06;

class TowerMaker {
 public:
  TowerMaker(std::string prefix, std::uint64_t seed) : prefix_(std::move(prefix)), seed_(seed) {}

  void matrix(const std::string& name, std::vector<std::uint64_t> shape) {
    add(name, std::move(shape), 0, kSpread);
  }
  void gains(const std::string& name, std::uint64_t size) { add(name, {size}, 0.5, 0.08); }
  void bias(const std::string& name, std::uint64_t size) { add(name, {size}, 0, 0.1); }
  // A matrix with its bias.
  void linear(const std::string& name, std::uint64_t rows, std::uint64_t columns) {
    matrix(name + ".weight", {rows, columns});
    bias(name + ".bias", rows);
  }
  Draft take() { return std::move(draft_); }

 private:
  void add(const std::string& name, std::vector<std::uint64_t> shape, double mean, double sd) {
    draft_.arrays[prefix_ + name] = normals(std::move(shape), mean, sd, seeded(seed_, name));
  }

  std::string prefix_;
  std::uint64_t seed_;
  Draft draft_;
};

}  // namespace

Draft VisionTower::make(const std::string& prefix, std::uint64_t out, std::uint64_t seed) {
  TowerMaker tower(prefix, seed);
  tower.matrix("patch_embed.proj.weight", {kHidden, 3, 2, 14, 14});
  for (std::uint64_t layer = 0; layer < kDepth; ++layer) {
    const std::string block = "blocks." + std::to_string(layer) + ".";
    tower.linear(block + "attn.qkv", 3 * kHidden, kHidden);
    tower.linear(block + "attn.proj", kHidden, kHidden);
    tower.gains(block + "norm1.weight", kHidden);
    tower.gains(block + "norm2.weight", kHidden);
    tower.linear(block + "mlp.gate_proj", kUnits, kHidden);
    tower.linear(block + "mlp.up_proj", kUnits, kHidden);
    tower.linear(block + "mlp.down_proj", kHidden, kUnits);
  }
  tower.gains("merger.ln_q.weight", kHidden);
  tower.matrix("merger.mlp.0.weight", {4 * kHidden, 4 * kHidden});
  tower.matrix("merger.mlp.2.weight", {out, 4 * kHidden});
  return tower.take();
}

std::string VisionTower::config() {
  return R"({"model_type": "qwen2_5_vl")" + jsonField("hidden_size", kHidden) +
         jsonField("intermediate_size", kUnits) + jsonField("depth", kDepth) +
         jsonField("num_heads", 4) + "}";
}

Draft WhisperStack::make(const std::string& prefix, std::uint64_t layers, bool decodes,
                         std::uint64_t seed) {
  TowerMaker stack(prefix, seed);
  const auto attention = [&](const std::string& in) {
    stack.linear(in + "q_proj", kHidden, kHidden);
    stack.matrix(in + "k_proj.weight", {kHidden, kHidden});  // has no bias
    stack.linear(in + "v_proj", kHidden, kHidden);
    stack.linear(in + "out_proj", kHidden, kHidden);
  };
  const auto norm = [&](const std::string& name) {
    stack.gains(name + ".weight", kHidden);
    stack.bias(name + ".bias", kHidden);
  };
  for (std::uint64_t layer = 0; layer < layers; ++layer) {
    const std::string block = "layers." + std::to_string(layer) + ".";
    attention(block + "self_attn.");
    norm(block + "self_attn_layer_norm");
    if (decodes) {
      attention(block + "encoder_attn.");
      norm(block + "encoder_attn_layer_norm");
    }
    stack.linear(block + "fc1", kUnits, kHidden);
    stack.linear(block + "fc2", kHidden, kUnits);
    norm(block + "final_layer_norm");
  }
  norm("layer_norm");
  return stack.take();
}

Draft renamed(const Draft& draft, const std::string& from, const std::string& to) {
  Draft other{draft.config, {}};
  for (const auto& [name, array] : draft.arrays) {
    other.arrays[to + name.substr(from.size())] = array;
  }
  return other;
}

}  // namespace kindred::servers
