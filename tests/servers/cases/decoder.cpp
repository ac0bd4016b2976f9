#include "servers/cases/decoder.hpp"

#include <cmath>

namespace kindred::servers {
namespace {

class Maker {
 public:
  Maker(const Decoder& shape, std::uint64_t seed) : shape_(shape), seed_(seed) {}

  Draft make() {
    draft_.config = configOf(shape_);
    matrix(shape_.prefix + "embed_tokens.weight", {shape_.vocabulary, shape_.hidden});
    if (!shape_.tied) matrix("lm_head.weight", {shape_.vocabulary, shape_.hidden});
    gains(shape_.prefix + "norm.weight", shape_.hidden);
    for (std::uint64_t layer = 0; layer < shape_.layers; ++layer) {
      block_ = inLayer(shape_, layer, "");
      norms();
      (layer + 1) % shape_.attention_every == 0 ? attention() : linearAttention();
      if (shape_.experts == Decoder::Experts::none) {
        mlp(block_ + "mlp.", shape_.units);
      } else {
        mixture();
      }
    }
    return std::move(draft_);
  }

 private:
  void matrix(const std::string& name, std::vector<std::uint64_t> shape) {
    const double sd = 0.5 / std::sqrt(static_cast<double>(shape.back()));
    draft_.arrays[name] = normals(std::move(shape), 0, sd, seeded(seed_, name));
  }
  void gains(const std::string& name, std::uint64_t size) {
    draft_.arrays[name] = normals({size}, 0.5, 0.08, seeded(seed_, name));
  }
  void bias(const std::string& name, std::uint64_t size) {
    draft_.arrays[name] = normals({size}, 0, 0.1, seeded(seed_, name));
  }

  void norms() {
    gains(block_ + "input_layernorm.weight", shape_.hidden);
    gains(block_ + "post_attention_layernorm.weight", shape_.hidden);
  }

  void attention() {
    const std::uint64_t queries = shape_.heads * shape_.head_dim;
    const std::uint64_t keys = shape_.kv_heads * shape_.head_dim;
    const std::string in = block_ + "self_attn.";
    for (const auto& [name, rows] : {std::pair{"q_proj", shape_.gated ? 2 * queries : queries},
                                     {"k_proj", keys},
                                     {"v_proj", keys}}) {
      matrix(in + name + ".weight", {rows, shape_.hidden});
      if (shape_.biases) bias(in + name + ".bias", rows);
    }
    matrix(in + "o_proj.weight", {shape_.hidden, queries});
    if (!shape_.head_norms) return;
    gains(in + "q_norm.weight", shape_.head_dim);
    gains(in + "k_norm.weight", shape_.head_dim);
  }

  void linearAttention() {
    const std::uint64_t size = shape_.heads * shape_.head_dim;
    const std::string in = block_ + "linear_attn.";
    matrix(in + "in_proj_qkv.weight", {3 * size, shape_.hidden});
    matrix(in + "in_proj_z.weight", {size, shape_.hidden});
    matrix(in + "out_proj.weight", {shape_.hidden, size});
    gains(in + "norm.weight", shape_.head_dim);
  }

  void mlp(const std::string& in, std::uint64_t units, const char* gate = "gate_proj.weight",
           const char* up = "up_proj.weight", const char* down = "down_proj.weight") {
    matrix(in + gate, {units, shape_.hidden});
    matrix(in + up, {units, shape_.hidden});
    matrix(in + down, {shape_.hidden, units});
  }

  void mixture() {
    const std::uint64_t experts = shape_.expert_count, units = shape_.expert_units;
    const bool mixtral = shape_.experts == Decoder::Experts::mixtral;
    const std::string in = block_ + (mixtral ? "block_sparse_moe." : "mlp.");
    matrix(in + "gate.weight", {experts, shape_.hidden});
    if (shape_.experts == Decoder::Experts::fused) {
      matrix(in + "experts.gate_up_proj", {experts, 2 * units, shape_.hidden});
      matrix(in + "experts.down_proj", {experts, shape_.hidden, units});
    } else {
      for (std::uint64_t e = 0; e < experts; ++e) {
        const std::string expert = in + "experts." + std::to_string(e) + ".";
        if (mixtral) {
          mlp(expert, units, "w1.weight", "w3.weight", "w2.weight");
        } else {
          mlp(expert, units);
        }
      }
    }
    if (shape_.shared_units == 0) return;
    mlp(in + "shared_expert.", shape_.shared_units);
    matrix(in + "shared_expert_gate.weight", {1, shape_.hidden});
  }

  const Decoder& shape_;
  std::uint64_t seed_;
  std::string block_;
  Draft draft_;
};

}  // namespace

std::string inLayer(const Decoder& shape, std::uint64_t layer, const std::string& name) {
  return shape.prefix + "layers." + std::to_string(layer) + "." + name;
}

std::string configOf(const Decoder& shape) {
  const auto& field = jsonField;
  std::string experts;
  if (shape.experts == Decoder::Experts::mixtral) {
    experts = field("num_local_experts", shape.expert_count) + field("num_experts_per_tok", 2);
  } else if (shape.experts != Decoder::Experts::none) {
    experts = field("num_experts", shape.expert_count) + field("num_experts_per_tok", 2) +
              field("moe_intermediate_size", shape.expert_units) +
              field("shared_expert_intermediate_size", shape.shared_units);
  }
  return "{\"architectures\": [\"" + shape.architecture + "\"], \"model_type\": \"" + shape.type +
         "\"" + field("hidden_size", shape.hidden) + field("num_hidden_layers", shape.layers) +
         field("num_attention_heads", shape.heads) + field("num_key_value_heads", shape.kv_heads) +
         field("head_dim", shape.head_dim) + field("intermediate_size", shape.units) +
         field("vocab_size", shape.vocabulary) + experts +
         ", \"tie_word_embeddings\": " + (shape.tied ? "true" : "false") + shape.more +
         ", \"torch_dtype\": \"bfloat16\"}";
}

Draft decoder(const Decoder& shape, std::uint64_t seed) { return Maker(shape, seed).make(); }

}  // namespace kindred::servers
