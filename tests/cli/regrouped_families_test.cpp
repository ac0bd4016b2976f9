// Families whose queries, keys and values are grouped by heads on the Hub, and in three blocks in
// GGUF, encoders, and others whose own names GGUF does not keep: one model in both.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "family_layouts.hpp"
#include "support/gguf.hpp"
#include "support/gguf_latent.hpp"
#include "support/gguf_llama.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;

struct Regrouped {
  const char* family;
  const char* gguf;               // its architecture there
  std::uint64_t groups, queries;  // key-value heads, and queries of each; 0: GGUF groups none anew
  // Beginnings of names where they end with a point, else parts of them; and GGUF's.
  std::map<std::string, std::string> names;
  std::set<std::string> gauges;
  bool less_one = false;  // whether the Hub stores gains less one
  std::string hub = {};   // its model_type there; empty: that of the family's first layout
};

using Names = std::map<std::string, std::string>;

// Of GPT-2 and what keeps its names.
Names namesLikeGpt2() {
  return {{"transformer.wte", "token_embd"},
          {"transformer.wpe", "position_embd"},
          {"transformer.ln_f", "output_norm"},
          {"transformer.h.", "blk."},
          {"ln_1", "attn_norm"},
          {"ln_2", "ffn_norm"},
          {"attn.c_attn", "attn_qkv"},
          {"attn.c_proj", "attn_output"},
          {"mlp.c_fc", "ffn_up"},
          {"mlp.c_proj", "ffn_down"}};
}

// Of families that have most of Llama's names.
Names withUsual(Names names) {
  names.insert({{"model.embed_tokens", "token_embd"},
                {"lm_head.", "output."},
                {"model.layers.", "blk."},
                {"input_layernorm", "attn_norm"},
                {"self_attn.q_proj", "attn_q"},
                {"self_attn.k_proj", "attn_k"},
                {"self_attn.v_proj", "attn_v"}});
  return names;
}

const Names kUsualEnds{
    {"model.norm", "output_norm"},       {"post_attention_layernorm", "ffn_norm"},
    {"self_attn.o_proj", "attn_output"}, {"mlp.gate_proj", "ffn_gate"},
    {"mlp.up_proj", "ffn_up"},           {"mlp.down_proj", "ffn_down"}};

// Its MLP's matrices are called after each other in older files.
Regrouped tower(const char* first, const char* second) {
  return {"clip_vision",
          "clip",
          4,
          1,
          {{"vision_model.encoder.layers.", "v.blk."},
           {"vision_model.embeddings.position_embedding", "v.position_embd"},
           {"vision_model.post_layernorm", "v.post_ln"},
           {"layer_norm1", "ln1"},
           {"layer_norm2", "ln2"},
           {"self_attn.q_proj", "attn_q"},
           {"self_attn.k_proj", "attn_k"},
           {"self_attn.v_proj", "attn_v"},
           {"self_attn.out_proj", "attn_out"},
           {"mlp.fc1", first},
           {"mlp.fc2", second}},
          {"value-dim", "rotary-free"}};
}

std::ostream& operator<<(std::ostream& out, const Regrouped& test) { return out << test.family; }

const Layout& layoutOf(std::string_view family, const std::string& model_type = {}) {
  const auto& all = layouts();
  return *std::find_if(all.begin(), all.end(), [&](const Layout& layout) {
    const bool any = model_type.empty();
    return layout.family == family &&
           (any || layout.config.find('"' + model_type + '"') != std::string::npos);
  });
}

// Rows of 16 in blocks: of all groups the queries, then the keys, then the values.
Array inBlocks(const Array& grouped, const Regrouped& test) {
  Array blocks{grouped.shape, {}};
  const std::uint64_t row = grouped.values.size() / grouped.shape[0], heads = test.queries + 2;
  const auto take = [&](std::uint64_t first, std::uint64_t count) {
    for (std::uint64_t group = 0; group < test.groups; ++group) {
      const auto from =
          grouped.values.begin() + static_cast<std::ptrdiff_t>((group * heads + first) * 16 * row);
      blocks.values.insert(blocks.values.end(), from,
                           from + static_cast<std::ptrdiff_t>(count * 16 * row));
    }
  };
  take(0, test.queries);
  take(test.queries, 1);
  take(test.queries + 1, 1);
  return blocks;
}

