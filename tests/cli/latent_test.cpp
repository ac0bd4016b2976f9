// Latent attention, in a small checkpoint laid out as DeepSeek-V3 is.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <numbers>

#include <kindred/random.hpp>

#include "recipes.hpp"
#include "support/gguf_latent.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;

constexpr std::uint64_t kHidden = 32, kLayers = 3, kQueryRank = 24, kRank = 16, kRope = 4, kDim = 8;

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

  // In another basis of each latent, with heads and values in another order: the same function.
  Writer& disguised() {
    disguised_ = true;
    return *this;
  }

  const std::vector<TestTensor>& tensors() const { return tensors_; }

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
    writeLatent(attention);
    matrix(attention + "o_proj.weight", {kHidden, 2 * 8});
    matrix(prefix + "mlp.gate_proj.weight", {48, kHidden});
    matrix(prefix + "mlp.up_proj.weight", {48, kHidden});
    matrix(prefix + "mlp.down_proj.weight", {kHidden, 48});
  }

  void writeLatent(const std::string& attention) {
    std::vector<double> in = valuesOf(attention + "kv_a_proj", kRank + kRope, kHidden);
    std::vector<double> out = valuesOf(attention + "kv_b_proj", 2 * (kDim + kDim), kRank);
    if (disguised_) {
      mirror(in, kHidden, kHidden);
      for (std::uint64_t row = 0; row < 4 * kDim; ++row) {
        const auto at = out.begin() + static_cast<std::ptrdiff_t>(row * kRank);
        std::vector<double> one(at, at + kRank);
        mirror(one, 1, 1);
        std::copy(one.begin(), one.end(), at);
      }
      reorder(out);
    }
    put(attention + "kv_a_proj_with_mqa.weight", {kRank + kRope, kHidden}, in);
    ones(attention + "kv_a_layernorm.weight", kRank);
    put(attention + "kv_b_proj.weight", {4 * kDim, kRank}, out);
  }

  // Mirrors the latent, of which `step` elements lie from one coordinate to the next.
  static void mirror(std::vector<double>& values, std::uint64_t step, std::uint64_t count) {
    std::vector<double> normal = normals(kRank, 4711);
    double square = 0;
    for (const double x : normal) square += x * x;
    for (std::uint64_t c = 0; c < count; ++c) {
      double along = 0;
      for (std::uint64_t k = 0; k < kRank; ++k) along += normal[k] * values[k * step + c];
      for (std::uint64_t k = 0; k < kRank; ++k) {
        values[k * step + c] -= 2 * along * normal[k] / square;
      }
    }
  }

  // The other head first, and the values of each from the last to the first.
  static void reorder(std::vector<double>& rows) {
    const std::vector<double> old = rows;
    const auto copy = [&](std::uint64_t from, std::uint64_t to) {
      std::copy_n(old.begin() + static_cast<std::ptrdiff_t>(from * kRank), kRank,
                  rows.begin() + static_cast<std::ptrdiff_t>(to * kRank));
    };
    for (std::uint64_t head = 0; head < 2; ++head) {
      const std::uint64_t from = head * 2 * kDim, to = (1 - head) * 2 * kDim;
      for (std::uint64_t i = 0; i < kDim; ++i) {
        copy(from + i, to + i);
        copy(from + kDim + i, to + 2 * kDim - 1 - i);
      }
    }
  }

  void matrix(const std::string& name, const std::vector<std::uint64_t>& shape) {
    put(name, shape, valuesOf(name, shape[0], shape[1]));
  }

  void put(const std::string& name, const std::vector<std::uint64_t>& shape,
           const std::vector<double>& values) {
    tensors_.push_back(support::tensorOf(name, DType::F32, shape, values));
  }

  std::vector<double> valuesOf(const std::string& name, std::uint64_t rows, std::uint64_t columns) {
    ++number_;
    const bool kept = std::any_of(kept_.begin(), kept_.end(), [&](const std::string& part) {
      return name.find(part) != std::string::npos;
    });
    std::vector<double> values = normals(rows * columns, (kept ? seed_ : other_) * 1000 + number_);
    if (kept) {
      const std::vector<double> noise = normals(values.size(), other_ * 1000 + number_);
      for (std::size_t i = 0; i < values.size(); ++i) values[i] += 0.3 * noise[i];
    }
    return values;
  }

  void ones(const std::string& name, std::uint64_t size) {
    tensors_.push_back(support::tensorOf(name, DType::F32, {size}, std::vector<double>(size, 1)));
  }

  std::uint64_t seed_, other_, number_ = 0;
  std::vector<std::string> kept_;
  bool disguised_ = false;
  std::vector<TestTensor> tensors_;
};

// GGUF's names.
std::string ggufName(std::string name) {
  const std::pair<const char*, const char*> kNames[] = {
      {"model.embed_tokens", "token_embd"},
      {"model.norm", "output_norm"},
      {"lm_head", "output"},
      {"model.layers.", "blk."},
      {"input_layernorm", "attn_norm"},
      {"post_attention_layernorm", "ffn_norm"},
      {"self_attn.q_a_proj", "attn_q_a"},
      {"self_attn.q_a_layernorm", "attn_q_a_norm"},
      {"self_attn.q_b_proj", "attn_q_b"},
      {"self_attn.kv_a_proj_with_mqa", "attn_kv_a_mqa"},
      {"self_attn.kv_a_layernorm", "attn_kv_a_norm"},
      {"self_attn.o_proj", "attn_output"},
      {"mlp.gate_proj", "ffn_gate"},
      {"mlp.up_proj", "ffn_up"},
      {"mlp.down_proj", "ffn_down"}};
  for (const auto& [hub, gguf] : kNames) {
    const std::size_t at = name.find(hub);
    if (at != std::string::npos) name.replace(at, std::string(hub).size(), gguf);
  }
  return name;
}

