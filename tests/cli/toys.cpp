#include "toys.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>

#include <kindred/random.hpp>

namespace kindred::clitest {
namespace {

constexpr std::uint64_t kWidth = 64, kHead = 16, kHeads = 4, kKeyHeads = 2;
constexpr std::uint64_t kTokens = 256, kExperts = 8, kExpertUnits = 48;

double normal(Random& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
  return radius * std::cos(6.283185307179586 * random.unit());
}

Array matrix(Random& random, std::uint64_t rows, std::uint64_t columns) {
  Array array{{rows, columns}, std::vector<double>(rows * columns)};
  for (double& value : array.values) {
    value = 0.6 / std::sqrt(static_cast<double>(columns)) * normal(random);
  }
  return array;
}

Array gains(Random& random) {
  Array array{{kWidth}, std::vector<double>(kWidth)};
  for (double& value : array.values) value = 0.5 + 0.08 * normal(random);
  return array;
}

void addMlp(Toy& toy, Random& random, const std::string& prefix, std::uint64_t units) {
  toy[prefix + "gate_proj.weight"] = matrix(random, units, kWidth);
  toy[prefix + "up_proj.weight"] = matrix(random, units, kWidth);
  toy[prefix + "down_proj.weight"] = matrix(random, kWidth, units);
}

Toy attentionAndEnds(Random& random, const ToyShape& shape = {}) {
  Toy toy;
  toy["model.embed_tokens.weight"] = matrix(random, kTokens, kWidth);
  for (std::uint64_t layer = 0; layer < shape.layers; ++layer) {
    const std::string prefix = "model.layers." + std::to_string(layer) + ".";
    toy[prefix + "input_layernorm.weight"] = gains(random);
    toy[prefix + "post_attention_layernorm.weight"] = gains(random);
    toy[prefix + "self_attn.q_proj.weight"] = matrix(random, kHeads * kHead, kWidth);
    toy[prefix + "self_attn.k_proj.weight"] = matrix(random, kKeyHeads * kHead, kWidth);
    toy[prefix + "self_attn.v_proj.weight"] = matrix(random, kKeyHeads * kHead, kWidth);
    toy[prefix + "self_attn.o_proj.weight"] = matrix(random, kWidth, kHeads * kHead);
  }
  toy["model.norm.weight"] = gains(random);
  toy["lm_head.weight"] = matrix(random, kTokens, kWidth);
  return toy;
}

std::string config(const std::string& type, const std::string& more, const ToyShape& shape = {}) {
  return R"({"model_type":")" + type + R"(","hidden_size":64,"num_hidden_layers":)" +
         std::to_string(shape.layers) +
         R"(,"num_attention_heads":4,"num_key_value_heads":2,"head_dim":16,"intermediate_size":)" +
         std::to_string(shape.units) + R"(,"vocab_size":256)" + more + "}";
}

// Codes from 0 to `most` of each row, the least value of the row at 0.
struct Codes {
  std::vector<std::uint32_t> values;
  std::vector<double> scales, least;  // by row
};

Codes codesOf(const Array& array, std::uint32_t most) {
  Codes codes;
  const std::uint64_t rows = array.shape[0], columns = array.shape[1];
  for (std::uint64_t r = 0; r < rows; ++r) {
    const auto first = array.values.begin() + static_cast<std::ptrdiff_t>(r * columns);
    const auto [low, high] = std::minmax_element(first, first + static_cast<long>(columns));
    const double scale = (*high - *low) / most;
    for (std::uint64_t c = 0; c < columns; ++c) {
      const double code = std::round((first[static_cast<std::ptrdiff_t>(c)] - *low) / scale);
      codes.values.push_back(static_cast<std::uint32_t>(code));
    }
    codes.scales.push_back(scale);
    codes.least.push_back(*low);
  }
  return codes;
}

std::string bytesOf(const std::vector<std::uint32_t>& values, std::uint32_t minus = 0) {
  std::string bytes;
  for (const std::uint32_t value : values) bytes.push_back(static_cast<char>(value - minus));
  return bytes;
}

// Two to a byte, which is eight to a little-endian word.
std::string nibbles(const std::vector<std::uint32_t>& values) {
  std::string bytes;
  for (std::size_t i = 0; i < values.size(); i += 2) {
    bytes.push_back(static_cast<char>(values[i] | values[i + 1] << 4));
  }
  return bytes;
}

Array transposed(const Array& array) {
  Array turned{{array.shape[1], array.shape[0]}, {}};
  for (std::uint64_t c = 0; c < array.shape[1]; ++c) {
    for (std::uint64_t r = 0; r < array.shape[0]; ++r) {
      turned.values.push_back(array.values[r * array.shape[1] + c]);
    }
  }
  return turned;
}

class Storer {
 public:
  explicit Storer(Coding coding) : coding_(coding) {}

