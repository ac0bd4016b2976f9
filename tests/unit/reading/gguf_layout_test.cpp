// GGUF's names and keys in the Hub's terms.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "reading/open.hpp"
#include "support/gguf.hpp"
#include "support/open_model.hpp"
#include "support/sources.hpp"

namespace kindred::reading {
namespace {

std::string halves(const std::vector<double>& values) {
  std::string bytes;
  for (const double value : values) {
    const auto number = static_cast<float>(value);
    bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  return bytes;
}

// Two heads of twelve rows of keys and twelve of values, of rank sixteen: row r, column c is
// 100 r + c.
double entry(std::uint64_t row, std::uint64_t column) {
  return static_cast<double>(100 * row + column);
}

models::Checkpoint openLatent(support::MemorySource& source) {
  support::GgufWriter writer;
  writer.text("general.architecture", "deepseek2");
  writer.number("deepseek2.attention.kv_lora_rank", 16);
  writer.number("deepseek2.attention.key_length", 24);
  writer.number("deepseek2.attention.key_length_mla", 20);
  writer.number("deepseek2.attention.value_length", 16);
  writer.number("deepseek2.attention.value_length_mla", 12);
  writer.number("deepseek2.rope.dimension_count", 8);
  std::vector<double> keys, values;
  for (std::uint64_t head = 0; head < 2; ++head) {
    for (std::uint64_t c = 0; c < 16; ++c) {
      for (std::uint64_t i = 0; i < 12; ++i) keys.push_back(entry(24 * head + i, c));
    }
    for (std::uint64_t i = 12; i < 24; ++i) {
      for (std::uint64_t c = 0; c < 16; ++c) values.push_back(entry(24 * head + i, c));
    }
  }
  writer.tensor("blk.3.attn_k_b.weight", 0, {2, 16, 12}, halves(keys));
  writer.tensor("blk.3.attn_v_b.weight", 0, {2, 12, 16}, halves(values));
  source.put("m", "m.gguf", writer.bytes());
  const auto location = source.open("m");
  return openCheckpoint("m", source, *location, support::builtFormats());
}

TEST(GgufLayout, PutsTheHalvesOfALatentsMatrixTogether) {
  support::MemorySource source;
  const auto model = openLatent(source);
  const models::Tensor* whole = model.find("model.layers.3.self_attn.kv_b_proj.weight");
  ASSERT_NE(whole, nullptr);
  EXPECT_EQ(whole->shape, (std::vector<std::uint64_t>{48, 16}));
  ASSERT_NE(whole->numbers, nullptr);
  std::vector<float> rows(5 * 16);  // of both halves
  whole->numbers->shard.file->read(10 * 16 * sizeof(float),
                                   std::as_writable_bytes(std::span(rows)));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i], static_cast<float>(entry(10 + i / 16, i % 16))) << i;
  }
  EXPECT_EQ(whole->numbers->shard.decoded->stored(10 * 64, 64).size(), 2u);
  EXPECT_EQ(model.find("model.layers.3.self_attn.v_b_proj.weight"), nullptr);
}

TEST(GgufLayout, SaysWhatThePartsOfALatentsHeadAre) {
  support::MemorySource source;
  const auto model = openLatent(source);
  const auto config = nlohmann::json::parse(model.config());
  EXPECT_EQ(config.at("qk_nope_head_dim"), 12);
  EXPECT_EQ(config.at("v_head_dim"), 12);
}

nlohmann::json configOf(support::GgufWriter& writer) {
  writer.tensor("output_norm.weight", 0, {3}, std::string(12, '\0'));
  support::MemorySource source;
  source.put("m", "m.gguf", writer.bytes());
  const auto location = source.open("m");
  return nlohmann::json::parse(
      openCheckpoint("m", source, *location, support::builtFormats()).config());
}

TEST(GgufLayout, SaysWhichLayersHaveWhichHeads) {
  support::GgufWriter writer;
  writer.text("general.architecture", "gemma4");
  writer.number("gemma4.embedding_length", 64);
  writer.number("gemma4.attention.head_count", 4);
  writer.numbers("gemma4.attention.head_count_kv", {2, 1, 2});
  writer.number("gemma4.attention.key_length", 32);
  writer.number("gemma4.attention.key_length_swa", 16);
  writer.numbers("gemma4.attention.sliding_window_pattern", {1, 0, 1});
  writer.number("gemma4.attention.shared_kv_layers", 1);
  const auto config = configOf(writer);
  EXPECT_EQ(config.at("head_dim"), 16);
  EXPECT_EQ(config.at("global_head_dim"), 32);
  EXPECT_EQ(config.at("num_key_value_heads"), 2);
  EXPECT_EQ(config.at("num_global_key_value_heads"), 1);
  EXPECT_EQ(config.at("num_kv_shared_layers"), 1);
  EXPECT_EQ(config.at("layer_types"),
            nlohmann::json({"sliding_attention", "full_attention", "sliding_attention"}));
}

