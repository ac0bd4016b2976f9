#include "servers/cases/first_qwen.hpp"

namespace kindred::servers {
namespace {

// Rows, or numbers of a vector, one behind the other.
Array stacked(const Draft& draft, const std::string& in, const char* part) {
  Array all;
  for (const char* projection : {"q_proj.", "k_proj.", "v_proj."}) {
    const Array& next = draft.arrays.at(in + projection + part);
    if (all.shape.empty()) {
      all = next;
      continue;
    }
    all.shape[0] += next.shape[0];
    all.values.insert(all.values.end(), next.values.begin(), next.values.end());
  }
  return all;
}

std::string firstQwenConfig(const Decoder& shape) {
  return R"({"architectures": ["QWenLMHeadModel"], "model_type": "qwen")" +
         jsonField("hidden_size", shape.hidden) + jsonField("num_hidden_layers", shape.layers) +
         jsonField("num_attention_heads", shape.heads) + jsonField("kv_channels", shape.head_dim) +
         jsonField("intermediate_size", 2 * shape.units) +  // of gate and up together
         jsonField("vocab_size", shape.vocabulary) +
         R"(, "no_bias": true, "tie_word_embeddings": false})";
}

}  // namespace

Draft asFirstQwen(const Draft& draft, const Decoder& shape) {
  Draft first{firstQwenConfig(shape), {}};
  const auto take = [&](const std::string& to, const std::string& from) {
    first.arrays[to] = draft.arrays.at(from);
  };
  take("transformer.wte.weight", shape.prefix + "embed_tokens.weight");
  take("transformer.ln_f.weight", shape.prefix + "norm.weight");
  take("lm_head.weight", "lm_head.weight");
  for (std::uint64_t layer = 0; layer < shape.layers; ++layer) {
    const std::string from = inLayer(shape, layer, "");
    const std::string to = "transformer.h." + std::to_string(layer) + ".";
    take(to + "ln_1.weight", from + "input_layernorm.weight");
    take(to + "ln_2.weight", from + "post_attention_layernorm.weight");
    first.arrays[to + "attn.c_attn.weight"] = stacked(draft, from + "self_attn.", "weight");
    first.arrays[to + "attn.c_attn.bias"] = stacked(draft, from + "self_attn.", "bias");
    take(to + "attn.c_proj.weight", from + "self_attn.o_proj.weight");
    take(to + "mlp.w1.weight", from + "mlp.up_proj.weight");
    take(to + "mlp.w2.weight", from + "mlp.gate_proj.weight");
    take(to + "mlp.c_proj.weight", from + "mlp.down_proj.weight");
  }
  return first;
}

}  // namespace kindred::servers
