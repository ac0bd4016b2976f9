// Dimensions from config.json, as published files spell them and as hostile ones do.
#include "models/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <kindred/error.hpp>

#include "support/refusal.hpp"
#include "unit/models/models.hpp"

namespace kindred::models {
namespace {

Dimensions dimensions(const std::string& config) {
  support::MemorySource source;
  return dimensionsOf(modelOf(source, config));
}

// As gemma-3-4b and llava-1.5 are published.
TEST(Dimensions, LeftOutOfAPartsConfigAreThoseOfItsClass) {
  const Dimensions gemma = dimensions(R"({"model_type": "gemma3", "text_config": {
    "model_type": "gemma3_text", "hidden_size": 2560, "num_hidden_layers": 34}})");
  EXPECT_EQ(gemma.heads, 8u);
  EXPECT_EQ(gemma.kv_heads, 4u);
  EXPECT_EQ(gemma.head_dim, 256u);
  EXPECT_EQ(gemma.hidden, 2560u);
  const Dimensions llava =
      dimensions(R"({"model_type": "llava", "text_config": {"model_type": "llama"}})");
  EXPECT_EQ(llava.heads, 32u);
  EXPECT_EQ(llava.kv_heads, 32u);
  EXPECT_EQ(llava.head_dim, 128u);
  // A model that is no composite states what it is.
  EXPECT_EQ(dimensions(R"({"model_type": "llama", "hidden_size": 64})").heads, 0u);
}

TEST(Dimensions, AreReadFromAMixturesConfig) {
  const Dimensions d = dimensions(R"({
    "architectures": ["Glm4MoeForCausalLM"], "hidden_size": 4096, "num_hidden_layers": 46,
    "num_attention_heads": 96, "num_key_value_heads": 8, "head_dim": 128,
    "partial_rotary_factor": 0.5, "intermediate_size": 10944, "n_routed_experts": 128,
    "num_experts_per_tok": 8, "moe_intermediate_size": 1408, "n_shared_experts": 1,
    "vocab_size": 151552, "first_k_dense_replace": 1, "rope_scaling": null})");
  EXPECT_EQ(d.hidden, 4096u);
  EXPECT_EQ(d.layers, 46u);
  EXPECT_EQ(d.heads, 96u);
  EXPECT_EQ(d.kv_heads, 8u);
  EXPECT_EQ(d.head_dim, 128u);
  EXPECT_EQ(d.rotary_dim, 64u);
  EXPECT_EQ(d.intermediate, 10944u);
  EXPECT_EQ(d.experts, 128u);
  EXPECT_EQ(d.experts_per_token, 8u);
  EXPECT_EQ(d.expert_intermediate, 1408u);
  EXPECT_EQ(d.shared_experts, 1u);
  EXPECT_EQ(d.vocabulary, 151552u);
  EXPECT_EQ(d.first_dense, 1u);
}

TEST(Dimensions, HaveDefaults) {
  const Dimensions d = dimensions(R"({"hidden_size": 64, "num_attention_heads": 4})");
  EXPECT_EQ(d.head_dim, 16u);
  EXPECT_EQ(d.kv_heads, 4u);
  EXPECT_EQ(d.rotary_dim, 16u);
  EXPECT_EQ(d.experts, 0u);
}

TEST(Dimensions, AreSpelledAsOlderFamiliesDo) {
  const Dimensions gpt =
      dimensions(R"({"n_embd": 64, "n_layer": 3, "n_head": 4, "n_inner": null})");
  EXPECT_EQ(gpt.hidden, 64u);
  EXPECT_EQ(gpt.layers, 3u);
  EXPECT_EQ(gpt.heads, 4u);
  EXPECT_EQ(gpt.group, 1u);
  const Dimensions glm = dimensions(R"({"hidden_size": 64, "num_layers": 2, "kv_channels": 16,
    "num_attention_heads": 4, "multi_query_attention": true, "multi_query_group_num": 2,
    "ffn_hidden_size": 96, "padded_vocab_size": 7})");
  EXPECT_EQ(glm.layers, 2u);
  EXPECT_EQ(glm.kv_heads, 2u);
  EXPECT_EQ(glm.group, 2u);
  EXPECT_EQ(glm.intermediate, 96u);
  EXPECT_EQ(glm.vocabulary, 7u);
  const Dimensions t5 = dimensions(R"({"d_model": 64, "num_heads": 4, "d_kv": 8, "d_ff": 96})");
  EXPECT_EQ(t5.head_dim, 8u);
  const Dimensions parts = dimensions(R"({"d_model": 64, "n_heads": 8, "n_layers": 2,
    "attn_config": {"kv_n_heads": 2, "rope_theta": 5e5, "model_type": ""},
    "ffn_config": {"ffn_hidden_size": 96, "moe_num_experts": 16, "ffn_act_fn": {"name": "silu"}}})");
  EXPECT_EQ(parts.kv_heads, 2u);
  EXPECT_EQ(parts.intermediate, 96u);
  EXPECT_EQ(parts.experts, 16u);
}