TEST(GgufLayout, PassesOnHeadsThatEachLayerHasItsOwnNumberOf) {
  support::GgufWriter writer;
  writer.text("general.architecture", "deci");
  writer.number("deci.embedding_length", 64);
  writer.numbers("deci.attention.head_count", {4, 0, 4});
  writer.numbers("deci.attention.head_count_kv", {2, 0, 1});
  const auto config = configOf(writer);
  EXPECT_EQ(config.at("num_attention_heads"), nlohmann::json({4, 0, 4}));
  EXPECT_EQ(config.at("num_key_value_heads"), nlohmann::json({2, 0, 1}));
  EXPECT_EQ(config.at("head_dim"), 16);
}

// Blocks of NVFP4: four scales of one, then codes that look random.
std::string fourBitBlocks(std::size_t blocks) {
  std::string bytes;
  for (std::size_t b = 0; b < blocks; ++b) {
    bytes.append(4, '\x38');
    for (std::size_t i = 0; i < 32; ++i) bytes.push_back(static_cast<char>(37 * i + 11 * b));
  }
  return bytes;
}

models::Checkpoint openScaled(support::MemorySource& source, std::vector<std::uint64_t> shape,
                              const std::vector<double>& scales) {
  std::uint64_t elements = 1;
  for (const std::uint64_t length : shape) elements *= length;
  support::GgufWriter writer;
  writer.text("general.architecture", "llama");
  writer.tensor("blk.0.ffn_up.weight", 40, shape, fourBitBlocks(elements / 64));
  writer.tensor("blk.0.ffn_gate.weight", 40, shape, fourBitBlocks(elements / 64));
  writer.tensor("blk.0.ffn_up.scale", 0, {scales.size()}, halves(scales));
  source.put("m", "m.gguf", writer.bytes());
  const auto location = source.open("m");
  return openCheckpoint("m", source, *location, support::builtFormats());
}

std::vector<float> numbersOf(const models::Checkpoint& model, const char* name, std::uint64_t first,
                             std::uint64_t count) {
  std::vector<float> values(count);
  model.find(name)->numbers->shard.file->read(first * sizeof(float),
                                              std::as_writable_bytes(std::span(values)));
  return values;
}

TEST(GgufScales, MultiplyTheirMatrix) {
  const char* const up = "model.layers.0.mlp.up_proj.weight";
  const char* const gate = "model.layers.0.mlp.gate_proj.weight";
  struct Case {
    std::vector<std::uint64_t> shape;
    std::vector<double> scales;
    std::uint64_t of_each;
  };
  for (const Case& tried :
       {Case{{2, 64}, {0.5}, 128}, Case{{2, 1, 64}, {0.5, 3}, 64}, Case{{3, 64}, {2, 3, 4}, 64}}) {
    support::MemorySource source;
    const auto model = openScaled(source, tried.shape, tried.scales);
    const std::uint64_t all = model.find(up)->elements;
    // From the middle of a row on, too.
    for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{40}}) {
      const auto scaled = numbersOf(model, up, first, all - first);
      const auto plain = numbersOf(model, gate, first, all - first);
      for (std::uint64_t i = 0; i < scaled.size(); ++i) {
        EXPECT_EQ(scaled[i],
                  plain[i] * static_cast<float>(tried.scales[(first + i) / tried.of_each]));
      }
    }
    EXPECT_EQ(model.find("model.layers.0.mlp.up_proj.scale")->encoding, models::Encoding::part);
  }
}

TEST(GgufScales, ThatFitNothingAreNamed) {
  support::MemorySource source;
  const auto model = openScaled(source, {3, 64}, {2, 3});
  EXPECT_THAT(model.notes(), testing::Contains(testing::HasSubstr("has 2 numbers of F32")));
  EXPECT_EQ(numbersOf(model, "model.layers.0.mlp.up_proj.weight", 0, 3),
            numbersOf(model, "model.layers.0.mlp.gate_proj.weight", 0, 3));
}

TEST(GgufParts, UnderAnotherNameAreStillToldAsParts) {
  support::GgufWriter writer;
  writer.text("general.architecture", "llama");
  writer.number("split.count", 3);
  writer.tensor("output_norm.weight", 0, {3}, std::string(12, '\0'));
  support::MemorySource source;
  source.put("m", "renamed.gguf", writer.bytes());
  const auto location = source.open("m");
  const models::Checkpoint model = openCheckpoint("m", source, *location, support::builtFormats());
  EXPECT_THAT(model.notes(), testing::Contains(testing::HasSubstr("one of 3 parts")));
}

}  // namespace
}  // namespace kindred::reading
