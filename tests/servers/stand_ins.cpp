#include "servers/stand_ins.hpp"

#include <algorithm>

#include "servers/giants_recipe.hpp"
#include "servers/range_server.hpp"
#include "servers/stand_in_texts.hpp"

namespace kindred::servers {
namespace {

constexpr const char* kSparse =
    ",\n \"num_experts_per_tok\": 8,\n \"rope_theta\": 1000000,\n \"max_position_embeddings\": "
    "131072,\n \"tie_word_embeddings\": false";

MixtureConfig phi35Moe() {
  return {.model_type = "phimoe",
          .architecture = "PhiMoEForCausalLM",
          .hidden = 4096,
          .layers = 32,
          .heads = 32,
          .key_value_heads = 8,
          .head_dim = 128,
          .dense_intermediate = 6400,
          .expert_intermediate = 6400,
          .experts = 16,
          .shared_experts = 0,
          .dense_layers = 0,
          .extra_layers = 0,
          .attention_bias = true,
          .vocabulary = 32064,
          .shards = 17,
          .seed = 35,
          .mixtral = true,
          .layer_norms = true,
          .more =
              ",\n \"num_experts_per_tok\": 2,\n \"rope_theta\": 10000,\n "
              "\"max_position_embeddings\": 131072,\n \"tie_word_embeddings\": false"};
}

MixtureConfig fullConfig(StandIn model) {
  if (model == StandIn::phi) return phi35Moe();
  MixtureConfig config = model == StandIn::solar ? solarOpen100B() : glm45Air();
  config.more = kSparse;
  config.more += ",\n \"partial_rotary_factor\": ";
  config.more += model == StandIn::solar ? "1.0" : "0.5";
  if (model == StandIn::glm) config.more += ",\n \"num_nextn_predict_layers\": 1";
  if (model == StandIn::intellect) {
    config.extra_layers = 0;  // the tuned model predicts one token at a time
    config.shards = 46;
    config.seed = 3;
  }
  return config;
}

void shrink(MixtureConfig& config) {
  config.hidden = 256;
  config.layers = 6;
  config.heads = config.mixtral ? 4 : config.attention_bias ? 12 : 8;
  config.key_value_heads = 2;
  config.head_dim = 32;
  config.dense_intermediate /= 32;
  config.expert_intermediate /= config.mixtral ? 32 : 8;
  config.experts = std::min<std::uint64_t>(config.experts, 16);
  config.vocabulary = 2048;
  config.shards = 2;
}

}  // namespace

std::string repositoryOf(StandIn model) {
  switch (model) {
    case StandIn::solar:
      return kSolar;
    case StandIn::glm:
      return kGlm;
    case StandIn::phi:
      return "microsoft/Phi-3.5-MoE-instruct";
    case StandIn::intellect:
      break;
  }
  return "PrimeIntellect/INTELLECT-3";
}

MixtureConfig configOf(StandIn model, Size size) {
  MixtureConfig config = fullConfig(model);
  if (size == Size::few_experts) config.experts = 8;
  if (size == Size::small) shrink(config);
  return config;
}

std::map<std::string, Content> standInFiles(StandIn model, Size size) {
  const MixtureConfig config = configOf(model, size);
  std::map<std::string, Content> files = giantFiles(config, standInValues(model));
  files["tokenizer.json"] = textContent(tokenizerJson(model, config.vocabulary));
  files["LICENSE"] = textContent(licenceText(model));
  files["modeling_" + config.model_type + ".py"] = textContent(modelingCode(model));
  return files;
}

void publishStandIns(RangeServer& server, Size size) {
  for (const StandIn model : kStandIns) {
    server.publish(repositoryOf(model), "main",
                   std::string(40, static_cast<char>('a' + static_cast<int>(model))),
                   standInFiles(model, size));
  }
}

}  // namespace kindred::servers