// A tower that states the width of what it gives besides.
TEST(Dimensions, OfATowerAreThoseOfItsOwnStream) {
  const Dimensions d =
      dimensions(R"({"embed_dim": 1280, "hidden_size": 3584, "num_heads": 16, "depth": 32})");
  EXPECT_EQ(d.hidden, 1280u);
  EXPECT_EQ(d.head_dim, 80u);
  EXPECT_EQ(d.layers, 32u);
}

TEST(Dimensions, OfKeyHeadsDependOnWhetherQueriesShareThem) {
  const auto heads = [](const std::string& more) {
    return dimensions(R"({"hidden_size":64,"num_attention_heads":4,)" + more + "}").kv_heads;
  };
  EXPECT_EQ(heads(R"("num_kv_heads":4,"multi_query":true)"), 1u);
  EXPECT_EQ(heads(R"("num_kv_heads":2,"multi_query":true,"new_decoder_architecture":true)"), 2u);
  EXPECT_EQ(heads(R"("multi_query_attention":false,"multi_query_group_num":2)"), 4u);
  EXPECT_EQ(heads(R"("n_head_kv":2)"), 2u);
}

TEST(Dimensions, OfTheRotationAreReadWhereverTheyStand) {
  const auto turning = [](const std::string& more) {
    return dimensions(R"({"head_dim":64,"num_attention_heads":1,)" + more + "}");
  };
  EXPECT_EQ(turning(R"("rotary_dim":32)").rotary_dim, 32u);
  EXPECT_EQ(turning(R"("rotary_pct":0.25)").rotary_dim, 16u);
  EXPECT_EQ(turning(R"("rope_scaling":{"type":"yarn","partial_rotary_factor":0.5})").rotary_dim,
            32u);
  const Dimensions alike = turning(R"("partial_rotary_factor":0.5,"rope_parameters":
    {"full_attention":{"rope_theta":1e6},"sliding_attention":{"partial_rotary_factor":0.5}})");
  EXPECT_EQ(alike.rotary_dim, 32u);
  EXPECT_FALSE(alike.rotary_differs);
  EXPECT_TRUE(turning(R"("rope_parameters":{"full_attention":{"partial_rotary_factor":0.25},
    "sliding_attention":{"rope_type":"default"}})")
                  .rotary_differs);
  const Dimensions standing = turning(R"("rope_parameters":{"full_attention":
    {"partial_rotary_factor":0.25,"rope_type":"proportional"},"sliding_attention":{"rope_theta":1}})");
  EXPECT_EQ(standing.rotary_dim, 64u);
  EXPECT_FALSE(standing.rotary_differs);
}

TEST(Dimensions, ReadListsOfTheTurningPartWithTheKindsOfLayers) {
  const auto turning = [](const std::string& layers) {
    return dimensions(
        R"({"head_dim":64,"num_attention_heads":1,"partial_rotary_factors":[0.5,1.0],)"
        R"("layer_types":[)" +
        layers + "]}");
  };
  const Dimensions d = turning(R"("full_attention","sliding_attention")");
  EXPECT_FALSE(d.rotary_differs);
  ASSERT_EQ(d.head_kinds.size(), 2u);
  EXPECT_EQ(d.head_kinds[0].rotary_dim, 32u);
  EXPECT_EQ(d.head_kinds[1].rotary_dim, 64u);
  // Layers of one kind that differ: nobody says which rows of them are a pair.
  EXPECT_TRUE(turning(R"("full_attention","full_attention")").rotary_differs);
}

