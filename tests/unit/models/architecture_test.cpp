// The families that are shipped: what they recognise, which tensors play which role, which gauges
// their axes have.
#include "models/architecture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include <kindred/error.hpp>

#include "support/open_model.hpp"
#include "support/temp_dir.hpp"
#include "unit/models/models.hpp"

namespace kindred::models {
namespace {

using support::MemorySource;
using support::TestTensor;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Architecture& family(std::string_view name) {
  const Architecture* found = shippedArchitectures().named(name);
  if (found == nullptr) throw std::runtime_error("no family " + std::string(name));
  return *found;
}

std::vector<std::string> namesOf(const std::vector<View>& views) {
  std::vector<std::string> names;
  for (const View& view : views) names.push_back(view.info.name);
  return names;
}

std::string familyOf(const std::string& config) {
  MemorySource source;
  const auto found = shippedArchitectures().recognise(modelOf(source, config));
  return found == nullptr ? "none" : found->name();
}

TEST(ArchitectureRecognition, GoesByModelType) {
  for (const auto& [type, name] :
       std::vector<std::pair<std::string, std::string>>{{"llama", "llama"},
                                                        {"mistral", "llama"},
                                                        {"qwen2", "qwen2"},
                                                        {"qwen3", "qwen3"},
                                                        {"phi3", "phi3"},
                                                        {"glm4_moe", "glm4_moe"},
                                                        {"solar_open", "solar_open"},
                                                        {"qwen2_moe", "qwen2_moe"},
                                                        {"qwen3_moe", "qwen3_moe"},
                                                        {"mixtral", "mixtral"},
                                                        {"phimoe", "phimoe"},
                                                        {"deepseek_v3", "deepseek_v3"},
                                                        {"kimi_k2", "kimi_k2"},
                                                        {"xlm-roberta", "bert"},
                                                        {"rwkv", "rwkv"},
                                                        {"of no family", "none"}}) {
    EXPECT_EQ(familyOf("{\"model_type\":\"" + type + "\"}"), name);
  }
}

TEST(ArchitectureRecognition, LooksIntoTextConfigAndArchitectures) {
  EXPECT_EQ(familyOf(R"({"model_type":"x","text_config":{"model_type":"qwen3"}})"), "qwen3");
  EXPECT_EQ(familyOf(R"({"architectures":["MixtralForCausalLM"]})"), "mixtral");
  EXPECT_EQ(familyOf(R"({"model_type":5})"), "none");
  EXPECT_EQ(familyOf("{}"), "none");
}

TEST(ArchitectureRecognition, LeavesCommonPartsOut) {
  for (const char* common : {"decoder", "layernorm", "ungated", "absolute"}) {
    EXPECT_EQ(shippedArchitectures().named(common), nullptr) << common;
  }
  EXPECT_GE(shippedArchitectures().all().size(), 50u);
}

TEST(Llama, ResolvesTheDemoModels) {
  support::FolderSource source;
  for (const char* name : {"base", "tuned", "stranger", "disguised", "norms-only"}) {
    const auto location = source.open(std::string(KINDRED_SOURCE_DIR "/configs/demo/") + name);
    const Checkpoint checkpoint = support::openStored(name, source, *location);
    const auto llama = shippedArchitectures().recognise(checkpoint);
    ASSERT_NE(llama, nullptr) << name;
    EXPECT_EQ(llama->name(), "llama");
    const std::vector<View> up = llama->resolve(checkpoint, "mlp.up");
    ASSERT_EQ(up.size(), 6u);
    EXPECT_EQ(up[5].info.name, "model.layers.5.mlp.up_proj.weight");
    EXPECT_EQ(up[5].info.layer, 5);
    EXPECT_EQ(up[5].info.expert, -1);
    EXPECT_EQ(up[5].info.role, "mlp.up");
    EXPECT_EQ(up[5].info.model, name);
    EXPECT_EQ(llama->resolve(checkpoint, "embedding").at(0).info.layer, -1);
    for (const Tensor& tensor : checkpoint.tensors()) {
      EXPECT_NE(llama->roleOf(tensor.name), "") << tensor.name;
    }
    const ParameterCount count = countParameters(checkpoint, llama.get());
    EXPECT_GT(count.total, 300000u);
    EXPECT_FALSE(count.active.has_value());
  }
}

TEST(Llama, HasNoRoleForOtherTensors) {
  EXPECT_EQ(family("llama").roleOf("model.layers.0.self_attn.rotary_emb.inv_freq"), "");
  EXPECT_EQ(family("llama").roleOf("model.layers.0.self_attn.q_proj.bias"), "");
  EXPECT_EQ(family("qwen2").roleOf("model.layers.0.self_attn.q_proj.bias"), "attention.q_bias");
  EXPECT_EQ(family("qwen3").roleOf("model.layers.3.self_attn.k_norm.weight"), "attention.k_norm");
}

// Two heads of 4, one key-value head, MLP of 6, width 8.
constexpr const char* kPhiConfig = R"({"model_type":"phi3","hidden_size":8,"num_attention_heads":2,
  "num_key_value_heads":1,"intermediate_size":6})";

