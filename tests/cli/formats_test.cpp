// One model is one model, in whatever format its weights are stored.
#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <fstream>

#include "recipes.hpp"
#include "support/gguf.hpp"
#include "support/torch.hpp"
#include "toys.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using support::TestTensor;
using testing::AllOf;
using testing::HasSubstr;

RunResult compare(const TempDir& dir, const std::string& a = "a", const std::string& b = "b") {
  return support::run({"compare", (dir / a).string(), (dir / b).string(), "--out",
                       (dir / "out").string(), "--json"});
}

json compared(const TempDir& dir, const std::string& a = "a", const std::string& b = "b") {
  const RunResult result = compare(dir, a, b);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

double plainCosine(const json& report) {
  return report.at("pairs")[0].at("coverage").at("plain_cosine").at("value");
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at != std::string::npos) text.replace(at, from.size(), to);
}

std::string ggufName(std::string name) {
  const char* const kNames[][2] = {{"model.embed_tokens.", "token_embd."},
                                   {"model.norm.", "output_norm."},
                                   {"lm_head.", "output."},
                                   {"model.layers.", "blk."},
                                   {"input_layernorm", "attn_norm"},
                                   {"post_attention_layernorm", "ffn_norm"},
                                   {"self_attn.q_proj", "attn_q"},
                                   {"self_attn.k_proj", "attn_k"},
                                   {"self_attn.v_proj", "attn_v"},
                                   {"self_attn.o_proj", "attn_output"},
                                   {"mlp.gate_proj", "ffn_gate"},
                                   {"mlp.up_proj", "ffn_up"},
                                   {"mlp.down_proj", "ffn_down"}};
  for (const auto& [hub, gguf] : kNames) replace(name, hub, gguf);
  return name;
}

// Rows of heads of 16 as the converter of this family stores queries and keys.
Array inTurns(const Array& array) {
  constexpr std::uint64_t kHead = 16;
  Array turned = array;
  const std::uint64_t columns = array.shape[1];
  for (std::uint64_t r = 0; r < array.shape[0]; ++r) {
    const std::uint64_t inside = r % kHead;
    const std::uint64_t to = r - inside + 2 * (inside % 8) + inside / 8;
    std::copy_n(array.values.begin() + static_cast<std::ptrdiff_t>(r * columns), columns,
                turned.values.begin() + static_cast<std::ptrdiff_t>(to * columns));
  }
  return turned;
}

std::string halves(const std::vector<double>& values) {
  return support::tensorOf("", DType::F16, {values.size()}, values).bytes;
}

// A scale of half precision and 32 signed bytes.
std::string q8_0(const std::vector<double>& values) {
  std::string bytes;
  for (std::size_t i = 0; i < values.size(); i += 32) {
    double most = 1e-6;
    for (std::size_t k = 0; k < 32; ++k) most = std::max(most, std::abs(values[i + k]));
    bytes += halves({most / 127});
    for (std::size_t k = 0; k < 32; ++k) {
      bytes.push_back(static_cast<char>(std::lround(values[i + k] / most * 126)));
    }
  }
  return bytes;
}

// Matrices in blocks where rows are whole ones, else in half precision; norms in F32.
void saveGguf(const std::filesystem::path& path, const Toy& toy, bool blocks) {
  support::GgufWriter writer;
  writer.text("general.architecture", "llama");
  writer.number("llama.embedding_length", 64);
  writer.number("llama.block_count", 2);
  writer.number("llama.feed_forward_length", 176);
  writer.number("llama.attention.head_count", 4);
  writer.number("llama.attention.head_count_kv", 2);
  std::vector<std::string> tokens;
  for (int i = 0; i < 256; ++i) tokens.push_back("token" + std::to_string(i));
  writer.texts("tokenizer.ggml.tokens", tokens);
  for (const auto& [name, array] : toy) {
    const bool turned =
        name.find("q_proj") != std::string::npos || name.find("k_proj") != std::string::npos;
    const Array& stored = turned ? inTurns(array) : array;
    if (array.shape.size() == 1) {
      writer.tensor(ggufName(name), 0, array.shape,
                    support::tensorOf("", DType::F32, array.shape, array.values).bytes);
    } else if (blocks && array.shape[1] % 32 == 0) {
      writer.tensor(ggufName(name), 8, array.shape, q8_0(stored.values));
    } else {
      writer.tensor(ggufName(name), 1, array.shape, halves(stored.values));
    }
  }
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << writer.bytes();
}

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST(GgufFiles, HoldTheModelThatTheyWereConvertedFrom) {
  for (const bool blocks : {false, true}) {
    TempDir dir;
    const Toy base = toyLlama(1);
    saveModel(dir / "a", stored(base), toyLlamaConfig());
    saveGguf(dir / "b" / "model.gguf", base, blocks);
    const json report = compared(dir);
    EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
    EXPECT_GT(plainCosine(report), 0.9999);  // names and the order of rows are undone
    EXPECT_TRUE(report.at("pairs")[0].at("coverage").at("left_out").empty());
  }
}