TEST(ModelConfigs, KnowModelsThatNameTheirTypeOtherwise) {
  EXPECT_THAT(readConfig(R"({"architecture":"resnet50.a1_in1k"})", "c").model_types,
              testing::ElementsAre("resnet"));
  EXPECT_THAT(readConfig(R"({"ssm_cfg":{"layer":"Mamba2"}})", "c").model_types,
              testing::ElementsAre("mamba2"));
  EXPECT_THAT(readConfig(R"({"ssm_cfg":{}})", "c").model_types, testing::ElementsAre("mamba"));
}

TEST(Dimensions, OfHeadsMayDifferByKindOfLayer) {
  const Dimensions d = dimensions(R"({"text_config":{"hidden_size":2560,"num_attention_heads":8,
    "num_hidden_layers":3,"num_key_value_heads":4,"head_dim":256,"global_head_dim":512,
    "num_global_key_value_heads":2,"attention_k_eq_v":true,"num_kv_shared_layers":1,
    "layer_types":["sliding_attention","full_attention","sliding_attention"],
    "rope_parameters":{"full_attention":{"rope_type":"proportional","partial_rotary_factor":0.25},
    "sliding_attention":{"rope_type":"default"}}}})");
  ASSERT_EQ(d.head_kinds.size(), 2u);
  EXPECT_EQ(d.head_kinds[0], (HeadShape{8, 2, 512, 512, 512}));
  EXPECT_EQ(d.head_kinds[1], (HeadShape{8, 4, 256, 256, 256}));
  EXPECT_EQ(d.kind_of_layer, (std::vector<std::size_t>{1, 0, 1}));
  EXPECT_TRUE(d.keys_are_values);
  EXPECT_EQ(d.layers_that_share, 1u);
}

TEST(Dimensions, OfHeadsThatSeeAWindowAreReadBesideTheOthers) {
  const Dimensions d = dimensions(R"({"hidden_size":4096,"num_attention_heads":64,
    "num_key_value_heads":4,"head_dim":192,"v_head_dim":128,"swa_num_attention_heads":64,
    "swa_num_key_value_heads":8,"swa_head_dim":192,"swa_v_head_dim":128,
    "partial_rotary_factor":0.334,"num_hidden_layers":3,"hybrid_layer_pattern":[0,1,1]})");
  ASSERT_EQ(d.head_kinds.size(), 2u);
  EXPECT_EQ(d.head_kinds[0], (HeadShape{64, 4, 192, 128, 64}));
  EXPECT_EQ(d.head_kinds[1], (HeadShape{64, 8, 192, 128, 64}));
  EXPECT_EQ(d.kind_of_layer, (std::vector<std::size_t>{0, 1, 1}));
}

TEST(Dimensions, OfHeadsMayBeListsWithAnEntryForEachLayer) {
  const Dimensions d = dimensions(R"({"hidden_size":64,"num_hidden_layers":3,"head_dim":8,
    "num_attention_heads":[4,8,4],"num_key_value_heads":[2,4,2]})");
  EXPECT_EQ(d.kind_of_layer, (std::vector<std::size_t>{0, 1, 0}));
  ASSERT_EQ(d.head_kinds.size(), 2u);
  EXPECT_EQ(d.head_kinds[1], (HeadShape{8, 4, 8, 8, 8}));
  EXPECT_EQ(d.heads, 8u);
}

TEST(Dimensions, OfHeadsMayBeStatedByBlocks) {
  const Dimensions d = dimensions(R"({"hidden_size":64,"num_hidden_layers":3,
    "num_attention_heads":8,"num_key_value_heads":null,"block_configs":[
    {"attention":{"n_heads_in_group":4,"sparsify":["x"]},"ffn":{"ffn_mult":2.5}},
    {"attention":{"n_heads_in_group":null,"no_op":true}},
    {"attention":{"n_heads_in_group":2}}]})");
  EXPECT_EQ(d.kind_of_layer, (std::vector<std::size_t>{0, 1, 2}));
  ASSERT_EQ(d.head_kinds.size(), 3u);
  EXPECT_EQ(d.head_kinds[0], (HeadShape{8, 2, 8, 8, 8}));
  EXPECT_EQ(d.head_kinds[2], (HeadShape{8, 4, 8, 8, 8}));
  EXPECT_TRUE(dimensions(R"({"block_configs":[1,{"attention":[]}]})").kind_of_layer.empty());
}