TEST(Phi3, SplitsFusedTensorsByTheConfig) {
  MemorySource source;
  const Checkpoint checkpoint =
      modelOf(source, kPhiConfig,
              {weight("model.layers.0.self_attn.qkv_proj.weight", {16, 8}),
               weight("model.layers.1.self_attn.qkv_proj.weight", {16, 8}),
               weight("model.layers.0.mlp.gate_up_proj.weight", {12, 8})});
  const Architecture& phi = family("phi3");
  const View k = phi.resolve(checkpoint, "attention.k").at(1);
  EXPECT_EQ(k.info.name, "model.layers.1.self_attn.qkv_proj.weight[rows 8:12]");
  EXPECT_EQ(k.info.shape, (std::vector<std::uint64_t>{4, 8}));
  EXPECT_EQ(k.info.elements, 32u);
  EXPECT_EQ(k.first, 64u);
  EXPECT_EQ(k.info.layer, 1);
  EXPECT_EQ(k.info.role, "attention.k");
  EXPECT_EQ(phi.resolve(checkpoint, "attention.q").at(0).info.shape.front(), 8u);
  EXPECT_EQ(phi.resolve(checkpoint, "attention.v").at(0).first, 96u);
  EXPECT_EQ(phi.resolve(checkpoint, "mlp.up").at(0).first, 48u);
  EXPECT_EQ(phi.roleOf("model.layers.7.self_attn.qkv_proj.weight"),
            "attention.q+attention.k+attention.v");
}

TEST(Splits, MayFollowOneAnotherForEachGroupOfHeads) {
  MemorySource source;
  const Checkpoint checkpoint =
      modelOf(source, R"({"hidden_size":8,"num_attention_heads":4,"num_key_value_heads":2})",
              {weight("model.layers.0.attention.wqkv.weight", {16, 8})});
  const View k = family("internlm2").resolve(checkpoint, "attention.k").at(0);
  EXPECT_EQ(k.info.name, "model.layers.0.attention.wqkv.weight[rows 4:6 of every 8]");
  EXPECT_EQ(k.info.shape, (std::vector<std::uint64_t>{4, 8}));
  std::vector<std::uint64_t> rows;
  for (std::uint64_t r = 0; r < 4; ++r) rows.push_back((k.first + k.rowAt(r)) / 8);
  EXPECT_THAT(rows, ElementsAre(4, 5, 12, 13));
}