Array turned(const Array& array) {
  Array made{{array.shape[1], array.shape[0]}, {}};
  for (std::uint64_t column = 0; column < array.shape[1]; ++column) {
    for (std::uint64_t row = 0; row < array.shape[0]; ++row) {
      made.values.push_back(array.values[row * array.shape[1] + column]);
    }
  }
  return made;
}

std::string ggufName(std::string name, const Regrouped& test) {
  for (const auto& [hub, gguf] : test.names) {
    const std::size_t at =
        hub.ends_with('.') && !name.starts_with(hub) ? std::string::npos : name.find(hub);
    if (at != std::string::npos) name.replace(at, hub.size(), gguf);
  }
  return name;
}

// Experts of a layer in one tensor, named as if it were one of them.
Toy withStackedExperts(const Toy& toy) {
  Toy all;
  for (const auto& [name, array] : toy) {
    const std::size_t at = name.find(".experts.");
    const std::size_t number = at + std::string(".experts.").size();
    if (at == std::string::npos || name[number + 1] != '.') {
      all[name] = array;
      continue;
    }
    Array& stack = all[name.substr(0, number) + name.substr(number + 2)];
    stack.shape = {stack.shape.empty() ? 1 : stack.shape[0] + 1, array.shape[0], array.shape[1]};
    stack.values.insert(stack.values.end(), array.values.begin(), array.values.end());
  }
  return all;
}

// A matrix of gates and ups as two.
void addParts(const Array& array, const std::string& layer, support::GgufWriter& writer) {
  const std::vector<std::uint64_t> shape{array.shape[0] / 2, array.shape[1]};
  const auto half = array.values.begin() + static_cast<std::ptrdiff_t>(array.values.size() / 2);
  const std::vector<double> gate(array.values.begin(), half), up(half, array.values.end());
  writer.tensor(layer + "ffn_gate.weight", 0, shape,
                support::tensorOf("", DType::F32, shape, gate).bytes);
  writer.tensor(layer + "ffn_up.weight", 0, shape,
                support::tensorOf("", DType::F32, shape, up).bytes);
}

void saveRegrouped(const std::filesystem::path& path, const Toy& toy, const Regrouped& test) {
  support::GgufWriter writer;
  const std::string family = test.gguf;
  writer.text("general.architecture", family);
  const std::pair<const char*, std::uint64_t> keys[] = {
      {".embedding_length", 64},
      {".block_count", 2},
      {".feed_forward_length", 96},
  };
  const std::string before = family == "clip" ? "clip.vision" : family;
  for (const auto& [key, value] : keys) {
    writer.number(before + key, static_cast<std::uint32_t>(value));
  }
  const bool hybrid = family == "granitehybrid" || family == "kimi-linear";
  const auto groups = static_cast<std::uint32_t>(test.groups);
  if (family != "step35") writer.number(before + ".attention.head_count", 4);
  if (family != "step35" && !hybrid) writer.number(before + ".attention.head_count_kv", groups);
  if (hybrid) writer.numbers(family + ".attention.head_count_kv", {0, groups});
  if (family == "qwen35" || family == "qwen35moe") {
    writer.number(family + ".attention.key_length", 16);
    writer.number(family + ".rope.dimension_count", family == "qwen35" ? 8 : 4);
  }
  if (family == "kimi-linear") {
    writer.number(family + ".attention.kv_lora_rank", 32);
    writer.number(family + ".attention.key_length", 40);
    writer.number(family + ".attention.key_length_mla", 24);
    writer.number(family + ".attention.value_length_mla", 16);
    writer.number(family + ".rope.dimension_count", 8);
  }
  if (family == "gptneox") writer.number(family + ".rope.dimension_count", 4);
  if (family == "minimax-m3") writer.number(family + ".rope.dimension_count", 8);
  if (family == "step35") {  // heads of layers that see everything, and of those that see a window
    writer.numbers(family + ".attention.head_count", {4, 6});
    writer.numbers(family + ".attention.head_count_kv", {2, 2});
    writer.numbers(family + ".attention.sliding_window_pattern", {0, 1});
    writer.number(family + ".attention.key_length", 16);
  }
  const Toy all = withStackedExperts(toy);
  if (all.size() < toy.size()) writer.number(family + ".expert_count", 4);
  for (auto [name, array] : all) {
    // The converter adds one where gains are stored less one.
    if (test.less_one && name.find("norm") != std::string::npos) {
      for (double& value : array.values) value += 1;
    }
    if (family == "kimi-linear" && name.find("kv_b_proj") != name.npos) {
      support::addHalves(array, "blk.1.", 4, 16, writer);
      continue;
    }
    const std::size_t fused = name.find("shared_mlp.input_linear");
    if (family == "granitehybrid" && fused != name.npos) {  // without experts: an MLP as any other
      addParts(array, ggufName(name.substr(0, fused), test), writer);
      continue;
    }
    const bool packed = test.queries > 0 && name.find("query_key_value") != std::string::npos;
    const bool by_inputs =  // as GPT-2 has its matrices on the Hub
        family == "gpt2" && array.shape.size() == 2 && name.find(".c_") != std::string::npos;
    const bool in_turns = support::putsInTurns(family) && array.shape.size() == 2 &&
                          (name.find("q_proj") != name.npos || name.find("k_proj") != name.npos);
    const Array stored = packed      ? inBlocks(array, test)
                         : by_inputs ? turned(array)
                         : in_turns  ? support::inTurns(array, 16)
                                     : array;
    writer.tensor(ggufName(name, test), 0, stored.shape,
                  support::tensorOf("", DType::F32, stored.shape, stored.values).bytes);
  }
  std::ofstream(path, std::ios::binary) << writer.bytes();
}

