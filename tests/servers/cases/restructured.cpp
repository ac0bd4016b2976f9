// Descendants of another shape: layers repeated, an MLP that became experts, a model cut smaller.
#include <algorithm>
#include <numeric>

#include "servers/cases/first_qwen.hpp"
#include "servers/cases/models.hpp"

namespace kindred::servers {
namespace {

Decoder mistral(std::uint64_t layers) {
  return {.type = "mistral",
          .architecture = "MistralForCausalLM",
          .hidden = 48,
          .layers = layers,
          .heads = 2,
          .kv_heads = 1,
          .head_dim = 16,
          .units = 64,
          .vocabulary = 128};
}

// So many of the numbers below `size`, in order.
std::vector<std::uint64_t> chosen(std::uint64_t count, std::uint64_t size, std::uint64_t seed) {
  std::vector<std::uint64_t> all(size);
  std::iota(all.begin(), all.end(), 0u);
  std::sort(all.begin(), all.end(),
            [&](std::uint64_t x, std::uint64_t y) { return mixed(seed, x) < mixed(seed, y); });
  all.resize(count);
  std::sort(all.begin(), all.end());
  return all;
}

// These rows and columns of a matrix, or these numbers of a vector.
Array taken(const Array& array, const std::vector<std::uint64_t>& rows,
            const std::vector<std::uint64_t>& columns = {}) {
  Array part{{rows.size()}, {}};
  if (isMatrix(array)) part.shape.push_back(columns.size());
  for (const std::uint64_t row : rows) {
    if (!isMatrix(array)) part.values.push_back(array.values[row]);
    for (const std::uint64_t column : columns) {
      part.values.push_back(array.values[row * array.shape.back() + column]);
    }
  }
  return part;
}

// The first half of each head's dimensions, as their rows stand.
std::vector<std::uint64_t> halfHeads(std::uint64_t heads, std::uint64_t head_dim) {
  std::vector<std::uint64_t> rows;
  for (std::uint64_t i = 0; i < heads * head_dim; ++i) {
    if (i % head_dim % 2 == 0) rows.push_back(i);
  }
  return rows;
}

}  // namespace

std::vector<CaseModel> solar107b() {
  const Decoder small = mistral(32), large = mistral(48);
  const Draft base = decoder(small, 81);
  Draft deep = decoder(large, 82);  // its layers are replaced
  for (auto& [name, array] : deep.arrays) {
    const std::size_t at = name.find("layers.");
    if (at == std::string::npos) {
      array = base.arrays.at(name);
      continue;
    }
    const std::uint64_t layer = std::stoul(name.substr(at + 7));
    const std::string rest = name.substr(name.find('.', at + 7) + 1);
    array = base.arrays.at(inLayer(small, layer < 24 ? layer : layer - 16, rest));
  }
  Decoder llama = small;
  llama.type = "llama";
  llama.kv_heads = llama.heads;
  return {{"mistralai/Mistral-7B-v0.1", filesOf(base, DType::BF16, 2)},
          {"upstage/SOLAR-10.7B-v1.0", filesOf(trained(deep, 0.2, 83), DType::F16, 5)},
          {"NousResearch/Llama-2-7b-hf", filesOf(decoder(llama, 84), DType::F16, 2)}};
}

std::vector<CaseModel> mixtralMistral() {
  const Decoder dense = mistral(8);
  Decoder sparse = dense;
  sparse.type = "mixtral";
  sparse.architecture = "MixtralForCausalLM";
  sparse.experts = Decoder::Experts::mixtral;
  sparse.expert_count = 8;
  sparse.expert_units = sparse.units;
  const Draft base = decoder(dense, 86);
  Draft mixture = decoder(sparse, 87);
  for (auto& [name, array] : mixture.arrays) {
    std::string from = name;
    const std::size_t expert = name.find("block_sparse_moe.experts.");
    if (expert != std::string::npos) {
      const std::string part = name.substr(name.size() - 9, 2);
      from = name.substr(0, expert) + "mlp." +
             (part == "w1"   ? "gate_proj"
              : part == "w3" ? "up_proj"
                             : "down_proj") +
             ".weight";
    }
    const auto known = base.arrays.find(from);
    if (known != base.arrays.end()) array = known->second;
  }
  Decoder llama = dense;
  llama.type = "llama";
  llama.kv_heads = llama.heads;
  return {{"mistralai/Mistral-7B-v0.1", filesOf(base, DType::BF16, 2)},
          {"mistralai/Mixtral-8x7B-v0.1", filesOf(trained(mixture, 0.4, 88), DType::BF16, 4)},
          {"NousResearch/Llama-2-7b-hf", filesOf(decoder(llama, 84), DType::F16, 2)}};
}

std::vector<CaseModel> qwenMoe() {
  const Decoder dense{.type = "qwen2",
                      .architecture = "Qwen2ForCausalLM",
                      .hidden = 64,
                      .layers = 8,
                      .heads = 4,
                      .kv_heads = 4,
                      .head_dim = 16,
                      .units = 128,
                      .biases = true};
  Decoder sparse = dense;
  sparse.type = "qwen2_moe";
  sparse.architecture = "Qwen2MoeForCausalLM";
  sparse.experts = Decoder::Experts::qwen;
  sparse.expert_count = 8;
  sparse.expert_units = 32;
  sparse.shared_units = 128;
  const Draft base = decoder(dense, 91);
  Draft mixture = decoder(sparse, 92);
  std::vector<std::uint64_t> stream(dense.hidden);
  std::iota(stream.begin(), stream.end(), 0u);
  for (auto& [name, array] : mixture.arrays) {
    const std::size_t expert = name.find("mlp.experts."), shared = name.find("mlp.shared_expert.");
    const bool whole = shared != std::string::npos;
    if (expert == std::string::npos && !whole) {
      const auto known = base.arrays.find(name);
      if (known != base.arrays.end()) array = known->second;
      continue;
    }
    const std::size_t at = whole ? shared : expert;
    const std::string part = name.substr(name.rfind('.', name.size() - 8) + 1);
    const Array& from = base.arrays.at(name.substr(0, at) + "mlp." + part);
    if (whole) {
      array = from;
      continue;
    }
    // A quarter of the units, of which every second one begins anew.
    const std::uint64_t number = std::stoul(name.substr(expert + 12));
    std::vector<std::uint64_t> units(sparse.expert_units);
    std::iota(units.begin(), units.end(), number % 4 * sparse.expert_units);
    const bool down = part == "down_proj.weight";
    const Array kept = down ? taken(from, stream, units) : taken(from, units, stream);
    for (std::size_t i = 0; i < array.values.size(); ++i) {
      const std::size_t unit = down ? i % sparse.expert_units : i / dense.hidden;
      if ((unit + number) % 2 == 0) array.values[i] = kept.values[i];
    }
  }
  Decoder stranger = dense;
  stranger.type = "llama";
  stranger.architecture = "LlamaForCausalLM";
  stranger.biases = false;
  // The parent that was named, and the model of the next series, which was trained on from it.
  return {{"Qwen/Qwen-1_8B", filesOf(asFirstQwen(base, dense), DType::BF16, 2)},
          {"Qwen/Qwen1.5-1.8B", filesOf(trained(base, 0.2, 95), DType::BF16)},
          {"Qwen/Qwen1.5-MoE-A2.7B", filesOf(trained(mixture, 0.3, 93), DType::BF16, 4)},
          {"HuggingFaceTB/SmolLM2-1.7B", filesOf(decoder(stranger, 94), DType::BF16)}};
}

std::vector<CaseModel> llama321b() {
  const Decoder large{.hidden = 128,
                      .layers = 12,
                      .heads = 8,
                      .kv_heads = 4,
                      .head_dim = 16,
                      .units = 224,
                      .vocabulary = 512};
  Decoder small = large;
  small.hidden = 64;
  small.layers = 6;
  small.head_dim = 8;
  small.units = 128;
  small.tied = true;
  const Draft base = decoder(large, 96);
  Draft cut = decoder(small, 97);
  const auto stream = chosen(small.hidden, large.hidden, 1),
             units = chosen(small.units, large.units, 2);
  const auto queries = halfHeads(large.heads, large.head_dim);
  const auto keys = halfHeads(large.kv_heads, large.head_dim);
  for (auto& [name, array] : cut.arrays) {
    std::string from = name;
    const std::size_t at = name.find("layers.");
    if (at != std::string::npos) {
      const std::uint64_t layer = std::stoul(name.substr(at + 7));
      from = inLayer(large, 2 * layer, name.substr(name.find('.', at + 7) + 1));
    }
    const Array& whole = base.arrays.at(from);
    const auto ends = [&](const char* text) { return name.ends_with(text); };
    if (!isMatrix(whole)) {
      array = taken(whole, stream);
    } else if (ends("embed_tokens.weight")) {
      std::vector<std::uint64_t> tokens(large.vocabulary);
      std::iota(tokens.begin(), tokens.end(), 0u);
      array = taken(whole, tokens, stream);
    } else if (ends("q_proj.weight")) {
      array = taken(whole, queries, stream);
    } else if (ends("k_proj.weight") || ends("v_proj.weight")) {
      array = taken(whole, keys, stream);
    } else if (ends("o_proj.weight")) {
      array = taken(whole, stream, queries);
    } else if (ends("down_proj.weight")) {
      array = taken(whole, stream, units);
    } else {
      array = taken(whole, units, stream);
    }
  }
  std::string tokens;
  for (std::uint64_t i = 0; i < large.vocabulary; ++i) {
    tokens += (i > 0 ? ", \"w" : "\"w") + std::to_string(i) + "\": " + std::to_string(i);
  }
  const Content tokenizer =
      textContent("{\"model\": {\"type\": \"BPE\", \"vocab\": {" + tokens + "}, \"merges\": []}}");
  std::vector<CaseModel> models{
      {"NousResearch/Meta-Llama-3.1-8B", filesOf(base, DType::BF16, 4)},
      {"unsloth/Llama-3.2-1B", filesOf(trained(cut, 1, 98), DType::BF16)},
      {"HuggingFaceTB/SmolLM2-1.7B", filesOf(decoder(small, 99), DType::BF16)}};
  for (CaseModel& model : models) model.files["tokenizer.json"] = tokenizer;
  return models;
}

}  // namespace kindred::servers