TEST(Splits, MayBeStoredAsColumnsAndShareTheRest) {
  MemorySource source;
  const Checkpoint checkpoint = modelOf(source, R"({"n_embd":8,"n_head":2})",
                                        {weight("transformer.h.0.attn.c_attn.weight", {8, 24}),
                                         weight("transformer.h.0.mlp.c_fc.weight", {8, 20})});
  const View v = family("gpt2").resolve(checkpoint, "attention.v").at(0);
  EXPECT_EQ(v.info.shape, (std::vector<std::uint64_t>{8, 8}));
  EXPECT_EQ(v.first, 16u);
  EXPECT_EQ(v.rowAt(3), 3u);
  EXPECT_EQ(v.column_step, 24u);
  EXPECT_EQ(family("gpt2").resolve(checkpoint, "mlp.gate").at(0).info.shape.front(), 20u);
  const Checkpoint gated = modelOf(source, "{}",
                                   {weight("model.layers.0.mlp.gate_up_proj.weight", {12, 8}),
                                    weight("model.layers.1.mlp.gate_up_proj.weight", {13, 8})});
  std::vector<Unsplit> unsplit;
  const std::vector<View> up = family("glm4").resolve(gated, "mlp.up", unsplit);
  ASSERT_EQ(up.size(), 1u);
  EXPECT_EQ(up[0].info.name, "model.layers.0.mlp.gate_up_proj.weight[rows 6:12]");
  ASSERT_EQ(unsplit.size(), 1u);
  EXPECT_EQ(unsplit[0].problem,
            "has 13 rows, which leaves no equal number for the parts that share the rest");
}