TEST(Dimensions, OfALayerAreThoseOfItsHeads) {
  const Dimensions all = dimensions(R"({"hidden_size":64,"num_transformer_layers":2,"head_dim":8,
    "num_query_heads":[4,8],"num_kv_heads":[2,1]})");
  EXPECT_EQ(ofLayer(all, 1).heads, 8u);
  EXPECT_EQ(ofLayer(all, 1).kv_heads, 1u);
  EXPECT_EQ(ofLayer(all, 1).group, 8u);
  EXPECT_EQ(ofLayer(all, 0).heads, 4u);
  EXPECT_EQ(ofLayer(all, -1).heads, all.heads);
  EXPECT_EQ(ofLayer(all, 2).heads, all.heads);
}

TEST(Dimensions, OfTheRotationMayDifferWhereLayersSayTheirKind) {
  const Dimensions d = dimensions(R"({"hidden_size":64,"num_hidden_layers":2,"head_dim":16,
    "num_attention_heads":4,"layer_types":["full_attention","sliding_attention"],
    "rope_parameters":{"full_attention":{"partial_rotary_factor":0.5},
    "sliding_attention":{"rope_type":"default"}}})");
  EXPECT_FALSE(d.rotary_differs);
  ASSERT_EQ(d.head_kinds.size(), 2u);
  EXPECT_EQ(d.head_kinds[0].rotary_dim, 8u);
  EXPECT_EQ(d.head_kinds[1].rotary_dim, 16u);
}

TEST(Dimensions, SayWhetherRotaryPairsAreNeighbours) {
  EXPECT_FALSE(dimensions("{}").rotary_interleaved.has_value());
  EXPECT_EQ(dimensions(R"({"rope_interleave":false})").rotary_interleaved, false);
  EXPECT_EQ(dimensions(R"({"rope_interleave":true})").rotary_interleaved, true);
}

TEST(Dimensions, OfHostileListsAreRefusedOrIgnored) {
  EXPECT_TRUE(
      dimensions(R"({"layer_types":[{"a":1}],"num_attention_heads":[[1]]})").kind_of_layer.empty());
  support::MemorySource source;
  const Checkpoint model =
      modelOf(source, R"({"num_hidden_layers":1,"head_dim":8,"num_attention_heads":["many"]})");
  EXPECT_THAT(support::refusalOf([&] { dimensionsOf(model); }).message(),
              testing::HasSubstr("not a whole number"));
}

TEST(Dimensions, OfLatentAttention) {
  const Dimensions d = dimensions(R"({"num_attention_heads": 128, "hidden_size": 7168,
    "q_lora_rank": null, "kv_lora_rank": 512, "qk_rope_head_dim": 64, "qk_nope_head_dim": 128,
    "v_head_dim": 128})");
  EXPECT_EQ(d.q_rank, 0u);
  EXPECT_EQ(d.kv_rank, 512u);
  EXPECT_EQ(d.rope_dim, 64u);
  EXPECT_EQ(d.rotary_dim, 64u);
  EXPECT_EQ(d.value_dim, 128u);
}

TEST(Dimensions, OfATextModelInsideAreMeantFirst) {
  const Dimensions d = dimensions(R"({"hidden_size": 1, "vocab_size": 7,
    "vision_config": {"hidden_size": 2}, "text_config": {"hidden_size": 3,
    "rope_parameters": {"partial_rotary_factor": 0.25}, "head_dim": 8}, "num_hidden_layers": 5})");
  EXPECT_EQ(d.hidden, 3u);
  EXPECT_EQ(d.vocabulary, 7u);
  EXPECT_EQ(d.layers, 5u);
  EXPECT_EQ(d.rotary_dim, 2u);
}

TEST(Dimensions, AreNothingWithoutAConfig) {
  support::MemorySource source;
  source.put("m", "model.safetensors", support::safetensorsBytes("{}", ""));
  const auto location = source.open("m");
  EXPECT_EQ(dimensionsOf(support::openStored("m", source, *location)).hidden, 0u);
}

TEST(Dimensions, IgnoreWhatNobodyAsksFor) {
  EXPECT_EQ(dimensions(R"({"time_step_limit": [0.0, Infinity], "x": NaN, "hidden_size": 8,
    "layer_types": ["a", {"b": [[[1]]]}], "intermediate_size": [1, 2]})")
                .hidden,
            8u);
}

struct BadConfig {
  const char* name;
  std::string config;
  std::string message;
};

std::ostream& operator<<(std::ostream& out, const BadConfig& bad) { return out << bad.name; }

