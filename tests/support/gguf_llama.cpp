#include "support/gguf_llama.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "support/gguf.hpp"

namespace kindred::support {
namespace {

void replace(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at != std::string::npos) text.replace(at, from.size(), to);
}

std::string ggufName(std::string name) {
  const char* const kNames[][2] = {{"model.embed_tokens.", "token_embd."},
                                   {"model.norm.", "output_norm."},
                                   {"lm_head.", "output."},
                                   {"model.layers.", "blk."},
                                   {"input_layernorm", "attn_norm"},
                                   {"post_attention_layernorm", "ffn_norm"},
                                   {"self_attn.q_proj", "attn_q"},
                                   {"self_attn.k_proj", "attn_k"},
                                   {"self_attn.v_proj", "attn_v"},
                                   {"self_attn.o_proj", "attn_output"},
                                   {"mlp.gate_proj", "ffn_gate"},
                                   {"mlp.up_proj", "ffn_up"},
                                   {"mlp.down_proj", "ffn_down"}};
  for (const auto& [hub, gguf] : kNames) replace(name, hub, gguf);
  return name;
}

GgufType fitting(GgufType type, std::uint64_t columns) {
  const std::uint64_t block = blockOf(type);
  return columns % block == 0 ? type : GgufType::F16;
}

}  // namespace

Array inTurns(const Array& array, std::uint64_t head_dim) {
  Array turned = array;
  const std::uint64_t columns = array.shape[1];
  for (std::uint64_t r = 0; r < array.shape[0]; ++r) {
    const std::uint64_t inside = r % head_dim;
    const std::uint64_t to = r - inside + 2 * (inside % (head_dim / 2)) + inside / (head_dim / 2);
    std::copy_n(array.values.begin() + static_cast<std::ptrdiff_t>(r * columns), columns,
                turned.values.begin() + static_cast<std::ptrdiff_t>(to * columns));
  }
  return turned;
}

bool putsInTurns(const std::string& family) {
  const std::set<std::string> kFamilies{"llama",   "arcee",   "granite",   "granitehybrid",
                                        "minicpm", "smollm3", "nemotron_h"};
  return kFamilies.contains(family);
}

std::string ggufLlama(const Arrays& model, const LlamaShape& shape, GgufType type,
                      const std::string& family) {
  return ggufLlamaWriter(model, shape, type, family).bytes();
}

GgufWriter ggufLlamaWriter(const Arrays& model, const LlamaShape& shape, GgufType type,
                           const std::string& family) {
  GgufWriter writer;
  writer.text("general.architecture", family);
  writer.number(family + ".embedding_length", shape.hidden);
  writer.number(family + ".block_count", shape.layers);
  writer.number(family + ".feed_forward_length", shape.intermediate);
  writer.number(family + ".attention.head_count", shape.heads);
  writer.number(family + ".attention.head_count_kv", shape.kv_heads);
  writer.number(family + ".attention.key_length", shape.head_dim);
  std::vector<std::string> tokens;
  for (std::uint32_t i = 0; i < shape.vocabulary; ++i)
    tokens.push_back("token" + std::to_string(i));
  writer.texts("tokenizer.ggml.tokens", tokens);
  for (const auto& [name, array] : model) {
    if (array.shape.size() == 1) {
      writer.tensor(ggufName(name), 0, array.shape,
                    tensorOf("", DType::F32, array.shape, array.values).bytes);
      continue;
    }
    const bool turned = putsInTurns(family) && (name.find("q_proj") != std::string::npos ||
                                                name.find("k_proj") != std::string::npos);
    const GgufType as = fitting(type, array.shape[1]);
    const Array stored = turned ? inTurns(array, shape.head_dim) : array;
    writer.tensor(ggufName(name), static_cast<std::uint32_t>(as), array.shape,
                  ggufBytes(as, stored.values));
  }
  return writer;
}

}  // namespace kindred::support