class RegroupedFamily : public testing::TestWithParam<Regrouped> {};

TEST_P(RegroupedFamily, IsOneModelOnTheHubAndInGguf) {
  const Layout& layout = layoutOf(GetParam().family, GetParam().hub);
  TempDir dir;
  const Toy base = made(layout, 1);
  save(dir, "a", layout, base);
  saveRegrouped(dir / "b.gguf", tuned(base, 2), GetParam());
  saveRegrouped(dir / "stranger.gguf", made(layout, 3), GetParam());
  const json report = compared(dir, "a", "b.gguf");
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  // One layer of attention has no more than sixteen rotary pairs here: 10^-4.8.
  for (const std::string& gauge : GetParam().gauges) EXPECT_LT(bestP(report, gauge), -4) << gauge;
  EXPECT_EQ(compared(dir, "a", "stranger.gguf").at("verdict").at("class"), "no-evidence");
}

INSTANTIATE_TEST_SUITE_P(
    Layouts, RegroupedFamily,
    testing::Values(
        Regrouped{"gpt_neox",
                  "gptneox",
                  4,
                  1,
                  {{"gpt_neox.embed_in", "token_embd"},
                   {"embed_out.", "output."},
                   {"gpt_neox.final_layer_norm", "output_norm"},
                   {"gpt_neox.layers.", "blk."},
                   {"post_attention_layernorm", "ffn_norm"},
                   {"input_layernorm", "attn_norm"},
                   {"attention.query_key_value", "attn_qkv"},
                   {"attention.dense", "attn_output"},
                   {"mlp.dense_h_to_4h", "ffn_up"},
                   {"mlp.dense_4h_to_h", "ffn_down"}},
                  {"value-dim", "rotary-free"}},
        Regrouped{"bloom",
                  "bloom",
                  4,
                  1,
                  {{"word_embeddings_layernorm", "token_embd_norm"},
                   {"word_embeddings.", "token_embd."},
                   {"ln_f", "output_norm"},
                   {"h.", "blk."},
                   {"post_attention_layernorm", "ffn_norm"},
                   {"input_layernorm", "attn_norm"},
                   {"self_attention.query_key_value", "attn_qkv"},
                   {"self_attention.dense", "attn_output"},
                   {"mlp.dense_h_to_4h", "ffn_up"},
                   {"mlp.dense_4h_to_h", "ffn_down"}},
                  {"value-dim", "rotary-free"}},
        Regrouped{"falcon",
                  "falcon",
                  2,
                  2,
                  {{"transformer.word_embeddings.", "token_embd."},
                   {"transformer.ln_f", "output_norm"},
                   {"transformer.h.", "blk."},
                   {"ln_attn", "attn_norm_2"},
                   {"ln_mlp", "attn_norm"},
                   {"self_attention.query_key_value", "attn_qkv"},
                   {"self_attention.dense", "attn_output"},
                   {"mlp.dense_h_to_4h", "ffn_up"},
                   {"mlp.dense_4h_to_h", "ffn_down"}},
                  {"value-dim"}},
        Regrouped{"bert",
                  "bert",
                  4,
                  1,
                  {{"roberta.embeddings.word_embeddings", "token_embd"},
                   {"roberta.embeddings.position_embeddings", "position_embd"},
                   {"roberta.embeddings.token_type_embeddings", "token_types"},
                   {"roberta.embeddings.LayerNorm", "token_embd_norm"},
                   {"roberta.encoder.layer.", "blk."},
                   {"attention.self.query", "attn_q"},
                   {"attention.self.key", "attn_k"},
                   {"attention.self.value", "attn_v"},
                   {"attention.output.dense", "attn_output"},
                   {"attention.output.LayerNorm", "attn_output_norm"},
                   {"intermediate.dense", "ffn_up"},
                   {"output.dense", "ffn_down"},
                   {"output.LayerNorm", "layer_output_norm"}},
                  {"value-dim", "rotary-free"}},
        Regrouped{"gpt2", "gpt2", 4, 0, namesLikeGpt2(), {"value-dim", "rotary-free"}},
        Regrouped{"exaone",
                  "exaone",
                  2,
                  0,
                  {{"transformer.wte", "token_embd"},
                   {"transformer.ln_f", "output_norm"},
                   {"lm_head.", "output."},
                   {"transformer.h.", "blk."},
                   {"ln_1", "attn_norm"},
                   {"ln_2", "ffn_norm"},
                   {"attn.attention.q_proj", "attn_q"},
                   {"attn.attention.k_proj", "attn_k"},
                   {"attn.attention.v_proj", "attn_v"},
                   {"attn.attention.out_proj", "attn_output"},
                   {"mlp.c_fc_0", "ffn_gate"},
                   {"mlp.c_fc_1", "ffn_up"},
                   {"mlp.c_proj", "ffn_down"}},
                  {"value-dim", "rotary-pair"}},
        Regrouped{"qwen",
                  "qwen",
                  4,
                  0,
                  {{"transformer.wte", "token_embd"},
                   {"transformer.ln_f", "output_norm"},
                   {"lm_head.", "output."},
                   {"transformer.h.", "blk."},
                   {"ln_1", "attn_norm"},
                   {"ln_2", "ffn_norm"},
                   {"attn.c_attn", "attn_qkv"},
                   {"attn.c_proj", "attn_output"},
                   {"mlp.w2", "ffn_gate"},
                   {"mlp.w1", "ffn_up"},
                   {"mlp.c_proj", "ffn_down"}},
                  {"value-dim", "rotary-pair"}},
        Regrouped{"chatglm",
                  "chatglm",
                  2,
                  0,
                  {{"transformer.embedding.word_embeddings", "token_embd"},
                   {"transformer.output_layer", "output"},
                   {"transformer.encoder.final_layernorm", "output_norm"},
                   {"transformer.encoder.layers.", "blk."},
                   {"input_layernorm", "attn_norm"},
                   {"post_attention_layernorm", "ffn_norm"},
                   {"self_attention.query_key_value", "attn_qkv"},
                   {"self_attention.dense", "attn_output"},
                   {"mlp.dense_h_to_4h", "ffn_up"},
                   {"mlp.dense_4h_to_h", "ffn_down"}},
                  {"value-dim"}},
        Regrouped{"phi",
                  "phi2",
                  4,
                  0,
                  withUsual({{"model.final_layernorm", "output_norm"},
                             {"self_attn.dense", "attn_output"},
                             {"mlp.fc1", "ffn_up"},
                             {"mlp.fc2", "ffn_down"}}),
                  {"value-dim"}},
        Regrouped{"starcoder2",
                  "starcoder2",
                  2,
                  0,
                  withUsual({{"model.norm", "output_norm"},
                             {"post_attention_layernorm", "ffn_norm"},
                             {"self_attn.o_proj", "attn_output"},
                             {"mlp.c_fc", "ffn_up"},
                             {"mlp.c_proj", "ffn_down"}}),
                  {"value-dim", "rotary-pair"}},
        Regrouped{"cohere",
                  "command-r",
                  2,
                  0,
                  withUsual({{"model.norm", "output_norm"},
                             {"self_attn.o_proj", "attn_output"},
                             {"mlp.gate_proj", "ffn_gate"},
                             {"mlp.up_proj", "ffn_up"},
                             {"mlp.down_proj", "ffn_down"}}),
                  {"value-dim"}},
        Regrouped{"gpt_bigcode", "starcoder", 1, 0, namesLikeGpt2(), {"value-dim", "rotary-free"}},
        Regrouped{"mpt",
                  "mpt",
                  4,
                  0,
                  {{"transformer.wte", "token_embd"},
                   {"transformer.norm_f", "output_norm"},
                   {"transformer.blocks.", "blk."},
                   {"norm_1", "attn_norm"},
                   {"norm_2", "ffn_norm"},
                   {"attn.Wqkv", "attn_qkv"},
                   {"attn.out_proj", "attn_output"},
                   {"ffn.up_proj", "ffn_up"},
                   {"ffn.down_proj", "ffn_down"}},
                  {"value-dim"}},
        Regrouped{"mamba",
                  "mamba",
                  4,
                  0,
                  {{"0.norm.weight", "0.attn_norm.weight"},
                   {"1.norm.weight", "1.attn_norm.weight"},
                   {"backbone.embeddings", "token_embd"},
                   {"backbone.layers.", "blk."},
                   {"backbone.norm_f", "output_norm"},
                   {"lm_head.", "output."},
                   {"mixer.A_log", "ssm_a"},
                   {"mixer.D", "ssm_d"},
                   {"mixer.conv1d", "ssm_conv1d"},
                   {"mixer.dt_proj", "ssm_dt"},
                   {"mixer.in_proj", "ssm_in"},
                   {"mixer.out_proj", "ssm_out"},
                   {"mixer.x_proj", "ssm_x"}},
                  {"residual-dim", "mlp-unit"}},
        Regrouped{"nemotron_h",
                  "nemotron_h",
                  2,
                  0,
                  {{"0.norm.weight", "0.attn_norm.weight"},
                   {"1.norm.weight", "1.attn_norm.weight"},
                   {"backbone.embeddings", "token_embd"},
                   {"backbone.layers.", "blk."},
                   {"backbone.norm_f", "output_norm"},
                   {"lm_head.", "output."},
                   {"mixer.q_proj", "attn_q"},
                   {"mixer.k_proj", "attn_k"},
                   {"mixer.v_proj", "attn_v"},
                   {"mixer.o_proj", "attn_output"},
                   {"mixer.up_proj", "ffn_up"},
                   {"mixer.down_proj", "ffn_down"}},
                  {"value-dim", "rotary-free"}},
        Regrouped{"falcon_h1",
                  "falcon-h1",
                  2,
                  0,
                  withUsual({{"model.final_layernorm", "output_norm"},
                             {"pre_ff_layernorm", "ffn_norm"},
                             {"self_attn.o_proj", "attn_output"},
                             {"feed_forward.gate_proj", "ffn_gate"},
                             {"feed_forward.up_proj", "ffn_up"},
                             {"feed_forward.down_proj", "ffn_down"}}),
                  {"value-dim"}},
        Regrouped{"jamba",
                  "jamba",
                  2,
                  0,
                  withUsual({{"model.final_layernorm", "output_norm"},
                             {"pre_ff_layernorm", "ffn_norm"},
                             {"self_attn.o_proj", "attn_output"},
                             {"feed_forward.router", "ffn_gate_inp"},
                             {"feed_forward.experts.gate_proj", "ffn_gate_exps"},
                             {"feed_forward.experts.up_proj", "ffn_up_exps"},
                             {"feed_forward.experts.down_proj", "ffn_down_exps"},
                             {"mamba.A_log", "ssm_a"},
                             {"mamba.D", "ssm_d"}}),
                  {"mlp-unit", "value-dim", "rotary-free"}},
        Regrouped{"minimax_m3",
                  "minimax-m3",
                  2,
                  0,
                  withUsual({{"language_model.", ""},
                             {"model.norm", "output_norm"},
                             {"post_attention_layernorm", "ffn_norm"},
                             {"self_attn.o_proj", "attn_output"},
                             {"self_attn.q_norm", "attn_q_norm"},
                             {"self_attn.k_norm", "attn_k_norm"},
                             {"mlp.gate_proj", "ffn_gate"},
                             {"mlp.up_proj", "ffn_up"},
                             {"mlp.down_proj", "ffn_down"},
                             {"block_sparse_moe.gate", "ffn_gate_inp"},
                             {"block_sparse_moe.e_score_correction_bias", "exp_probs_b.bias"},
                             {"block_sparse_moe.experts.w1", "ffn_gate_exps"},
                             {"block_sparse_moe.experts.w3", "ffn_up_exps"},
                             {"block_sparse_moe.experts.w2", "ffn_down_exps"},
                             {"block_sparse_moe.shared_experts.gate_proj", "ffn_gate_shexp"},
                             {"block_sparse_moe.shared_experts.up_proj", "ffn_up_shexp"},
                             {"block_sparse_moe.shared_experts.down_proj", "ffn_down_shexp"}}),
                  {"value-dim", "rotary-free"},
                  true},
        Regrouped{"step3p5",
                  "step35",
                  2,
                  0,
                  withUsual({{"model.norm", "output_norm"},
                             {"post_attention_layernorm", "ffn_norm"},
                             {"self_attn.o_proj", "attn_output"},
                             {"self_attn.g_proj", "attn_gate"},
                             {"self_attn.q_norm", "attn_q_norm"},
                             {"self_attn.k_norm", "attn_k_norm"},
                             {"moe.gate.", "ffn_gate_inp."},
                             {"moe.gate_proj", "ffn_gate_exps"},
                             {"moe.up_proj", "ffn_up_exps"},
                             {"moe.down_proj", "ffn_down_exps"},
                             {"moe.router_bias", "exp_probs_b.bias"},
                             {"share_expert.gate_proj", "ffn_gate_shexp"},
                             {"share_expert.up_proj", "ffn_up_shexp"},
                             {"share_expert.down_proj", "ffn_down_shexp"}}),
                  {"mlp-unit", "value-dim"},
                  true},
        Regrouped{"mamba2",
                  "mamba2",
                  4,
                  0,
                  {{"0.norm.weight", "0.attn_norm.weight"},
                   {"1.norm.weight", "1.attn_norm.weight"},
                   {"backbone.embeddings", "token_embd"},
                   {"backbone.layers.", "blk."},
                   {"backbone.norm_f", "output_norm"},
                   {"lm_head.", "output."},
                   {"mixer.A_log", "ssm_a"},
                   {"mixer.D", "ssm_d"},
                   {"mixer.dt_bias", "ssm_dt.bias"},
                   {"mixer.conv1d", "ssm_conv1d"},
                   {"mixer.norm", "ssm_norm"},
                   {"mixer.in_proj", "ssm_in"},
                   {"mixer.out_proj", "ssm_out"}},
                  {"residual-dim"}},
        Regrouped{"qwen3_5",
                  "qwen35",
                  2,
                  0,
                  withUsual({{"model.norm", "output_norm"},
                             {"post_attention_layernorm", "post_attention_norm"},
                             {"self_attn.o_proj", "attn_output"},
                             {"self_attn.q_norm", "attn_q_norm"},
                             {"self_attn.k_norm", "attn_k_norm"},
                             {"mlp.gate_proj", "ffn_gate"},
                             {"mlp.up_proj", "ffn_up"},
                             {"mlp.down_proj", "ffn_down"}}),
                  {"mlp-unit", "value-dim", "rotary-pair", "rotary-free"},
                  true},
        Regrouped{"qwen3_5_moe",
                  "qwen35moe",
                  2,
                  0,
                  withUsual({{"model.norm", "output_norm"},
                             {"post_attention_layernorm", "post_attention_norm"},
                             {"self_attn.o_proj", "attn_output"},
                             {"self_attn.q_norm", "attn_q_norm"},
                             {"self_attn.k_norm", "attn_k_norm"},
                             {"mlp.gate.", "ffn_gate_inp."},
                             {"mlp.experts.gate_up_proj", "ffn_gate_up_exps.weight"},
                             {"mlp.experts.down_proj", "ffn_down_exps.weight"},
                             {"mlp.shared_expert.gate_proj", "ffn_gate_shexp"},
                             {"mlp.shared_expert.up_proj", "ffn_up_shexp"},
                             {"mlp.shared_expert.down_proj", "ffn_down_shexp"},
                             {"mlp.shared_expert_gate", "ffn_gate_inp_shexp"}}),
                  {"mlp-unit", "value-dim"},
                  true},
        Regrouped{"modernbert",
                  "modern-bert",
                  4,
                  0,
                  {{"model.embeddings.tok_embeddings", "token_embd"},
                   {"model.embeddings.norm", "token_embd_norm"},
                   {"model.final_norm", "output_norm"},
                   {"model.layers.", "blk."},
                   {"attn.Wqkv", "attn_qkv"},
                   {"attn.Wo", "attn_output"},
                   {"mlp_norm", "ffn_norm"},
                   {"mlp.Wi", "ffn_up"},
                   {"mlp.Wo", "ffn_down"}},
                  {"mlp-unit", "value-dim", "rotary-pair"}},
        Regrouped{"granitemoe",
                  "granitehybrid",
                  2,
                  0,
                  withUsual({{"model.norm", "output_norm"},
                             {"post_attention_layernorm", "ffn_norm"},
                             {"self_attn.o_proj", "attn_output"},
                             {"shared_mlp.output_linear", "ffn_down"},
                             {"mamba.in_proj", "ssm_in"},
                             {"mamba.conv1d", "ssm_conv1d"},
                             {"mamba.A_log", "ssm_a"},
                             {"mamba.D", "ssm_d"},
                             {"mamba.dt_bias", "ssm_dt.bias"},
                             {"mamba.norm", "ssm_norm"},
                             {"mamba.out_proj", "ssm_out"}}),
                  {"mlp-unit", "value-dim", "rotary-pair"},
                  false,
                  "granitemoehybrid"},
        Regrouped{"kimi_linear",
                  "kimi-linear",
                  1,
                  0,
                  withUsual({{"model.norm", "output_norm"},
                             {"post_attention_layernorm", "ffn_norm"},
                             {"self_attn.o_proj", "attn_output"},
                             {"self_attn.kv_a_proj_with_mqa", "attn_kv_a_mqa"},
                             {"self_attn.kv_a_layernorm", "attn_kv_a_norm"},
                             {"block_sparse_moe.gate.weight", "ffn_gate_inp.weight"},
                             {"block_sparse_moe.gate.e_score_correction_bias", "exp_probs_b.bias"},
                             {"block_sparse_moe.experts.w1", "ffn_gate_exps"},
                             {"block_sparse_moe.experts.w3", "ffn_up_exps"},
                             {"block_sparse_moe.experts.w2", "ffn_down_exps"},
                             {"block_sparse_moe.shared_experts.gate_proj", "ffn_gate_shexp"},
                             {"block_sparse_moe.shared_experts.up_proj", "ffn_up_shexp"},
                             {"block_sparse_moe.shared_experts.down_proj", "ffn_down_shexp"},
                             {"self_attn.q_conv1d", "ssm_conv1d_q"},
                             {"self_attn.k_conv1d", "ssm_conv1d_k"},
                             {"self_attn.v_conv1d", "ssm_conv1d_v"},
                             {"self_attn.f_a_proj", "ssm_f_a"},
                             {"self_attn.f_b_proj", "ssm_f_b"},
                             {"self_attn.g_a_proj", "ssm_g_a"},
                             {"self_attn.g_b_proj", "ssm_g_b"},
                             {"self_attn.b_proj", "ssm_beta"},
                             {"self_attn.A_log", "ssm_a"},
                             {"self_attn.dt_bias", "ssm_dt.bias"},
                             {"self_attn.o_norm", "ssm_norm"}}),
                  {"mlp-unit", "latent-dim", "value-dim", "rotary-free"}},
        Regrouped{"orion", "orion", 2, 0, withUsual(kUsualEnds), {"value-dim"}},
        Regrouped{"ernie4_5",
                  "ernie4_5",
                  2,
                  0,
                  withUsual(kUsualEnds),
                  {"mlp-unit", "value-dim", "rotary-pair"}},
        Regrouped{"arcee", "arcee", 2, 0, withUsual(kUsualEnds), {"value-dim", "rotary-pair"}},
        Regrouped{"apertus",
                  "apertus",
                  2,
                  0,
                  withUsual({{"model.norm", "output_norm"},
                             {"attention_layernorm", "attn_norm"},
                             {"feedforward_layernorm", "ffn_norm"},
                             {"self_attn.q_norm", "attn_q_norm"},
                             {"self_attn.k_norm", "attn_k_norm"},
                             {"self_attn.o_proj", "attn_output"},
                             {"mlp.up_proj", "ffn_up"},
                             {"mlp.down_proj", "ffn_down"}}),
                  {"value-dim", "rotary-pair"}},
        tower("ffn_up", "ffn_down"), tower("ffn_down", "ffn_up")),
    [](const auto& test) { return std::to_string(test.index) + "_" + test.param.family; });

