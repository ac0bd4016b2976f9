#include <algorithm>
#include <fstream>

#include "regrouped.hpp"
#include "support/gguf.hpp"
#include "support/gguf_latent.hpp"
#include "support/gguf_llama.hpp"

namespace kindred::clitest {
namespace {

// Rows of 16 in blocks: of all groups the queries, then the keys, then the values.
Array inBlocks(const Array& grouped, const Regrouped& test) {
  Array blocks{grouped.shape, {}};
  const std::uint64_t row = grouped.values.size() / grouped.shape[0], heads = test.queries + 2;
  const auto take = [&](std::uint64_t first, std::uint64_t count) {
    for (std::uint64_t group = 0; group < test.groups; ++group) {
      const auto from =
          grouped.values.begin() + static_cast<std::ptrdiff_t>((group * heads + first) * 16 * row);
      blocks.values.insert(blocks.values.end(), from,
                           from + static_cast<std::ptrdiff_t>(count * 16 * row));
    }
  };
  take(0, test.queries);
  take(test.queries, 1);
  take(test.queries + 1, 1);
  return blocks;
}

Array turned(const Array& array) {
  Array made{{array.shape[1], array.shape[0]}, {}};
  for (std::uint64_t column = 0; column < array.shape[1]; ++column) {
    for (std::uint64_t row = 0; row < array.shape[0]; ++row) {
      made.values.push_back(array.values[row * array.shape[1] + column]);
    }
  }
  return made;
}

// Experts of a layer in one tensor, named as if it were one of them.
Toy withStackedExperts(const Toy& toy) {
  Toy all;
  for (const auto& [name, array] : toy) {
    const std::size_t at = name.find(".experts.");
    const std::size_t number = at + std::string(".experts.").size();
    if (at == std::string::npos || name[number + 1] != '.') {
      all[name] = array;
      continue;
    }
    Array& stack = all[name.substr(0, number) + name.substr(number + 2)];
    stack.shape = {stack.shape.empty() ? 1 : stack.shape[0] + 1, array.shape[0], array.shape[1]};
    stack.values.insert(stack.values.end(), array.values.begin(), array.values.end());
  }
  return all;
}

// A matrix of gates and ups as two.
void addParts(const Array& array, const std::string& layer, support::GgufWriter& writer) {
  const std::vector<std::uint64_t> shape{array.shape[0] / 2, array.shape[1]};
  const auto half = array.values.begin() + static_cast<std::ptrdiff_t>(array.values.size() / 2);
  const std::vector<double> gate(array.values.begin(), half), up(half, array.values.end());
  writer.tensor(layer + "ffn_gate.weight", 0, shape,
                support::tensorOf("", DType::F32, shape, gate).bytes);
  writer.tensor(layer + "ffn_up.weight", 0, shape,
                support::tensorOf("", DType::F32, shape, up).bytes);
}

}  // namespace

std::string ggufName(std::string name, const Regrouped& test) {
  for (const auto& [hub, gguf] : test.names) {
    const std::size_t at =
        hub.ends_with('.') && !name.starts_with(hub) ? std::string::npos : name.find(hub);
    if (at != std::string::npos) name.replace(at, hub.size(), gguf);
  }
  return name;
}

void saveRegrouped(const std::filesystem::path& path, const Toy& toy, const Regrouped& test) {
  support::GgufWriter writer;
  const std::string family = test.gguf;
  writer.text("general.architecture", family);
  const std::pair<const char*, std::uint64_t> keys[] = {
      {".embedding_length", 64},
      {".block_count", 2},
      {".feed_forward_length", 96},
  };
  const std::string before = family == "clip" ? "clip.vision" : family;
  for (const auto& [key, value] : keys) {
    writer.number(before + key, static_cast<std::uint32_t>(value));
  }
  const bool hybrid = family == "granitehybrid" || family == "kimi-linear";
  const auto groups = static_cast<std::uint32_t>(test.groups);
  if (family != "step35") writer.number(before + ".attention.head_count", 4);
  if (family != "step35" && !hybrid) writer.number(before + ".attention.head_count_kv", groups);
  if (hybrid) writer.numbers(family + ".attention.head_count_kv", {0, groups});
  if (family == "qwen35" || family == "qwen35moe") {
    writer.number(family + ".attention.key_length", 16);
    writer.number(family + ".rope.dimension_count", family == "qwen35" ? 8 : 4);
  }
  if (family == "kimi-linear") {
    writer.number(family + ".attention.kv_lora_rank", 32);
    writer.number(family + ".attention.key_length", 40);
    writer.number(family + ".attention.key_length_mla", 24);
    writer.number(family + ".attention.value_length_mla", 16);
    writer.number(family + ".rope.dimension_count", 8);
  }
  if (family == "gptneox") writer.number(family + ".rope.dimension_count", 4);
  if (family == "minimax-m3") writer.number(family + ".rope.dimension_count", 8);
  if (family == "step35") {  // heads of layers that see everything, and of those that see a window
    writer.numbers(family + ".attention.head_count", {4, 6});
    writer.numbers(family + ".attention.head_count_kv", {2, 2});
    writer.numbers(family + ".attention.sliding_window_pattern", {0, 1});
    writer.number(family + ".attention.key_length", 16);
  }
  const Toy all = withStackedExperts(toy);
  if (all.size() < toy.size()) writer.number(family + ".expert_count", 4);
  for (auto [name, array] : all) {
    // The converter adds one where gains are stored less one.
    if (test.less_one && name.find("norm") != std::string::npos) {
      for (double& value : array.values) value += 1;
    }
    if (family == "kimi-linear" && name.find("kv_b_proj") != name.npos) {
      support::addHalves(array, "blk.1.", 4, 16, writer);
      continue;
    }
    const std::size_t fused = name.find("shared_mlp.input_linear");
    if (family == "granitehybrid" && fused != name.npos) {  // without experts: an MLP as any other
      addParts(array, ggufName(name.substr(0, fused), test), writer);
      continue;
    }
    const bool packed = test.queries > 0 && name.find("query_key_value") != std::string::npos;
    const bool by_inputs =  // as GPT-2 has its matrices on the Hub
        family == "gpt2" && array.shape.size() == 2 && name.find(".c_") != std::string::npos;
    const bool in_turns = support::putsInTurns(family) && array.shape.size() == 2 &&
                          (name.find("q_proj") != name.npos || name.find("k_proj") != name.npos);
    const Array stored = packed      ? inBlocks(array, test)
                         : by_inputs ? turned(array)
                         : in_turns  ? support::inTurns(array, 16)
                                     : array;
    writer.tensor(ggufName(name, test), 0, stored.shape,
                  support::tensorOf("", DType::F32, stored.shape, stored.values).bytes);
  }
  std::ofstream(path, std::ios::binary) << writer.bytes();
}

}  // namespace kindred::clitest