std::string splitRefusal(const std::string& config) {
  MemorySource source;
  const Checkpoint checkpoint =
      modelOf(source, config, {weight("model.layers.0.self_attn.qkv_proj.weight", {15, 8})});
  try {
    family("phi3").resolve(checkpoint, "attention.q");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Phi3, RefusesFusedTensorsThatTheConfigDoesNotExplain) {
  const std::string begin =
      "m/model.safetensors: tensor 'model.layers.0.self_attn.qkv_proj.weight' ";
  const std::string end = " (config.json and weights do not belong together)";
  EXPECT_EQ(splitRefusal(kPhiConfig),
            begin + "has 15 rows, but its parts have 16 by config.json" + end);
  EXPECT_EQ(splitRefusal("{}"),
            begin +
                "holds several roles, but config.json does not say 'heads', by which they are "
                "split" +
                end);
  EXPECT_EQ(splitRefusal(R"({"num_attention_heads":2147483647,"head_dim":2147483647})"),
            begin + "has parts of more than 2^61 rows by config.json" + end);
}

TEST(Glm4Moe, KnowsDenseLayersExpertsAndSharedExperts) {
  MemorySource source;
  std::vector<TestTensor> tensors{weight("model.layers.0.mlp.up_proj.weight", {4, 2})};
  for (const char* layer : {"1", "10", "2"}) {
    const std::string mlp = std::string("model.layers.") + layer + ".mlp.";
    for (const char* expert : {"0", "10", "2"}) {
      tensors.push_back(weight(mlp + "experts." + expert + ".up_proj.weight", {3, 2}));
    }
    tensors.push_back(weight(mlp + "shared_experts.up_proj.weight", {3, 2}));
    tensors.push_back(weight(mlp + "gate.weight", {3, 2}));
    tensors.push_back(weight(mlp + "gate.e_score_correction_bias", {3}));
  }
  const Checkpoint checkpoint = modelOf(source, "{}", tensors);
  const Architecture& glm = family("glm4_moe");
  std::vector<std::pair<std::int64_t, std::int64_t>> places;
  for (const View& view : glm.resolve(checkpoint, "mlp.up")) {
    places.emplace_back(view.info.layer, view.info.expert);
  }
  using P = std::pair<std::int64_t, std::int64_t>;
  EXPECT_THAT(places, ElementsAre(P{0, -1}, P{1, 0}, P{1, 2}, P{1, 10}, P{2, 0}, P{2, 2}, P{2, 10},
                                  P{10, 0}, P{10, 2}, P{10, 10}));
  EXPECT_EQ(glm.resolve(checkpoint, "shared.up").size(), 3u);
  EXPECT_EQ(glm.resolve(checkpoint, "router").size(), 3u);
  EXPECT_EQ(glm.resolve(checkpoint, "router.bias").size(), 3u);
  EXPECT_EQ(glm.roleOf("model.layers.46.eh_proj.weight"), "nextn.projection");
  EXPECT_THAT(glm.resolve(checkpoint, "no such role"), IsEmpty());
}

TEST(SolarOpen, IsNamedAsGlmWithoutBiases) {
  const Architecture& solar = family("solar_open");
  EXPECT_EQ(solar.roleOf("model.layers.3.mlp.experts.5.gate_proj.weight"), "mlp.gate");
  EXPECT_EQ(solar.roleOf("model.layers.3.self_attn.q_proj.bias"), "");
}

TEST(Mixtral, NamesExpertsByLetterAndNumber) {
  const Architecture& mixtral = family("mixtral");
  const std::string expert = "model.layers.1.block_sparse_moe.experts.7.";
  EXPECT_EQ(mixtral.roleOf(expert + "w1.weight"), "mlp.gate");
  EXPECT_EQ(mixtral.roleOf(expert + "w2.weight"), "mlp.down");
  EXPECT_EQ(mixtral.roleOf(expert + "w3.weight"), "mlp.up");
  EXPECT_EQ(mixtral.placementOf(expert + "w3.weight")->expert, 7);
  EXPECT_EQ(mixtral.roleOf("model.layers.1.block_sparse_moe.gate.weight"), "router");
}

TEST(QwenMoe, KnowsTheSharedExpertAndItsGate) {
  EXPECT_EQ(family("qwen2_moe").roleOf("model.layers.1.mlp.shared_expert_gate.weight"),
            "shared.router");
  EXPECT_EQ(family("qwen2_moe").roleOf("model.layers.1.mlp.shared_expert.down_proj.weight"),
            "shared.down");
  EXPECT_EQ(family("qwen3_moe").roleOf("model.layers.1.mlp.experts.0.down_proj.weight"),
            "mlp.down");
}

TEST(DeepSeekV3, SplitsTheRotaryKeyOffTheLatent) {
  MemorySource source;
  const Checkpoint checkpoint =
      modelOf(source, R"({"kv_lora_rank":6,"qk_rope_head_dim":2})",
              {weight("model.layers.0.self_attn.kv_a_proj_with_mqa.weight", {8, 4})});
  const Architecture& deepseek = family("deepseek_v3");
  EXPECT_THAT(namesOf(deepseek.resolve(checkpoint, "attention.kv_a")),
              ElementsAre("model.layers.0.self_attn.kv_a_proj_with_mqa.weight[rows 0:6]"));
  EXPECT_THAT(namesOf(deepseek.resolve(checkpoint, "attention.k_rope")),
              ElementsAre("model.layers.0.self_attn.kv_a_proj_with_mqa.weight[rows 6:8]"));
  EXPECT_TRUE(deepseek.rotaryInterleaved());
  EXPECT_FALSE(family("llama").rotaryInterleaved());
}

// The gauge of that name on an axis; nothing where there is none.
std::optional<StatedGauge> find(const std::string& architecture, const std::string& role,
                                unsigned axis, const std::string& name) {
  for (const StatedGauge& stated : family(architecture).gauges(role, axis)) {
    if (kindred::name(stated.which) == name) return stated;
  }
  return std::nullopt;
}
StatedGauge gaugeOn(const std::string& architecture, const std::string& role, unsigned axis,
                    const std::string& name) {
  return find(architecture, role, axis, name).value_or(StatedGauge{});
}

TEST(Gauges, OfMlpUnitsExchangeGateRowsButDoNotNegateThem) {
  for (const Architecture& each : shippedArchitectures().all()) {
    if (each.patterns("mlp.gate").empty()) continue;
    const StatedGauge gate = gaugeOn(each.name(), "mlp.gate", 0, "mlp-unit");
    const bool free = each.name() != "mamba2";  // whose channels stay in their heads
    EXPECT_EQ(gate.permutation, free) << each.name();
    EXPECT_FALSE(gate.sign) << each.name();
    const StatedGauge refused = gaugeOn(each.name(), "mlp.gate", 0, "gate-sign");
    EXPECT_EQ(refused.which, Gauge::gate_sign) << each.name();
    EXPECT_FALSE(refused.sign || refused.permutation);
    // What a projector gives goes into another stream, and has a role of its own.
    const bool leads = each.component() == Component::projector;
    for (const auto& [role, axis] :
         {std::pair{"mlp.up", 0u}, {leads ? "projector.out" : "mlp.down", 1u}}) {
      // gpt-oss and MiniMax-M3 add one to what an up row gives, and an activation stands behind the
      // channels of Mamba, which is not odd; others have no up rows.
      const bool gated = !each.patterns("mlp.up").empty();
      const bool even = each.name() == "gpt_oss" || each.name() == "minimax_m3" ||
                        each.name().starts_with("mamba");
      const bool odd = gated && !even;
      EXPECT_EQ(gaugeOn(each.name(), role, axis, "mlp-unit").sign, odd) << each.name() << role;
      if (!gated && axis == 0) continue;
      EXPECT_EQ(gaugeOn(each.name(), role, axis, "mlp-unit").permutation, free) << each.name();
    }
  }
}

TEST(Gauges, OfTheResidualStreamLeaveGainsWithoutASign) {
  const StatedGauge norm = gaugeOn("llama", "norm.attention", 0, "residual-dim");
  EXPECT_TRUE(norm.permutation);
  EXPECT_FALSE(norm.sign);
  for (const auto& [role, axis] : {std::pair{"embedding", 1u},
                                   {"head", 1u},
                                   {"attention.q", 1u},
                                   {"mlp.gate", 1u},
                                   {"attention.o", 0u},
                                   {"mlp.down", 0u}}) {
    EXPECT_TRUE(gaugeOn("llama", role, axis, "residual-dim").sign) << role;
    EXPECT_FALSE(find("llama", role, 1 - axis, "residual-dim")) << role;
  }
}

TEST(Gauges, OfALayerNormStreamHaveNoSign) {
  const StatedGauge dim = gaugeOn("phimoe", "embedding", 1, "residual-dim");
  EXPECT_TRUE(dim.permutation);
  EXPECT_FALSE(dim.sign);
  const StatedGauge refused = gaugeOn("phimoe", "embedding", 1, "residual-sign");
  EXPECT_FALSE(refused.sign || refused.permutation);
  EXPECT_EQ(
      refused.reason,
      "LayerNorm subtracts the mean over all coordinates, which a sign of one of them changes");
  for (const std::string& role : family("phimoe").roles()) {
    for (const unsigned axis : {0u, 1u}) {
      EXPECT_FALSE(gaugeOn("phimoe", role, axis, "residual-dim").sign) << role;
    }
  }
}

TEST(Gauges, OfHeadsSayWhatMoves) {
  EXPECT_EQ(gaugeOn("llama", "attention.v", 0, "value-dim").scope, Scope::inside_heads);
  EXPECT_TRUE(gaugeOn("llama", "attention.o", 1, "value-dim").sign);
  EXPECT_EQ(gaugeOn("llama", "attention.k", 0, "kv-group").scope, Scope::whole_groups);
  const StatedGauge pair = gaugeOn("llama", "attention.k", 0, "rotary-pair");
  EXPECT_TRUE(pair.sign);
  EXPECT_FALSE(pair.permutation);
  EXPECT_EQ(gaugeOn("deepseek_v3", "attention.kv_b", 1, "latent-dim").sign, true);
  EXPECT_EQ(gaugeOn("deepseek_v3", "attention.kv_a_norm", 0, "latent-dim").sign, false);
  EXPECT_TRUE(gaugeOn("deepseek_v3", "attention.o", 1, "value-dim").sign);
  EXPECT_TRUE(gaugeOn("deepseek_v3", "attention.v", 0, "value-dim").sign);
  EXPECT_FALSE(gaugeOn("deepseek_v3", "attention.kv_b", 0, "value-dim").sign);
  EXPECT_TRUE(gaugeOn("deepseek_v3", "attention.k", 0, "rotary-free").sign);
}

TEST(Gauges, LetRowsChangePlacesOnlyWhereEveryRowMayMove) {
  const Architecture& llama = family("llama");
  EXPECT_EQ(llama.orderOf("mlp.gate", 0).gauge, Gauge::mlp_unit);
  EXPECT_EQ(llama.orderOf("mlp.down", 0).gauge, Gauge::residual_dim);
  EXPECT_EQ(llama.orderOf("attention.q", 0).gauge, std::nullopt);
  EXPECT_EQ(llama.orderOf("attention.q", 0).reason,
            "the rotary embedding gives each pair of dimensions inside a head its own frequency");
  EXPECT_EQ(llama.orderOf("attention.v", 0).reason, "under 'value-dim' it moves only inside-heads");
  EXPECT_EQ(llama.orderOf("embedding", 0).reason,
            "a row belongs to its token, which has a meaning of its own");
  EXPECT_EQ(llama.orderOf("embedding", 2).reason,
            "the architecture states no symmetry of this axis");
  EXPECT_EQ(family("glm4_moe").orderOf("router", 0).gauge, Gauge::expert);
  EXPECT_EQ(family("deepseek_v3").orderOf("router", 0).gauge, std::nullopt);
}

TEST(Gauges, OfExpertsHoldWhereRoutingHasNoGroups) {
  MemorySource source;
  const auto expertsOf = [&](const std::string& config) {
    const auto found = shippedArchitectures().recognise(modelOf(source, config));
    return found->orderOf("router", 0);
  };
  EXPECT_EQ(expertsOf(R"({"model_type":"kimi_k2","n_group":1})").gauge, Gauge::expert);
  EXPECT_EQ(expertsOf(R"({"model_type":"glm4_moe"})").gauge, Gauge::expert);
  for (const char* grouped :
       {R"({"model_type":"kimi_k2","n_group":8})", R"({"model_type":"glm4_moe","n_group":2})",
        R"({"model_type":"deepseek_v3","n_group":1})"}) {
    EXPECT_EQ(expertsOf(grouped).gauge, std::nullopt) << grouped;
    EXPECT_THAT(expertsOf(grouped).reason, ::testing::HasSubstr("limited to groups")) << grouped;
  }
}

TEST(Gains, AreStoredLessOneByTheFamilyButWholeByTheFormatThatSaysSo) {
  MemorySource source;
  const auto lessOne = [&](const std::string& config) {
    return shippedArchitectures().recognise(modelOf(source, config))->gainsPlusOne();
  };
  EXPECT_TRUE(lessOne(R"({"model_type":"gemma2"})"));
  EXPECT_FALSE(lessOne(R"({"model_type":"gemma2","norm_gains":"whole"})"));
  EXPECT_FALSE(lessOne(R"({"model_type":"llama","norm_gains":"whole"})"));
}

TEST(Gauges, ThatAFamilyLacksAreRefusedWithTheReason) {
  EXPECT_THAT(gaugeOn("gpt2", "mlp.gate", 0, "gate-sign").reason,
              ::testing::HasSubstr("without a gate"));
  EXPECT_THAT(gaugeOn("bert", "embedding", 1, "residual-sign").reason,
              ::testing::HasSubstr("subtracts the mean"));
  for (const char* averaged : {"cohere", "phi"}) {
    const StatedGauge pair = gaugeOn(averaged, "attention.k", 0, "rotary-pair");
    EXPECT_FALSE(pair.sign) << averaged;
    EXPECT_THAT(pair.reason, ::testing::HasSubstr("subtract the mean")) << averaged;
  }
  EXPECT_TRUE(gaugeOn("cohere2", "attention.k", 0, "rotary-pair").sign);
  EXPECT_FALSE(find("bert", "attention.k", 0, "rotary-pair"));
  EXPECT_FALSE(gaugeOn("qwen3_5", "attention.gate", 0, "value-dim").sign);
  for (const char* sloped : {"bloom", "falcon", "baichuan", "t5"}) {
    EXPECT_FALSE(find(sloped, "attention.k", 0, "kv-group")) << sloped;
  }
}

TEST(Gauges, NameOnlyRolesThatTheFamilyHas) {
  for (const Architecture& each : shippedArchitectures().all()) {
    const std::vector<std::string> roles = each.roles();
    for (const GaugeRule& rule : each.rules()) {
      EXPECT_FALSE(rule.because.empty());
      for (const auto* axes : {&rule.sign, &rule.permutation, &rule.refused}) {
        for (const RoleAxis& axis : *axes) EXPECT_THAT(roles, ::testing::Contains(axis.role));
      }
    }
  }
  EXPECT_TRUE(std::any_of(family("llama").rules().begin(), family("llama").rules().end(),
                          [](const GaugeRule& rule) { return rule.which == Gauge::layer; }));
}

TEST(ParameterCount, CountsRoutedExpertsByTheirShare) {
  MemorySource source;
  std::vector<TestTensor> tensors{
      weight("model.embed_tokens.weight", {10, 2}),
      weight("model.layers.0.mlp.gate.weight", {4, 2}),
      weight("model.layers.0.mlp.shared_experts.up_proj.weight", {3, 2}),
      weight("model.layers.1.mlp.experts.0.up_proj.weight", {50, 2}), weight("unknown", {7})};
  for (const char* expert : {"0", "1", "2", "3"}) {
    tensors.push_back(
        weight(std::string("model.layers.0.mlp.experts.") + expert + ".up_proj.weight", {5, 2}));
  }
  const Checkpoint checkpoint = modelOf(
      source, R"({"num_hidden_layers":1,"n_routed_experts":4,"num_experts_per_tok":2})", tensors);
  const ParameterCount count = countParameters(checkpoint, &family("glm4_moe"));
  EXPECT_EQ(count.total, 20u + 8 + 6 + 100 + 7 + 40);
  EXPECT_EQ(count.active, 20u + 8 + 6 + 7 + 40 / 2);  // layer 1 predicts a further token
  EXPECT_FALSE(countParameters(checkpoint, nullptr).active.has_value());
}

TEST(ParameterCount, RefusesMoreExpertsPerTokenThanThereAre) {
  MemorySource source;
  const Checkpoint checkpoint =
      modelOf(source, R"({"n_routed_experts":4,"num_experts_per_tok":5})");
  try {
    countParameters(checkpoint, &family("glm4_moe"));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "m/config.json: a token goes to 5 experts, but there are 4 "
                 "(config.json is damaged; fetch it again)");
  }
}