// Numbers of heads and units differ by layer; the converter takes gate and up apart.
void saveOpenElm(const std::filesystem::path& path, const Toy& toy) {
  support::GgufWriter writer;
  writer.text("general.architecture", "openelm");
  writer.number("openelm.embedding_length", 64);
  writer.number("openelm.block_count", 2);
  writer.number("openelm.attention.key_length", 16);
  writer.number("openelm.rope.dimension_count", 16);
  writer.numbers("openelm.attention.head_count", {4, 2});
  writer.numbers("openelm.attention.head_count_kv", {2, 1});
  const std::map<std::string, std::string> names{{"transformer.token_embeddings", "token_embd"},
                                                 {"transformer.norm", "output_norm"},
                                                 {"transformer.layers.", "blk."},
                                                 {"attn.q_norm", "attn_q_norm"},
                                                 {"attn.k_norm", "attn_k_norm"},
                                                 {"attn.qkv_proj", "attn_qkv"},
                                                 {"attn.out_proj", "attn_output"},
                                                 {"ffn.proj_1", "ffn_gate"},
                                                 {"ffn.proj_2", "ffn_down"}};
  const auto add = [&](const std::string& name, Array array) {
    writer.tensor(name, 0, array.shape,
                  support::tensorOf("", DType::F32, array.shape, array.values).bytes);
  };
  for (const auto& [name, array] : toy) {
    const std::string gguf = ggufName(name, {"openelm", "openelm", 0, 0, names, {}});
    if (gguf.find("ffn_gate") == std::string::npos) {
      add(gguf, array);
      continue;
    }
    const auto half = array.values.begin() + static_cast<std::ptrdiff_t>(array.values.size() / 2);
    const std::vector<std::uint64_t> shape{array.shape[0] / 2, array.shape[1]};
    add(gguf, {shape, {array.values.begin(), half}});
    add(replaced(gguf, "ffn_gate", "ffn_up"), {shape, {half, array.values.end()}});
  }
  std::ofstream(path, std::ios::binary) << writer.bytes();
}

