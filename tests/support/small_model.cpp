#include "support/small_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include <kindred/random.hpp>

namespace kindred::support {
namespace {

constexpr std::uint64_t kLayers = 3, kWidth = 32, kUnits = 48, kExpertUnits = 24, kExperts = 4,
                        kHeads = 4, kKeyHeads = 2, kDim = 8, kTokens = 64, kQueryRank = 16,
                        kRank = 12, kRope = 4;

// Sum of four uniform numbers, near enough to normal, of unit variance.
double normal(Random& random) {
  double sum = 0;
  for (int i = 0; i < 4; ++i) sum += random.unit() - 0.5;
  return sum * std::sqrt(3.0);
}

class Builder {
 public:
  Builder(Family family, std::uint64_t seed) : family_(family), random_(seed) {}

  SmallModel build() {
    configure();
    const bool unknown = family_ == Family::unknown;
    matrix(unknown ? "table" : "model.embed_tokens.weight", kTokens, kWidth);
    for (std::uint64_t l = 0; l < kLayers; ++l) {
      if (unknown) {
        block("blocks." + std::to_string(l) + ".");
      } else {
        layer("model.layers." + std::to_string(l) + ".", l);
      }
    }
    if (!unknown) {
      gains("model.norm.weight");
      matrix("lm_head.weight", kTokens, kWidth);
      model_.tokens = kTokens;
    }
    return std::move(model_);
  }

 private:
  void state(const char* key, std::uint64_t value) { model_.config[key] = std::to_string(value); }

  void configure() {
    const bool experts = family_ == Family::mixed || family_ == Family::latent;
    model_.config["model_type"] = family_ == Family::llama    ? "\"llama\""
                                  : family_ == Family::mixed  ? "\"glm4_moe\""
                                  : family_ == Family::latent ? "\"deepseek_v3\""
                                  : family_ == Family::fused  ? "\"phi3\""
                                                              : "\"nobody-knows\"";
    state("hidden_size", kWidth);
    state("num_hidden_layers", kLayers);
    state("num_attention_heads", kHeads);
    state("num_key_value_heads", kKeyHeads);
    state("intermediate_size", kUnits);
    state("vocab_size", kTokens);
    if (family_ != Family::latent) state("head_dim", kDim);
    if (experts) {
      state("n_routed_experts", kExperts);
      state("num_experts_per_tok", 2);
      state("moe_intermediate_size", kExpertUnits);
      state("first_k_dense_replace", 1);
    }
    if (family_ == Family::latent) {
      state("q_lora_rank", kQueryRank);
      state("kv_lora_rank", kRank);
      state("qk_rope_head_dim", kRope);
      state("qk_nope_head_dim", kDim);
      state("v_head_dim", kDim);
    }
  }

  void layer(const std::string& prefix, std::uint64_t number) {
    gains(prefix + "input_layernorm.weight");
    gains(prefix + "post_attention_layernorm.weight");
    attention(prefix + "self_attn.");
    const std::string mlp = prefix + "mlp.";
    if (family_ == Family::fused) {
      matrix(mlp + "gate_up_proj.weight", 2 * kUnits, kWidth);
      matrix(mlp + "down_proj.weight", kWidth, kUnits);
    } else if (family_ == Family::llama || number == 0) {
      gated(mlp, kUnits);
    } else {
      matrix(mlp + "gate.weight", kExperts, kWidth);
      for (std::uint64_t e = 0; e < kExperts; ++e) {
        gated(mlp + "experts." + std::to_string(e) + ".", kExpertUnits);
      }
      gated(mlp + "shared_experts.", kExpertUnits);
    }
  }

  void attention(const std::string& prefix) {
    if (family_ == Family::latent) {
      matrix(prefix + "q_a_proj.weight", kQueryRank, kWidth);
      matrix(prefix + "q_b_proj.weight", kHeads * (kDim + kRope), kQueryRank);
      matrix(prefix + "kv_a_proj_with_mqa.weight", kRank + kRope, kWidth);
      matrix(prefix + "kv_b_proj.weight", kHeads * 2 * kDim, kRank);
    } else if (family_ == Family::fused) {
      matrix(prefix + "qkv_proj.weight", (kHeads + 2 * kKeyHeads) * kDim, kWidth);
    } else {
      matrix(prefix + "q_proj.weight", kHeads * kDim, kWidth);
      matrix(prefix + "k_proj.weight", kKeyHeads * kDim, kWidth);
      matrix(prefix + "v_proj.weight", kKeyHeads * kDim, kWidth);
    }
    matrix(prefix + "o_proj.weight", kWidth, kHeads * kDim);
  }