TEST(ArchitectureFolder, LiesBesideTheBinary) {
  EXPECT_EQ(architectureFolder("/opt/k/bin/kindred"),
            std::filesystem::path("/opt/k/share/kindred/configs/architectures"));
  EXPECT_TRUE(std::filesystem::exists(architectureFolder(KINDRED_BINARY) / "llama.yaml"));
}

// More of the same where the larger models are at hand.
TEST(SharedZoo, MixturesAreFullyMapped) {
  const std::filesystem::path zoo = KINDRED_SOURCE_DIR "/../shared/zoo";
  if (!std::filesystem::exists(zoo)) GTEST_SKIP() << "not here: " << zoo;
  support::FolderSource source;
  for (const char* name : {"mixture-a", "mixture-a-shuffled", "mixture-b", "alpha-upcycled"}) {
    const auto location = source.open((zoo / name).string());
    const Checkpoint checkpoint = support::openStored(name, source, *location);
    const auto glm = shippedArchitectures().recognise(checkpoint);
    ASSERT_NE(glm, nullptr) << name;
    for (const Tensor& tensor : checkpoint.tensors()) {
      EXPECT_NE(glm->roleOf(tensor.name), "") << name << " " << tensor.name;
    }
    const ParameterCount count = countParameters(checkpoint, glm.get());
    ASSERT_TRUE(count.active.has_value()) << name;
    EXPECT_LT(*count.active, count.total) << name;
  }
}

}  // namespace
}  // namespace kindred::models