TEST(HeadsByLayer, OfAFusedMatrixAreOneModelOnTheHubAndInGguf) {
  const Layout& layout = layoutOf("openelm");
  TempDir dir;
  const Toy base = made(layout, 1);
  save(dir, "a", layout, base);
  saveOpenElm(dir / "b.gguf", tuned(base, 2));
  saveOpenElm(dir / "stranger.gguf", made(layout, 3));
  const json report = compared(dir, "a", "b.gguf");
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  for (const char* gauge : {"mlp-unit", "value-dim"}) EXPECT_LT(bestP(report, gauge), -8) << gauge;
  EXPECT_EQ(compared(dir, "a", "stranger.gguf").at("verdict").at("class"), "no-evidence");
}

// A tower that is of another kind than CLIP's is of no family.
TEST(TowersInGguf, OfOtherKindsAreOfNoFamily) {
  support::GgufWriter writer;
  writer.text("general.architecture", "clip");
  writer.text("clip.projector_type", "qwen2.5vl_merger");
  writer.tensor("v.blk.0.attn_q.weight", 0, {64, 64}, std::string(64 * 64 * 4, '\1'));
  TempDir dir;
  std::ofstream(dir / "mmproj.gguf", std::ios::binary) << writer.bytes();
  const RunResult result = support::run({"inspect", (dir / "mmproj.gguf").string(), "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json report = json::parse(result.out);
  EXPECT_TRUE(report.at("architecture").is_null()) << report.at("architecture");
  EXPECT_EQ(report.at("tensors")[0].at("name"), "v.blk.0.attn_q.weight");
}

}  // namespace
}  // namespace kindred::clitest
