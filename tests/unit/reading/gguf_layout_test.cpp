// GGUF's names and keys in the Hub's terms.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "reading/open.hpp"
#include "support/gguf.hpp"
#include "support/open_model.hpp"
#include "support/sources.hpp"

namespace kindred::reading {
namespace {

TEST(GgufLayout, NamesTheHalvesOfALatentsMatrixAndSaysThatItIsSplit) {
  support::GgufWriter writer;
  writer.text("general.architecture", "deepseek2");
  writer.number("deepseek2.attention.kv_lora_rank", 16);
  writer.number("deepseek2.attention.key_length", 24);
  writer.number("deepseek2.attention.key_length_mla", 20);
  writer.number("deepseek2.attention.value_length", 16);
  writer.number("deepseek2.attention.value_length_mla", 12);
  writer.number("deepseek2.rope.dimension_count", 8);
  writer.tensor("blk.3.attn_k_b.weight", 1, {2, 16, 12}, std::string(2 * 2 * 16 * 12, '\1'));
  writer.tensor("blk.3.attn_v_b.weight", 1, {2, 12, 16}, std::string(2 * 2 * 12 * 16, '\1'));
  support::MemorySource source;
  source.put("m", "m.gguf", writer.bytes());
  const auto location = source.open("m");
  const auto model = openCheckpoint("m", source, *location, support::builtFormats());
  EXPECT_NE(model.find("model.layers.3.self_attn.k_b_proj.weight"), nullptr);
  EXPECT_NE(model.find("model.layers.3.self_attn.v_b_proj.weight"), nullptr);
  EXPECT_THAT(model.notes(), testing::Contains(testing::HasSubstr("split in two here")));
  const auto config = nlohmann::json::parse(model.config());
  EXPECT_EQ(config.at("qk_nope_head_dim"), 12);
  EXPECT_EQ(config.at("v_head_dim"), 12);
}

}  // namespace
}  // namespace kindred::reading