TEST(GgufFiles, OfAChildAreFoundAndOfAStrangerAccuseNobody) {
  TempDir dir;
  const Toy base = toyLlama(1);
  saveModel(dir / "a", stored(base), toyLlamaConfig());
  saveGguf(dir / "child.gguf", tuned(base, 2), true);
  saveGguf(dir / "stranger.gguf", toyLlama(3), true);
  EXPECT_EQ(compared(dir, "a", "child.gguf").at("verdict").at("class"), "shared-weights");
  EXPECT_EQ(compared(dir, "a", "stranger.gguf").at("verdict").at("class"), "no-evidence");
  EXPECT_EQ(compared(dir, "child.gguf", "stranger.gguf").at("verdict").at("class"), "no-evidence");
}

TEST(GgufFiles, ComeOutAgain) {
  TempDir dir;
  saveGguf(dir / "a.gguf", toyLlama(1), true);
  saveGguf(dir / "b.gguf", tuned(toyLlama(1), 2), false);
  compared(dir, "a.gguf", "b.gguf");
  const RunResult again = support::run({"verify", (dir / "out").string()});
  EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
}

TEST(GgufFiles, OfAFolderMustBeNamedWhereThereAreSeveral) {
  TempDir dir;
  saveGguf(dir / "a" / "m-Q8_0.gguf", toyLlama(1), true);
  saveGguf(dir / "a" / "m-F16.gguf", toyLlama(1), false);
  const RunResult result = support::run({"inspect", (dir / "a").string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr("m-F16.gguf and m-Q8_0.gguf"), HasSubstr("name one")));
  EXPECT_EQ(support::run({"inspect", (dir / "a" / "m-Q8_0.gguf").string()}).exit_code, 0);
}

TEST(GgufFiles, AreNamedAndSizedAsTheHubsAre) {
  TempDir dir;
  saveGguf(dir / "m.gguf", toyLlama(1), true);
  const RunResult result = support::run({"inspect", (dir / "m.gguf").string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("llama: Llama, Mistral"), HasSubstr("Q8_0"),
                                HasSubstr("model.layers.0.mlp.up_proj.weight")));
}

TEST(TorchFiles, HoldTheSameBytesAsSafetensors) {
  TempDir dir;
  const std::vector<TestTensor> tensors = stored(toyLlama(1));
  saveModel(dir / "a", tensors, toyLlamaConfig());
  write(dir / "b" / "pytorch_model.bin", support::torchBytes(tensors));
  write(dir / "b" / "config.json", toyLlamaConfig());
  EXPECT_EQ(compared(dir).at("verdict").at("class"), "identical");
}

TEST(TorchFiles, InShardsAreReadByTheirIndex) {
  TempDir dir;
  const Toy base = toyLlama(1);
  std::vector<TestTensor> tensors = stored(tuned(base, 2));
  saveModel(dir / "a", stored(base), toyLlamaConfig());
  json map;
  std::vector<TestTensor> halves_of[2];
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    map[tensors[i].name] = "pytorch_model-0000" + std::to_string(i % 2 + 1) + "-of-00002.bin";
    halves_of[i % 2].push_back(tensors[i]);
  }
  write(dir / "b" / "pytorch_model-00001-of-00002.bin", support::torchBytes(halves_of[0]));
  write(dir / "b" / "pytorch_model-00002-of-00002.bin", support::torchBytes(halves_of[1]));
  write(dir / "b" / "pytorch_model.bin.index.json", json{{"weight_map", map}}.dump());
  write(dir / "b" / "config.json", toyLlamaConfig());
  EXPECT_EQ(compared(dir).at("verdict").at("class"), "shared-weights");
}

TEST(TorchFiles, ThatAreNoneAreRefusedInOneLine) {
  TempDir dir;
  write(dir / "a" / "pytorch_model.bin", "<html>no such model</html>");
  const RunResult result = support::run({"inspect", (dir / "a").string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("pytorch_model.bin"));
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1);
}

}  // namespace
}  // namespace kindred::clitest