void saveAsGguf(const std::filesystem::path& path, const std::vector<TestTensor>& tensors) {
  support::GgufWriter writer;
  writer.text("general.architecture", "deepseek2");
  const std::pair<const char*, std::uint64_t> kKeys[] = {{"embedding_length", kHidden},
                                                         {"block_count", kLayers},
                                                         {"feed_forward_length", 48},
                                                         {"attention.head_count", 2},
                                                         {"attention.head_count_kv", 1},
                                                         {"attention.q_lora_rank", kQueryRank},
                                                         {"attention.kv_lora_rank", kRank},
                                                         {"attention.key_length", kRank + kRope},
                                                         {"attention.key_length_mla", kDim + kRope},
                                                         {"attention.value_length", kRank},
                                                         {"attention.value_length_mla", kDim},
                                                         {"rope.dimension_count", kRope},
                                                         {"leading_dense_block_count", kLayers}};
  for (const auto& [key, value] : kKeys) {
    writer.number("deepseek2." + std::string(key), static_cast<std::uint32_t>(value));
  }
  for (const TestTensor& tensor : tensors) {
    if (tensor.name.find("kv_b_proj") != std::string::npos) {
      std::vector<float> rows(4 * kDim * kRank);
      std::memcpy(rows.data(), tensor.bytes.data(), rows.size() * sizeof(float));
      const std::size_t from = std::string("model.layers.").size();
      const std::string layer = tensor.name.substr(from, tensor.name.find('.', from) - from);
      support::addHalves({tensor.shape, {rows.begin(), rows.end()}}, "blk." + layer + ".", 2, kDim,
                         writer);
    } else {
      writer.tensor(ggufName(tensor.name), 0, tensor.shape, tensor.bytes);
    }
  }
  std::ofstream(path, std::ios::binary) << writer.bytes();
}

json compareWith(Writer b) {
  TempDir dir;
  Writer(1, 1, {}).write(dir / "a");
  b.write(dir / "b");
  const RunResult result = support::run({"compare", (dir / "a").string(), (dir / "b").string(),
                                         "--force", "--out", (dir / "out").string(), "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

double bestP(const json& report, const std::string& gauge) {
  double least = 0;
  for (const json& finding : report.at("findings")) {
    if (finding.at("gauge") == gauge && finding.at("log10_p").is_number())
      least = std::min(least, finding.at("log10_p").get<double>());
  }
  return least;
}

double latentP(const json& report) { return bestP(report, "latent-dim"); }

TEST(LatentAttention, SharedLatentsAreFoundWhereUpsWereDrawnAnew) {
  const json report = compareWith(Writer(1, 2, {"gate_proj", "q_a_proj", "kv_a_proj"}));
  EXPECT_LT(latentP(report), -10);
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
}

TEST(LatentAttention, FreshLatentsAreNoEvidence) {
  const json report = compareWith(Writer(1, 2, {}));
  EXPECT_GT(latentP(report), -4);
  EXPECT_EQ(report.at("verdict").at("class"), "no-evidence");
}

TEST(LatentAttention, ValuesAndKeysAreFoundWhateverBasisTheLatentIsIn) {
  const json report = compareWith(Writer(1, 2, {"kv_a_proj", "kv_b_proj"}).disguised());
  EXPECT_LT(bestP(report, "value-dim"), -10);
  EXPECT_LT(bestP(report, "rotary-free"), -10);
  EXPECT_GT(latentP(report), -5);  // whose basis is another; of six tests the least
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
}

TEST(LatentAttention, IsOneModelOnTheHubAndInGguf) {
  TempDir dir;
  Writer hub(1, 1, {});
  hub.write(dir / "a");
  saveAsGguf(dir / "b.gguf", hub.tensors());
  const RunResult result = support::run({"compare", (dir / "a").string(), (dir / "b.gguf").string(),
                                         "--force", "--out", (dir / "out").string(), "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json report = json::parse(result.out);
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  const json& coverage = report.at("pairs")[0].at("coverage");
  EXPECT_GT(coverage.at("plain_cosine").at("value").get<double>(), 0.999999);
  EXPECT_LT(bestP(report, "value-dim"), -10);
  EXPECT_LT(bestP(report, "rotary-free"), -10);
}

TEST(LatentAttention, OfStrangersAccusesNobody) {
  TempDir dir;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    Writer(seed, seed, {}).write(dir / ("m" + std::to_string(seed)));
  }
  const RunResult result = support::run({"compare", "--all", dir.path().string(), "--force",
                                         "--out", (dir / "out").string(), "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::size_t tosses = 0;
  const json report = json::parse(result.out);
  for (const json& finding : report.at("findings")) {
    const std::string gauge = finding.at("gauge");
    if (gauge != "value-dim" && gauge != "rotary-free" && gauge != "kv-group") continue;
    if (finding.at("log10_p").is_null()) continue;
    EXPECT_GT(finding.at("log10_p").get<double>(), -4) << gauge;
    ++tosses;
  }
  EXPECT_GE(tosses, 2 * 28);
}

}  // namespace
}  // namespace kindred::clitest