class ConfigFile : public ::testing::TestWithParam<BadConfig> {};

TEST_P(ConfigFile, Refuses) {
  try {
    dimensions(GetParam().config);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.what(),
              "m/config.json: " + GetParam().message + " (config.json is damaged; fetch it again)");
  }
}

INSTANTIATE_TEST_SUITE_P(
    Hostile, ConfigFile,
    ::testing::Values(
        BadConfig{"Negative", R"({"hidden_size": -4})",
                  "'hidden_size' is -4, not a whole number from 0 to 2147483647"},
        BadConfig{"Fraction", R"({"num_attention_heads": 2.5})",
                  "'num_attention_heads' is 2.5, not a whole number from 0 to 2147483647"},
        BadConfig{"Huge", R"({"vocab_size": 99999999999999999999999999})",
                  "'vocab_size' is 99999999999999999999999999, not a whole number from 0 to "
                  "2147483647"},
        BadConfig{"TooLarge", R"({"vocab_size": 2147483648})",
                  "'vocab_size' is 2147483648, not a whole number from 0 to 2147483647"},
        BadConfig{"Text", R"({"head_dim": "128"})",
                  "'head_dim' is \\u0022128\\u0022, not a whole number from 0 to 2147483647"},
        BadConfig{"True", R"({"num_experts": true})",
                  "'num_experts' is true, not a whole number from 0 to 2147483647"},
        BadConfig{"RotaryAboveOne", R"({"partial_rotary_factor": 1.5})",
                  "'partial_rotary_factor' is 1.5, not a number from 0 to 1"},
        BadConfig{"RotaryNaN", R"({"partial_rotary_factor": NaN})",
                  "'partial_rotary_factor' is NaN, not a number from 0 to 1"},
        BadConfig{"Classes", R"({"architectures": [5]})", "'architectures' is 5, not a string"},
        BadConfig{"List", "[]", "the file is not a JSON object"},
        BadConfig{"GoesOn", "{}{}",
                  "the file goes on behind its closing brace, with '{}' from byte 2 on"}),
    [](const auto& test) { return test.param.name; });

TEST(ConfigFile, NamesTextsThatAreNoUtf8) {
  const std::string text = R"({"hidden_size": 4})";
  std::string little, big;
  for (const char c : text) {
    little += {c, '\0'};
    big += {'\0', c};
  }
  const auto refusal = [](const std::string& config) -> std::string {
    try {
      dimensions(config);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  const std::string remedy = " (save it as UTF-8 without a byte order mark)";
  for (const std::string& wide : {little, big, "\xff\xfe" + little, "\xfe\xff" + big}) {
    EXPECT_EQ(refusal(wide),
              "m/config.json: the file is UTF-16 text, where JSON must be UTF-8" + remedy);
  }
  EXPECT_EQ(
      refusal("\xef\xbb\xbf" + text),
      "m/config.json: the file begins with a byte order mark, which JSON does not allow" + remedy);
}

TEST(ConfigFile, RefusesWhatIsNoJson) {
  for (const char* text : {"", "{", "{\"a\"", "{\"a\":", "{\"a\" 1}", "\xff", "{\"a\":[}", "nul"}) {
    const Error refusal = support::refusalOf([&] { dimensions(text); });
    EXPECT_EQ(refusal.place(), "m/config.json") << text;
    EXPECT_THAT(refusal.message(), ::testing::StartsWith("the file ")) << text;
    EXPECT_EQ(refusal.remedy(), "config.json is damaged; fetch it again") << text;
  }
}

TEST(ConfigFile, NotesAPartThatIsNoDescription) {
  using ::testing::ElementsAre;
  const auto notes = [](const std::string& text) {
    return readConfig(text, "m/config.json").notes;
  };
  EXPECT_THAT(
      notes(R"({"model_type": "x", "text_config": 5})"),
      ElementsAre("'text_config' of config.json is 5 where a part of the model is described: "
                  "it is read as if it were not there"));
  EXPECT_THAT(notes(R"({"llm_config": [{"model_type": "y"}], "text_config": "z"})"),
              ElementsAre(::testing::HasSubstr("'llm_config' of config.json is a list"),
                          ::testing::HasSubstr("'text_config' of config.json is")));
  EXPECT_TRUE(notes(R"({"text_config": {"model_type": "y"}, "thinker_config": null})").empty());
}

}  // namespace
}  // namespace kindred::models
