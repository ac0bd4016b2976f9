#include "models.hpp"

#include <bit>
#include <cmath>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <kindred/random.hpp>

namespace kindred::bench {
namespace {

constexpr std::uint64_t kHeadDim = 64;

struct Shape {
  std::uint64_t rows = 1, columns = 0;  // one row: a norm
};

std::map<std::string, Shape> tensorsOf(const Size& size) {
  const std::uint64_t d = size.hidden, keys = std::max<std::uint64_t>(d / 4, kHeadDim);
  std::map<std::string, Shape> tensors{{"model.embed_tokens.weight", {size.vocabulary, d}},
                                       {"lm_head.weight", {size.vocabulary, d}},
                                       {"model.norm.weight", {1, d}}};
  for (std::uint64_t l = 0; l < size.layers; ++l) {
    const std::string layer = fmt::format("model.layers.{}.", l);
    const auto add = [&](const char* name, Shape shape) {
      tensors[layer + name + ".weight"] = shape;
    };
    add("input_layernorm", {1, d});
    add("post_attention_layernorm", {1, d});
    add("self_attn.q_proj", {d, d});
    add("self_attn.k_proj", {keys, d});
    add("self_attn.v_proj", {keys, d});
    add("self_attn.o_proj", {d, d});
    add("mlp.gate_proj", {size.units, d});
    add("mlp.up_proj", {size.units, d});
    add("mlp.down_proj", {d, size.units});
  }
  return tensors;
}

// Four uniform numbers of 16 bits: close to normal, of spread 1.
double bell(Random& random) {
  std::uint64_t bits = random();
  double sum = 0;
  for (int i = 0; i < 4; ++i, bits >>= 16) sum += static_cast<double>(bits & 0xffff) / 65536;
  return (sum - 2) * std::sqrt(3.0);
}

std::uint16_t bf16(double value) {
  return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(static_cast<float>(value)) >> 16);
}

}  // namespace

std::uint64_t bytesOf(const Size& size) {
  std::uint64_t values = 0;
  for (const auto& [name, shape] : tensorsOf(size)) values += shape.rows * shape.columns;
  return 2 * values;
}

void writeModel(const std::filesystem::path& folder, const Size& size, std::uint64_t seed,
                double drift) {
  std::filesystem::create_directories(folder);
  const std::uint64_t heads = std::max<std::uint64_t>(size.hidden / kHeadDim, 1);
  std::ofstream(folder / "config.json") << fmt::format(
      R"({{"model_type":"llama","hidden_size":{},"intermediate_size":{},"num_hidden_layers":{},)"
      R"("num_attention_heads":{},"num_key_value_heads":{},"head_dim":{},"vocab_size":{},)"
      R"("tie_word_embeddings":false}})",
      size.hidden, size.units, size.layers, heads, std::max<std::uint64_t>(heads / 4, 1), kHeadDim,
      size.vocabulary);
  std::string header = "{";
  std::uint64_t at = 0;
  for (const auto& [name, shape] : tensorsOf(size)) {
    const std::uint64_t bytes = 2 * shape.rows * shape.columns;
    const std::string lengths = shape.rows == 1 ? fmt::format("{}", shape.columns)
                                                : fmt::format("{},{}", shape.rows, shape.columns);
    header += fmt::format(R"({}"{}":{{"dtype":"BF16","shape":[{}],"data_offsets":[{},{}]}})",
                          at == 0 ? "" : ",", name, lengths, at, at + bytes);
    at += bytes;
  }
  header += "}";
  std::ofstream file(folder / "model.safetensors", std::ios::binary);
  const std::uint64_t length = header.size();
  file.write(reinterpret_cast<const char*>(&length), sizeof length);
  file << header;
  Random random(seed), noise(seed + 1000);
  std::vector<std::uint16_t> part;
  for (const auto& [name, shape] : tensorsOf(size)) {
    const double centre = shape.rows == 1 ? 1 : 0, spread = shape.rows == 1 ? 0.1 : 0.02;
    part.resize(shape.columns);
    for (std::uint64_t r = 0; r < shape.rows; ++r) {
      for (std::uint16_t& value : part) {
        const double own = bell(random), added = drift > 0 ? drift * bell(noise) : 0;
        value = bf16(centre + spread * (own + added));
      }
      file.write(reinterpret_cast<const char*>(part.data()),
                 static_cast<std::streamsize>(2 * part.size()));
    }
  }
  if (!file.flush()) throw std::runtime_error("cannot write " + folder.string());
}

}  // namespace kindred::bench
