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
