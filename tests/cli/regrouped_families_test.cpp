// Families whose queries, keys and values are grouped by heads on the Hub, and in three blocks in
// GGUF, encoders, and others whose own names GGUF does not keep: one model in both.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

#include "regrouped.hpp"
#include "support/gguf.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;

const Layout& layoutOf(std::string_view family, const std::string& model_type = {}) {
  const auto& all = layouts();
  return *std::find_if(all.begin(), all.end(), [&](const Layout& layout) {
    const bool any = model_type.empty();
    return layout.family == family &&
           (any || layout.config.find('"' + model_type + '"') != std::string::npos);
  });
}

class RegroupedFamily : public testing::TestWithParam<Regrouped> {};

TEST_P(RegroupedFamily, IsOneModelOnTheHubAndInGguf) {
  const Layout& layout = layoutOf(GetParam().family, GetParam().hub);
  TempDir dir;
  const Toy base = made(layout, 1);
  save(dir, "a", layout, base);
  saveRegrouped(dir / "b.gguf", tuned(base, 2), GetParam());
  saveRegrouped(dir / "stranger.gguf", made(layout, 3), GetParam());
  const json report = compared(dir, "a", "b.gguf");
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  // One layer of attention has no more than sixteen rotary pairs here: 10^-4.8.
  for (const std::string& gauge : GetParam().gauges) EXPECT_LT(bestP(report, gauge), -4) << gauge;
  EXPECT_EQ(compared(dir, "a", "stranger.gguf").at("verdict").at("class"), "no-evidence");
}

INSTANTIATE_TEST_SUITE_P(Layouts, RegroupedFamily, testing::ValuesIn(regroupedFamilies()),
                         [](const auto& test) {
                           return std::to_string(test.index) + "_" + test.param.family;
                         });

// Numbers of heads and units differ by layer; the converter takes gate and up apart.
void saveOpenElm(const std::filesystem::path& path, const Toy& toy) {
  support::GgufWriter writer;
  writer.text("general.architecture", "openelm");
  writer.number("openelm.embedding_length", 64);
  writer.number("openelm.block_count", 2);
  writer.number("openelm.attention.key_length", 16);
  writer.number("openelm.rope.dimension_count", 16);
  writer.numbers("openelm.attention.head_count", {4, 2});
  writer.numbers("openelm.attention.head_count_kv", {2, 1});
  const std::map<std::string, std::string> names{{"transformer.token_embeddings", "token_embd"},
                                                 {"transformer.norm", "output_norm"},
                                                 {"transformer.layers.", "blk."},
                                                 {"attn.q_norm", "attn_q_norm"},
                                                 {"attn.k_norm", "attn_k_norm"},
                                                 {"attn.qkv_proj", "attn_qkv"},
                                                 {"attn.out_proj", "attn_output"},
                                                 {"ffn.proj_1", "ffn_gate"},
                                                 {"ffn.proj_2", "ffn_down"}};
  const auto add = [&](const std::string& name, Array array) {
    writer.tensor(name, 0, array.shape,
                  support::tensorOf("", DType::F32, array.shape, array.values).bytes);
  };
  for (const auto& [name, array] : toy) {
    const std::string gguf = ggufName(name, {"openelm", "openelm", 0, 0, names, {}});
    if (gguf.find("ffn_gate") == std::string::npos) {
      add(gguf, array);
      continue;
    }
    const auto half = array.values.begin() + static_cast<std::ptrdiff_t>(array.values.size() / 2);
    const std::vector<std::uint64_t> shape{array.shape[0] / 2, array.shape[1]};
    add(gguf, {shape, {array.values.begin(), half}});
    add(replaced(gguf, "ffn_gate", "ffn_up"), {shape, {half, array.values.end()}});
  }
  std::ofstream(path, std::ios::binary) << writer.bytes();
}

TEST(HeadsByLayer, OfAFusedMatrixAreOneModelOnTheHubAndInGguf) {
  const Layout& layout = layoutOf("openelm");
  TempDir dir;
  const Toy base = made(layout, 1);
  save(dir, "a", layout, base);
  saveOpenElm(dir / "b.gguf", tuned(base, 2));
  saveOpenElm(dir / "stranger.gguf", made(layout, 3));
  const json report = compared(dir, "a", "b.gguf");
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  for (const char* gauge : {"mlp-unit", "value-dim"}) EXPECT_LT(bestP(report, gauge), -8) << gauge;
  EXPECT_EQ(compared(dir, "a", "stranger.gguf").at("verdict").at("class"), "no-evidence");
}

// A tower that is of another kind than CLIP's is of no family.
TEST(TowersInGguf, OfOtherKindsAreOfNoFamily) {
  support::GgufWriter writer;
  writer.text("general.architecture", "clip");
  writer.text("clip.projector_type", "qwen2.5vl_merger");
  writer.tensor("v.blk.0.attn_q.weight", 0, {64, 64}, std::string(64 * 64 * 4, '\1'));
  TempDir dir;
  std::ofstream(dir / "mmproj.gguf", std::ios::binary) << writer.bytes();
  const RunResult result = support::run({"inspect", (dir / "mmproj.gguf").string(), "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json report = json::parse(result.out);
  EXPECT_TRUE(report.at("architecture").is_null()) << report.at("architecture");
  EXPECT_EQ(report.at("tensors")[0].at("name"), "v.blk.0.attn_q.weight");
}

}  // namespace
}  // namespace kindred::clitest