  void add(const std::string& name, const Array& array) {
    const bool coded = array.shape.size() == 2 && name.find("proj") != std::string::npos;
    if (coded && coding_ != Coding::plain) {
      encode(name, name.substr(0, name.rfind('.') + 1), array);
    } else {
      tensors.push_back(support::tensorOf(name, DType::BF16, array.shape, array.values));
    }
  }

  std::vector<support::TestTensor> tensors;

 private:
  void put(std::string name, DType dtype, std::vector<std::uint64_t> shape, std::string bytes) {
    tensors.push_back({std::move(name), dtype, std::move(shape), std::move(bytes)});
  }
  void numbers(const std::string& name, std::vector<std::uint64_t> shape,
               const std::vector<double>& values) {
    tensors.push_back(support::tensorOf(name, DType::F32, std::move(shape), values));
  }

  void encode(const std::string& name, const std::string& module, const Array& array) {
    const std::uint64_t rows = array.shape[0], columns = array.shape[1];
    const Codes four = codesOf(array, 15), eight = codesOf(array, 255);
    const std::vector<double> middle(rows, 128);
    switch (coding_) {
      case Coding::plain:
        return;
      case Coding::words_with_biases:
        put(name, DType::U32, {rows, columns / 8}, nibbles(four.values));
        numbers(module + "scales", {rows, 1}, four.scales);
        return numbers(module + "biases", {rows, 1}, four.least);
      case Coding::words_along_inputs:
        return alongInputs(module, array);
      case Coding::words:
        put(module + "weight_packed", DType::I32, {rows, columns / 8}, nibbles(four.values));
        return numbers(module + "weight_scale", {rows, 1}, four.scales);
      case Coding::words_alone:
        return put(name, DType::U32, {rows, columns / 8}, nibbles(four.values));
      case Coding::table_codes:
      case Coding::table_codes_as_halves:
        return withTable(name, array, four);
      case Coding::pairs_of_floats:
        put(name, DType::U8, {rows, columns / 2}, nibbles(four.values));
        return put(module + "weight_scale", DType::F8_E4M3, {rows, 4}, std::string(rows * 4, 56));
      case Coding::bytes_with_zero:
        put(name, DType::U8, {rows, columns}, bytesOf(eight.values));
        numbers(module + "weight_scale", {rows, 1}, eight.scales);
        return numbers(module + "weight_zero_point", {rows, 1}, middle);
      case Coding::signed_with_zero:
        put(name, DType::I8, {rows, columns}, bytesOf(eight.values, 100));
        numbers(module + "weight_scale", {rows, 1}, eight.scales);
        return put(module + "weight_zero_point", DType::I8, {rows, 1}, std::string(rows, 28));
      case Coding::signed_alone:
        put(name, DType::I8, {rows, columns}, bytesOf(eight.values, 128));
        return numbers(module + "weight_scale", {rows, 1}, eight.scales);
      case Coding::shifted_floats:
        numbers(name, array.shape, {eight.values.begin(), eight.values.end()});
        numbers(name + "_scale", {rows, 1}, eight.scales);
        return numbers(name + "_zero_point", {rows, 1}, middle);
      case Coding::bytes_alone:
        return put(name, DType::U8, {rows, columns}, bytesOf(eight.values));
    }
  }

