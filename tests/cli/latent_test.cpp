// Latent attention, in a small checkpoint laid out as DeepSeek-V3 is.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numbers>

#include <kindred/random.hpp>

#include "recipes.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;

constexpr std::uint64_t kHidden = 32, kLayers = 3, kQueryRank = 24, kRank = 16, kRope = 4;

std::vector<double> normals(std::uint64_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> values(count);
  for (double& value : values) {
    value = std::sqrt(-2 * std::log(1 - random.unit())) *
            std::cos(2 * std::numbers::pi * random.unit());
  }
  return values;
}

class Writer {
 public:
  // Matrices of `kept` names come from the first seed with some noise, all others from the second.
  Writer(std::uint64_t seed, std::uint64_t other, std::vector<std::string> kept)
      : seed_(seed), other_(other), kept_(std::move(kept)) {}

  void write(const std::filesystem::path& folder) {
    matrix("model.embed_tokens.weight", {40, kHidden});
    matrix("lm_head.weight", {40, kHidden});
    ones("model.norm.weight", kHidden);
    for (std::uint64_t l = 0; l < kLayers; ++l) layer("model.layers." + std::to_string(l) + ".");
    std::filesystem::create_directories(folder);
    support::writeSafetensors(folder / "model.safetensors", tensors_);
    const json config{{"model_type", "deepseek_v3"},
                      {"architectures", {"DeepseekV3ForCausalLM"}},
                      {"hidden_size", kHidden},
                      {"num_hidden_layers", kLayers},
                      {"num_attention_heads", 2},
                      {"num_key_value_heads", 2},
                      {"q_lora_rank", kQueryRank},
                      {"kv_lora_rank", kRank},
                      {"qk_rope_head_dim", kRope},
                      {"qk_nope_head_dim", 8},
                      {"v_head_dim", 8},
                      {"intermediate_size", 48},
                      {"first_k_dense_replace", kLayers},
                      {"vocab_size", 40}};
    std::ofstream(folder / "config.json") << config.dump(1);
  }

 private:
  void layer(const std::string& prefix) {
    ones(prefix + "input_layernorm.weight", kHidden);
    ones(prefix + "post_attention_layernorm.weight", kHidden);
    const std::string attention = prefix + "self_attn.";
    matrix(attention + "q_a_proj.weight", {kQueryRank, kHidden});
    ones(attention + "q_a_layernorm.weight", kQueryRank);
    matrix(attention + "q_b_proj.weight", {2 * (8 + kRope), kQueryRank});
    matrix(attention + "kv_a_proj_with_mqa.weight", {kRank + kRope, kHidden});
    ones(attention + "kv_a_layernorm.weight", kRank);
    matrix(attention + "kv_b_proj.weight", {2 * (8 + 8), kRank});
    matrix(attention + "o_proj.weight", {kHidden, 2 * 8});
    matrix(prefix + "mlp.gate_proj.weight", {48, kHidden});
    matrix(prefix + "mlp.up_proj.weight", {48, kHidden});
    matrix(prefix + "mlp.down_proj.weight", {kHidden, 48});
  }

  void matrix(const std::string& name, const std::vector<std::uint64_t>& shape) {
    ++number_;
    const bool kept = std::any_of(kept_.begin(), kept_.end(), [&](const std::string& part) {
      return name.find(part) != std::string::npos;
    });
    std::vector<double> values =
        normals(shape[0] * shape[1], (kept ? seed_ : other_) * 1000 + number_);
    if (kept) {
      const std::vector<double> noise = normals(values.size(), other_ * 1000 + number_);
      for (std::size_t i = 0; i < values.size(); ++i) values[i] += 0.3 * noise[i];
    }
    tensors_.push_back(support::tensorOf(name, DType::F32, shape, values));
  }

  void ones(const std::string& name, std::uint64_t size) {
    tensors_.push_back(support::tensorOf(name, DType::F32, {size}, std::vector<double>(size, 1)));
  }

  std::uint64_t seed_, other_, number_ = 0;
  std::vector<std::string> kept_;
  std::vector<TestTensor> tensors_;
};

json compareWith(const std::vector<std::string>& kept) {
  TempDir dir;
  Writer(1, 1, {}).write(dir / "a");
  Writer(1, 2, kept).write(dir / "b");
  const RunResult result = support::run({"compare", (dir / "a").string(), (dir / "b").string(),
                                         "--out", (dir / "out").string(), "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

double latentP(const json& report) {
  double least = 0;
  for (const json& finding : report.at("findings")) {
    if (finding.at("gauge") == "latent-dim")
      least = std::min(least, finding.at("log10_p").get<double>());
  }
  return least;
}

TEST(LatentAttention, SharedLatentsAreFoundWhereUpsWereDrawnAnew) {
  const json report = compareWith({"gate_proj", "q_a_proj", "kv_a_proj"});
  EXPECT_LT(latentP(report), -10);
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
}

TEST(LatentAttention, FreshLatentsAreNoEvidence) {
  const json report = compareWith({});
  EXPECT_GT(latentP(report), -4);
  EXPECT_EQ(report.at("verdict").at("class"), "no-evidence");
}

}  // namespace
}  // namespace kindred::clitest
