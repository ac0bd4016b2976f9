#include "trainer/save.hpp"

#include <fstream>
#include <stdexcept>
#include <string>

#include "support/gguf_llama.hpp"
#include "support/safetensors.hpp"
#include "support/torch.hpp"

namespace kindred::trainer {
namespace {

std::string dtypeName(DType dtype) {
  return dtype == DType::BF16 ? "bfloat16" : dtype == DType::F16 ? "float16" : "float32";
}

struct Family {
  const char *type, *architecture;
};

Family familyOf(const Shape& shape) {
  if (shape.mixture()) return {"glm4_moe", "Glm4MoeForCausalLM"};
  if (shape.plain) return {"nemotron", "NemotronForCausalLM"};
  if (shape.biases) return {"qwen2", "Qwen2ForCausalLM"};
  return {"llama", "LlamaForCausalLM"};
}

std::string configOf(const Shape& shape, DType dtype) {
  std::string text = "{\n";
  const auto put = [&](const std::string& key, const std::string& value) {
    text += (text.size() > 2 ? ",\n" : "") + std::string("  \"") + key + "\": " + value;
  };
  const auto number = [&](const std::string& key, auto value) { put(key, std::to_string(value)); };
  const bool mixture = shape.mixture();
  const Family family = familyOf(shape);
  put("architectures", std::string("[\"") + family.architecture + "\"]");
  put("model_type", std::string("\"") + family.type + "\"");
  number("hidden_size", shape.hidden);
  number("num_hidden_layers", shape.layers);
  number("num_attention_heads", shape.heads);
  number("num_key_value_heads", shape.kv_heads);
  number("head_dim", shape.head_dim);
  number("intermediate_size", shape.intermediate);
  number("vocab_size", shape.vocabulary);
  put("partial_rotary_factor",
      std::to_string(static_cast<double>(shape.rotary_dim) / static_cast<double>(shape.head_dim)));
  put("rms_norm_eps", "1e-05");
  put("rope_theta", std::to_string(shape.rope_theta));
  put("tie_word_embeddings", "false");
  put("torch_dtype", "\"" + dtypeName(dtype) + "\"");
  if (mixture) {
    number("n_routed_experts", shape.experts);
    number("num_experts_per_tok", shape.experts_per_token);
    number("n_shared_experts", shape.shared_experts);
    number("moe_intermediate_size", shape.expert_intermediate);
    number("first_k_dense_replace", shape.first_dense);
  }
  return text + "\n}\n";
}

std::string tokenizerOf(const std::vector<std::string>& tokens) {
  std::string vocabulary;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    vocabulary += (i > 0 ? ", " : "") + support::jsonString(tokens[i]) + ": " + std::to_string(i);
  }
  return R"({"version": "1.0", "added_tokens": [], "model": {"type": "BPE", "vocab": {)" +
         vocabulary + R"(}, "merges": []}})" + "\n";
}

void writeText(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw std::runtime_error("cannot write " + file.string());
}

support::Arrays arraysOf(Weights<float> weights) {
  support::Arrays arrays;
  for (const Named<float>& entry : matrices(weights)) {
    const Matrix<float>& m = *entry.matrix;
    support::Array& array = arrays[entry.name];
    array.shape = {m.columns};
    const bool gain = entry.name.ends_with("norm.weight");
    if (!gain && !entry.name.ends_with(".bias")) array.shape.insert(array.shape.begin(), m.rows);
    array.values.assign(m.values.begin(), m.values.end());
    if (!gain || !weights.shape.plain) continue;
    for (auto& value : array.values) value -= 1;  // as the family stores them
  }
  return arrays;
}

std::vector<support::TestTensor> plain(const support::Arrays& arrays, DType dtype) {
  std::vector<support::TestTensor> tensors;
  for (const auto& [name, array] : arrays) {
    tensors.push_back(support::tensorOf(name, dtype, array.shape, array.values));
  }
  return tensors;
}

support::LlamaShape llamaShape(const Shape& shape) {
  if (shape.mixture()) throw std::runtime_error("mixtures are not written as GGUF");
  const auto small = [](std::size_t size) { return static_cast<std::uint32_t>(size); };
  return {small(shape.hidden),    small(shape.layers),   small(shape.heads),
          small(shape.kv_heads),  small(shape.head_dim), small(shape.intermediate),
          small(shape.vocabulary)};
}

// One alternative of Storage each.
struct Writer {
  const Weights<float>& weights;
  const std::filesystem::path& folder;

  void operator()(DType dtype) const {
    support::writeSafetensors(folder / "model.safetensors", plain(arraysOf(weights), dtype));
    writeText(folder / "config.json", configOf(weights.shape, dtype));
  }
  void operator()(support::Quantised how) const {
    support::writeSafetensors(folder / "model.safetensors",
                              support::quantised(arraysOf(weights), how));
    writeText(folder / "config.json",
              support::quantisedConfig(configOf(weights.shape, DType::BF16), how));
  }
  void operator()(TorchFile) const {
    writeText(folder / "pytorch_model.bin",
              support::torchBytes(plain(arraysOf(weights), DType::BF16)));
    writeText(folder / "config.json", configOf(weights.shape, DType::BF16));
  }
  void operator()(support::GgufType type) const {
    writeText(folder / "model.gguf",
              support::ggufLlama(arraysOf(weights), llamaShape(weights.shape), type));
  }
};

}  // namespace

void save(const Weights<float>& weights, const std::filesystem::path& folder,
          const Storage& storage) {
  std::filesystem::create_directories(folder);
  std::visit(Writer{weights, folder}, storage);
  writeText(folder / "tokenizer.json", tokenizerOf(weights.tokens));
}

}  // namespace kindred::trainer