  void alongInputs(const std::string& module, const Array& array) {
    const Array turned = transposed(array);
    const Codes four = codesOf(turned, 15);
    const std::uint64_t inputs = turned.shape[0], outputs = turned.shape[1];
    std::vector<std::uint32_t> words;  // eight inputs of one output, then the next output
    for (std::uint64_t i = 0; i < inputs; i += 8) {
      for (std::uint64_t o = 0; o < outputs; ++o) {
        for (std::uint64_t k = 0; k < 8; ++k) words.push_back(four.values[(i + k) * outputs + o]);
      }
    }
    put(module + "qweight", DType::I32, {inputs / 8, outputs}, nibbles(words));
    put(module + "qzeros", DType::I32, {1, outputs / 8}, std::string(outputs / 2, 0x77));
    numbers(module + "scales", {1, outputs}, std::vector<double>(outputs, 0.01));
  }

  void withTable(const std::string& name, const Array& array, const Codes& four) {
    const std::uint64_t bytes = array.values.size() / 2;
    const bool halves = coding_ == Coding::table_codes_as_halves;
    put(name, halves ? DType::BF16 : DType::U8, {halves ? bytes / 2 : bytes, 1},
        nibbles(four.values));
    numbers(name + ".absmax", {array.shape[0]}, four.scales);
    numbers(name + ".quant_map", {16}, std::vector<double>(16, 0.5));
  }

  Coding coding_;
};

}  // namespace

Toy toyLlama(std::uint64_t seed, const ToyShape& shape) {
  Random random(seed);
  Toy toy = attentionAndEnds(random, shape);
  for (std::uint64_t layer = 0; layer < shape.layers; ++layer) {
    addMlp(toy, random, "model.layers." + std::to_string(layer) + ".mlp.", shape.units);
  }
  return toy;
}

std::string toyLlamaConfig(const std::string& model_type, const ToyShape& shape) {
  return config(model_type, "", shape);
}

Toy toyMoe(std::uint64_t seed) {
  Random random(seed);
  Toy toy = attentionAndEnds(random);
  for (std::uint64_t layer = 0; layer < ToyShape().layers; ++layer) {
    const std::string prefix = "model.layers." + std::to_string(layer) + ".mlp.";
    toy[prefix + "gate.weight"] = matrix(random, kExperts, kWidth);
    for (std::uint64_t e = 0; e < kExperts; ++e) {
      addMlp(toy, random, prefix + "experts." + std::to_string(e) + ".", kExpertUnits);
    }
  }
  return toy;
}

std::string toyMoeConfig(const std::string& model_type) {
  return config(model_type,
                R"(,"num_experts":8,"num_experts_per_tok":2,"moe_intermediate_size":48)");
}

Toy tuned(const Toy& toy, std::uint64_t seed) {
  Random random(seed);
  Toy moved = toy;
  for (auto& [name, array] : moved) {
    double squares = 0;
    for (const double value : array.values) squares += value * value;
    const double length = std::sqrt(squares / static_cast<double>(array.values.size()));
    const double step = (array.shape.size() > 1 ? 0.15 : 0.015) * length;
    for (double& value : array.values) value += step * normal(random);
  }
  return moved;
}

Toy renamed(const Toy& toy, const std::string& from, const std::string& to) {
  Toy other;
  for (const auto& [name, array] : toy) {
    other[name.starts_with(from) ? to + name.substr(from.size()) : name] = array;
  }
  return other;
}

std::vector<support::TestTensor> stored(const Toy& toy, Coding coding) {
  Storer storer(coding);
  for (const auto& [name, array] : toy) storer.add(name, array);
  return std::move(storer.tensors);
}

void saveModel(const std::filesystem::path& folder, const std::vector<support::TestTensor>& tensors,
               const std::string& config) {
  std::filesystem::create_directories(folder);
  support::writeSafetensors(folder / "model.safetensors", tensors);
  if (!config.empty()) std::ofstream(folder / "config.json") << config;
}

}  // namespace kindred::clitest