  void gated(const std::string& prefix, std::uint64_t units) {
    matrix(prefix + "gate_proj.weight", units, kWidth);
    matrix(prefix + "up_proj.weight", units, kWidth);
    matrix(prefix + "down_proj.weight", kWidth, units);
  }

  void block(const std::string& prefix) {
    add(prefix + "scale", {kWidth}, 1, 0.1);
    matrix(prefix + "mix", 2 * kWidth, kWidth);
    matrix(prefix + "wide", kUnits, kWidth);
    matrix(prefix + "narrow", kWidth, kUnits);
  }

  void gains(const std::string& name) { add(name, {kWidth}, 1, 0.1); }
  void matrix(const std::string& name, std::uint64_t rows, std::uint64_t columns) {
    add(name, {rows, columns}, 0, 0.02);
  }
  void add(const std::string& name, const std::vector<std::uint64_t>& shape, double mean,
           double deviation) {
    std::uint64_t count = 1;
    for (const std::uint64_t length : shape) count *= length;
    std::vector<double> values(count);
    for (double& value : values) value = mean + deviation * normal(random_);
    model_.tensors.push_back(tensorOf(name, DType::F32, shape, values));
  }

  Family family_;
  Random random_;
  SmallModel model_;
};

std::string configText(const SmallModel& model) {
  std::string text;
  for (const auto& [key, value] : model.config) {
    text += (text.empty() ? "{\"" : ",\n \"") + key + "\": " + value;
  }
  return text + "}\n";
}

std::string tokenizerText(std::uint64_t tokens) {
  std::string text;
  for (std::uint64_t t = 0; t < tokens; ++t) {
    text += (t == 0 ? "\"t" : ", \"t") + std::to_string(t) + "\": " + std::to_string(t);
  }
  return R"({"model": {"type": "BPE", "vocab": {)" + text + "}, \"merges\": []}}\n";
}

}  // namespace

TestTensor& SmallModel::at(const std::string& name) {
  const auto found = std::find_if(tensors.begin(), tensors.end(),
                                  [&](const TestTensor& tensor) { return tensor.name == name; });
  if (found == tensors.end()) throw std::out_of_range("no tensor " + name);
  return *found;
}

void SmallModel::reshape(const std::string& name, std::vector<std::uint64_t> shape,
                         std::uint64_t seed) {
  TestTensor& tensor = at(name);
  tensor = randomTensor(tensor.name, tensor.dtype, std::move(shape), seed);
}

void SmallModel::erase(const std::string& name) {
  std::erase_if(tensors, [&](const TestTensor& tensor) { return tensor.name == name; });
}

void SmallModel::save(const std::filesystem::path& folder) const {
  std::filesystem::create_directories(folder);
  writeSafetensors(folder / "model.safetensors", tensors);
  if (!config.empty()) std::ofstream(folder / "config.json") << configText(*this);
  if (tokens > 0) std::ofstream(folder / "tokenizer.json") << tokenizerText(tokens);
}

SmallModel smallModel(Family family, std::uint64_t seed) { return Builder(family, seed).build(); }

void drift(SmallModel& model, double share, std::uint64_t seed) {
  Random random(seed);
  for (TestTensor& tensor : model.tensors) {
    if (tensor.dtype != DType::F32) continue;
    for (std::size_t at = 0; at < tensor.bytes.size(); at += sizeof(float)) {
      float value = 0;
      std::memcpy(&value, tensor.bytes.data() + at, sizeof(float));
      const double size = tensor.shape.size() == 1 ? 0.1 : 0.02;
      value += static_cast<float>(share * size * normal(random));
      std::memcpy(tensor.bytes.data() + at, &value, sizeof(float));
    }
  }
}

}  // namespace kindred::support
