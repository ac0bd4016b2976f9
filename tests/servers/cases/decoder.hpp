// Decoders as they begin, in the layouts of their families.
#pragma once

#include <cstdint>
#include <string>

#include "servers/cases/draft.hpp"

namespace kindred::servers {

struct Decoder {
  enum class Experts {
    none,
    qwen,     // mlp.experts.{e}.gate_proj, shared_expert with a gate of its own
    mixtral,  // block_sparse_moe.experts.{e}.w1
    fused,    // mlp.experts.gate_up_proj of all experts, shared_expert beside them
  };

  std::string type = "llama", architecture = "LlamaForCausalLM";
  std::uint64_t hidden = 64, layers = 4, heads = 4, kv_heads = 2, head_dim = 16, units = 128;
  std::uint64_t vocabulary = 256;
  bool biases = false;                // of queries, keys and values
  bool head_norms = false;            // inside query and key heads
  bool tied = false;                  // no head of its own
  bool gated = false;                 // queries have gates beside them
  std::uint64_t attention_every = 1;  // the other layers have linear attention
  Experts experts = Experts::none;
  std::uint64_t expert_count = 0, expert_units = 0, shared_units = 0;
  std::string prefix = "model.";
  std::string more = {};  // further fields of config.json: ", \"name\": value"
};

std::string configOf(const Decoder& shape);
// Equal seeds give equal numbers.
Draft decoder(const Decoder& shape, std::uint64_t seed);
// "model.layers.3." and what follows.
std::string inLayer(const Decoder& shape, std::uint64_t layer, const std::string& name);

}  // namespace kindred::servers
