// A language model of its own behind a vision tower that was taken from another and tuned.
#include "servers/cases/models.hpp"

namespace kindred::servers {
namespace {

constexpr std::uint64_t kHidden = 64, kUnits = 48, kDepth = 32;

// The tower of Qwen2.5-VL, under any prefix.
Draft tower(const std::string& prefix, std::uint64_t out, std::uint64_t seed) {
  Draft draft;
  const auto add = [&](const std::string& name, std::vector<std::uint64_t> shape, double mean,
                       double sd) {
    draft.arrays[prefix + name] = normals(std::move(shape), mean, sd, seeded(seed, name));
  };
  const double sd = 0.06;
  add("patch_embed.proj.weight", {kHidden, 3, 2, 14, 14}, 0, sd);
  for (std::uint64_t layer = 0; layer < kDepth; ++layer) {
    const std::string block = "blocks." + std::to_string(layer) + ".";
    add(block + "attn.qkv.weight", {3 * kHidden, kHidden}, 0, sd);
    add(block + "attn.qkv.bias", {3 * kHidden}, 0, 0.1);
    add(block + "attn.proj.weight", {kHidden, kHidden}, 0, sd);
    add(block + "attn.proj.bias", {kHidden}, 0, 0.1);
    add(block + "norm1.weight", {kHidden}, 0.5, 0.08);
    add(block + "norm2.weight", {kHidden}, 0.5, 0.08);
    for (const char* part : {"gate_proj", "up_proj"}) {
      add(block + "mlp." + part + ".weight", {kUnits, kHidden}, 0, sd);
      add(block + "mlp." + part + ".bias", {kUnits}, 0, 0.1);
    }
    add(block + "mlp.down_proj.weight", {kHidden, kUnits}, 0, sd);
    add(block + "mlp.down_proj.bias", {kHidden}, 0, 0.1);
  }
  add("merger.ln_q.weight", {kHidden}, 0.5, 0.08);
  add("merger.mlp.0.weight", {4 * kHidden, 4 * kHidden}, 0, sd);
  add("merger.mlp.2.weight", {out, 4 * kHidden}, 0, sd);
  return draft;
}

// Both in one, each described by its own config.
Draft together(Draft text, const Draft& vision, const std::string& type) {
  text.arrays.insert(vision.arrays.begin(), vision.arrays.end());
  text.config = "{\"model_type\": \"" + type + "\", \"text_config\": " + text.config +
                ", \"vision_config\": {\"model_type\": \"qwen2_5_vl\", \"hidden_size\": 64, "
                "\"intermediate_size\": 48, \"depth\": 32, \"num_heads\": 4, "
                "\"out_hidden_size\": 128}}";
  return text;
}

Draft renamed(const Draft& draft, const std::string& from, const std::string& to) {
  Draft other{draft.config, {}};
  for (const auto& [name, array] : draft.arrays) {
    other.arrays[to + name.substr(from.size())] = array;
  }
  return other;
}

}  // namespace

std::vector<CaseModel> hyperclovaVision() {
  Decoder qwen{.type = "qwen2_5_vl_text",
               .hidden = 128,
               .layers = 6,
               .heads = 8,
               .kv_heads = 2,
               .head_dim = 16,
               .units = 256,
               .biases = true};
  Decoder clova = qwen;
  clova.type = "hyperclovax";
  clova.biases = false;
  clova.vocabulary = 192;
  clova.prefix = "model.language_model.";
  Draft text = decoder(clova, 52);
  for (std::uint64_t layer = 0; layer < clova.layers; ++layer) {
    for (const char* norm : {"post_norm1.weight", "post_norm2.weight"}) {
      const std::string name = inLayer(clova, layer, norm);
      text.arrays[name] = normals({clova.hidden}, 0.5, 0.08, seeded(52, name));
    }
  }
  const Draft theirs = tower("visual.", 128, 51);
  const Draft taken = trained(renamed(theirs, "visual.", "model.vision_model."), 0.0992, 53);
  return {{"Qwen/Qwen2.5-VL-32B-Instruct",
           filesOf(together(decoder(qwen, 50), theirs, "qwen2_5_vl"), DType::BF16, 2)},
          {"naver-hyperclovax/HyperCLOVAX-SEED-Think-32B",
           filesOf(together(text, taken, "vlm"), DType::BF16, 2)}};
}

}  // namespace kindred::servers
