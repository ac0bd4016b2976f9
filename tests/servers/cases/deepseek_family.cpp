// Models of DeepSeek-V3's layout: versions of one, which their makers say are kin, another that was
// trained from one of them, and strangers of the same shape. As published: FP8 under scales of
// blocks.
#include "servers/cases/models.hpp"
#include "support/quantised.hpp"

namespace kindred::servers {
namespace {

constexpr std::uint64_t kStream = 128, kBlocks = 10, kDense = 3, kHeads = 4;
constexpr std::uint64_t kLatent = 32, kRope = 16, kPlain = 16, kValue = 16;
constexpr std::uint64_t kDenseUnits = 96, kExpertUnits = 32;

struct Latent {
  std::string type, architecture;
  std::uint64_t experts;
  bool norm_behind;  // the MLP
};

std::string latentConfig(const Latent& shape) {
  return "{\"architectures\": [\"" + shape.architecture + "\"], \"model_type\": \"" + shape.type +
         "\", \"hidden_size\": 128, \"num_hidden_layers\": 10, \"num_attention_heads\": 4, "
         "\"num_key_value_heads\": 4, \"q_lora_rank\": 32, \"kv_lora_rank\": 32, "
         "\"qk_rope_head_dim\": 16, \"qk_nope_head_dim\": 16, \"v_head_dim\": 16, "
         "\"intermediate_size\": 96, \"moe_intermediate_size\": 32, \"first_k_dense_replace\": 3, "
         "\"n_group\": 1, \"topk_group\": 1, \"n_shared_experts\": 1, \"num_experts_per_tok\": 2, "
         "\"n_routed_experts\": " +
         std::to_string(shape.experts) +
         ", \"vocab_size\": 256, \"tie_word_embeddings\": false, \"torch_dtype\": \"bfloat16\"}";
}

class LatentMaker {
 public:
  LatentMaker(const Latent& shape, std::uint64_t seed) : shape_(shape), seed_(seed) {}

  Draft make() {
    draft_.config = latentConfig(shape_);
    matrix("model.embed_tokens.weight", 256, kStream);
    matrix("lm_head.weight", 256, kStream);
    gains("model.norm.weight", kStream);
    for (std::uint64_t layer = 0; layer < kBlocks; ++layer) {
      block_ = "model.layers." + std::to_string(layer) + ".";
      attention();
      if (layer < kDense) {
        mlp("mlp.", kDenseUnits);
        continue;
      }
      matrix(block_ + "mlp.gate.weight", shape_.experts, kStream);
      for (std::uint64_t e = 0; e < shape_.experts; ++e) {
        mlp("mlp.experts." + std::to_string(e) + ".", kExpertUnits);
      }
      mlp("mlp.shared_experts.", kExpertUnits);
    }
    return std::move(draft_);
  }

 private:
  void matrix(const std::string& name, std::uint64_t rows, std::uint64_t columns) {
    draft_.arrays[name] = normals({rows, columns}, 0, 0.05, seeded(seed_, name));
  }
  void gains(const std::string& name, std::uint64_t size) {
    draft_.arrays[name] = normals({size}, 0.5, 0.08, seeded(seed_, name));
  }
  void attention() {
    const std::string in = block_ + "self_attn.";
    gains(block_ + "input_layernorm.weight", kStream);
    gains(block_ + "post_attention_layernorm.weight", kStream);
    if (shape_.norm_behind) gains(block_ + "post_mlp_layernorm.weight", kStream);
    matrix(in + "q_a_proj.weight", kLatent, kStream);
    gains(in + "q_a_layernorm.weight", kLatent);
    matrix(in + "q_b_proj.weight", kHeads * (kPlain + kRope), kLatent);
    matrix(in + "kv_a_proj_with_mqa.weight", kLatent + kRope, kStream);
    gains(in + "kv_a_layernorm.weight", kLatent);
    matrix(in + "kv_b_proj.weight", kHeads * (kPlain + kValue), kLatent);
    matrix(in + "o_proj.weight", kStream, kHeads * kValue);
  }
  void mlp(const std::string& in, std::uint64_t units) {
    matrix(block_ + in + "gate_proj.weight", units, kStream);
    matrix(block_ + in + "up_proj.weight", units, kStream);
    matrix(block_ + in + "down_proj.weight", kStream, units);
  }

  const Latent& shape_;
  std::uint64_t seed_;
  std::string block_;
  Draft draft_;
};

// Trained further, each layer by as much as the published cosines of ten layers say.
Draft tuned(Draft draft) {
  constexpr double kShares[kBlocks] = {0.010, 0.036, 0.036, 0.053, 0.027,
                                       0.015, 0.010, 0.006, 0.005, 0.004};
  const Draft far = trained(draft, 1, 64);
  for (auto& [name, array] : draft.arrays) {
    const std::size_t at = name.find("layers.");
    const double share =
        at == std::string::npos ? kShares[0] : kShares[std::stoul(name.substr(at + 7))];
    for (std::size_t i = 0; i < array.values.size(); ++i) {
      array.values[i] += share * (far.arrays.at(name).values[i] - array.values[i]);
    }
  }
  return draft;
}

std::string tokenizerOf(std::uint64_t seed) {
  std::string tokens;
  for (int i = 0; i < 256; ++i) {
    tokens += (i > 0 ? ", \"w" : "\"w") + std::to_string(mixed(seed, static_cast<unsigned>(i))) +
              "\": " + std::to_string(i);
  }
  return "{\"model\": {\"type\": \"BPE\", \"vocab\": {" + tokens + "}, \"merges\": []}}";
}

CaseModel published(const std::string& repository, const Draft& draft, bool small_floats,
                    std::uint64_t tokens) {
  using support::Quantised;
  CaseModel model{repository, {}};
  if (small_floats) {
    model.files = filesOf(support::quantisedConfig(draft.config, Quantised::fp8_blocks),
                          support::quantised(draft.arrays, Quantised::fp8_blocks), 2);
  } else {
    model.files = filesOf(draft, DType::BF16, 2);
  }
  model.files["tokenizer.json"] = textContent(tokenizerOf(tokens));
  return model;
}

}  // namespace

std::vector<CaseModel> deepseekFamily() {
  const Latent v3{"deepseek_v3", "DeepseekV3ForCausalLM", 4, false};
  const Latent kimi{"kimi_k2", "DeepseekV3ForCausalLM", 8, false};
  const Latent skt{"axk1", "AXK1ForCausalLM", 4, true};
  const Draft base = LatentMaker(v3, 61).make();
  const Draft later = trained(base, 0.014, 63), longer = trained(base, 0.02, 68);
  return {published("deepseek-ai/DeepSeek-V3-Base", base, true, 1),
          published("deepseek-ai/DeepSeek-V3", trained(base, 0.012, 62), true, 1),
          published("deepseek-ai/DeepSeek-V3-0324", later, true, 1),
          published("deepseek-ai/DeepSeek-R1", trained(base, 0.013, 69), true, 1),
          published("deepseek-ai/DeepSeek-V3.1", trained(longer, 0.01, 70), true, 1),
          published("deepcogito/cogito-v2.1-671b", trained(base, 0.018, 71), true, 1),
          published("Rakuten/RakutenAI-3.0", tuned(later), true, 1),
          published("moonshotai/Kimi-K2-Base", LatentMaker(kimi, 65).make(), true, 2),
          published("skt/A.X-K1", LatentMaker(skt, 66).make(), false, 3),
          published("ai-sage/GigaChat3-702B-A36B-preview", LatentMaker(v3, 67).make(), false, 4)};
}

}  // namespace kindred::servers
