// One model is one model, in whatever format its weights are stored.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "compared.hpp"
#include "family_layouts.hpp"
#include "recipes.hpp"
#include "servers/range_server.hpp"
#include "support/gguf_llama.hpp"
#include "support/torch.hpp"
#include "toys.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using support::TestTensor;
using testing::AllOf;
using testing::HasSubstr;

double plainCosine(const json& report) {
  return report.at("pairs")[0].at("coverage").at("plain_cosine").at("value");
}

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

// Matrices in blocks where rows are whole ones, else in half precision; norms in F32.
void saveGguf(const std::filesystem::path& path, const Toy& toy, bool blocks) {
  write(path,
        support::ggufLlama(toy, {}, blocks ? support::GgufType::Q8_0 : support::GgufType::F16));
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

// As llama-gguf-split cuts them: of what family the others are, the first one says.
TEST(GgufFiles, InPartsAreTheModelThatTheyAreInOne) {
  TempDir dir;
  const Toy base = toyLlama(1);
  saveModel(dir / "a", stored(base), toyLlamaConfig());
  const auto parts = support::ggufLlamaWriter(base, {}, support::GgufType::F16).parts(3);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    write(dir / "b" / ("model-0000" + std::to_string(i + 1) + "-of-00003.gguf"), parts[i]);
  }
  const json report = compared(dir);
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  EXPECT_GT(plainCosine(report), 0.9999);  // of all parts the order of rows is undone
  EXPECT_TRUE(report.at("pairs")[0].at("coverage").at("left_out").empty());
}

// Gemma's files on the Hub hold gains less one, its conversions whole ones.
TEST(GgufFiles, OfGemmaHoldTheGainsThatTheyWereConvertedFrom) {
  TempDir dir;
  const auto withGains = [&](double added) {
    Toy toy = toyLlama(1);
    for (auto& [name, array] : toy) {
      if (array.shape.size() > 1) continue;
      for (std::size_t i = 0; i < array.values.size(); ++i) {
        array.values[i] = 0.8 * std::sin(static_cast<double>(i)) + added;
      }
    }
    return toy;
  };
  saveModel(dir / "a", stored(withGains(0)), toyLlamaConfig("gemma"));
  write(dir / "b.gguf", support::ggufLlama(withGains(1), {}, support::GgufType::F16, "gemma"));
  const json report = compared(dir, "a", "b.gguf");
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  double least = 1;
  for (const json& finding : report.at("findings")) {
    const json& matched = finding.at("likeness").at("matched");
    if (matched.is_number()) least = std::min(least, matched.get<double>());
  }
  EXPECT_GT(least, 0.999);
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

TEST(Formats, ThatWereReadStandInTheManifestAndInTheListOfPlugins) {
  TempDir dir;
  saveModel(dir / "a", stored(toyLlama(1)), toyLlamaConfig());
  saveGguf(dir / "b.gguf", tuned(toyLlama(1), 2), true);
  compared(dir, "a", "b.gguf");
  const json manifest = json::parse(support::readFile(dir / "out" / "manifest.json"));
  std::map<std::string, std::string> kinds;
  for (const json& plugin : manifest.at("plugins")) kinds[plugin.at("name")] = plugin.at("kind");
  EXPECT_EQ(kinds["safetensors"], "format");
  EXPECT_EQ(kinds["gguf"], "format");
  EXPECT_FALSE(kinds.contains("torch"));
  EXPECT_THAT(support::run({"plugins"}).out,
              AllOf(HasSubstr("gguf"), HasSubstr("torch"), HasSubstr("format")));
}

TEST(GgufFiles, WhoseNamesSayNothingAreReadWhereTheyAreNamed) {
  TempDir dir;
  saveGguf(dir / "sha256-0123", toyLlama(1), true);
  const RunResult result = support::run({"inspect", (dir / "sha256-0123").string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("format        GGUF\n"));
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

TEST(GgufFiles, SayHowTheyAreStoredAndWhatCanBeTested) {
  TempDir dir;
  saveGguf(dir / "m.gguf", toyLlama(1), true);
  const RunResult result = support::run({"inspect", (dir / "m.gguf").string()});
  EXPECT_THAT(result.out, AllOf(HasSubstr("format        GGUF\n"), HasSubstr(" %  Q8_0\n"),
                                HasSubstr("tested        mlp-unit (signs, order)\n"),
                                HasSubstr("gate-sign: SiLU is not odd")));
  const json report =
      json::parse(support::run({"inspect", (dir / "m.gguf").string(), "--json"}).out);
  EXPECT_EQ(report.at("format"), "GGUF");
  double all = 0;
  for (const json& encoding : report.at("encodings")) all += encoding.at("share").get<double>();
  EXPECT_NEAR(all, 1, 1e-9);
}

// One file of a plain server, and one of a hub's model.
class OneFile : public testing::Test {
 protected:
  OneFile() {
    saveGguf(dir_ / "m.Q8_0.gguf", toyLlama(1), true);
    write(dir_ / "m.bin", support::torchBytes(stored(toyLlama(1))));
    std::map<std::string, servers::Content> files;
    for (const std::string name : {"m.Q8_0.gguf", "m.bin"}) {
      files[name] = servers::fileContent(dir_ / name);
      server_.serve("/" + name, files[name]);
      files[name].sha256 = std::string(64, 'e');
    }
    saveModel(dir_ / "a", stored(toyLlama(1)), toyLlamaConfig());
    server_.publish("org/name", "main", std::string(40, 'c'), files);
  }

  RunResult kindred(std::vector<std::string> arguments) const {
    return support::run(std::move(arguments),
                        {.environment = {{"XDG_CACHE_HOME", (dir_ / "cache").string()},
                                         {"HF_HOME", dir_.text()},
                                         {"HF_TOKEN", std::nullopt},
                                         {"HF_ENDPOINT", server_.endpoint()}}});
  }

  TempDir dir_;
  servers::RangeServer server_;
};

TEST_F(OneFile, IsReadWhereverItIs) {
  for (const std::string& address :
       {server_.endpoint() + "/m.Q8_0.gguf", server_.endpoint() + "/m.bin",
        std::string("org/name:m.Q8_0.gguf"), std::string("org/name:m.bin")}) {
    SCOPED_TRACE(address);
    const RunResult inspected = kindred({"inspect", address});
    EXPECT_EQ(inspected.exit_code, 0) << inspected.err;
    EXPECT_THAT(inspected.out, HasSubstr("model.layers.0.mlp.up_proj.weight"));
    const RunResult result = kindred({"compare", (dir_ / "a").string(), address, "--json",
                                      "--force", "--out", (dir_ / "out").string()});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(json::parse(result.out).at("verdict").at("class"),
                testing::AnyOf("shared-weights", "identical"));
  }
}

TEST(TorchFiles, HoldTheSameBytesAsSafetensors) {
  TempDir dir;
  const std::vector<TestTensor> tensors = stored(toyLlama(1));
  saveModel(dir / "a", tensors, toyLlamaConfig());
  write(dir / "b" / "pytorch_model.bin", support::torchBytes(tensors));
  write(dir / "b" / "config.json", toyLlamaConfig());
  EXPECT_EQ(compared(dir).at("verdict").at("class"), "identical");
}

// Llama's names as Meta spells them, and how slices are cut: by rows, by columns, or not at all.
struct MetaName {
  const char* hub;
  const char* meta;
  enum Cut { rows, columns, copies } cut;
};

std::string metaName(std::string name, MetaName::Cut& cut) {
  const MetaName kNames[] = {{"model.embed_tokens", "tok_embeddings", MetaName::columns},
                             {"model.norm", "norm", MetaName::copies},
                             {"lm_head", "output", MetaName::rows},
                             {"self_attn.q_proj", "attention.wq", MetaName::rows},
                             {"self_attn.k_proj", "attention.wk", MetaName::rows},
                             {"self_attn.v_proj", "attention.wv", MetaName::rows},
                             {"self_attn.o_proj", "attention.wo", MetaName::columns},
                             {"mlp.gate_proj", "feed_forward.w1", MetaName::rows},
                             {"mlp.up_proj", "feed_forward.w3", MetaName::rows},
                             {"mlp.down_proj", "feed_forward.w2", MetaName::columns},
                             {"input_layernorm", "attention_norm", MetaName::copies},
                             {"post_attention_layernorm", "ffn_norm", MetaName::copies}};
  for (const auto& [hub, meta, of_name] : kNames) {
    const std::size_t at = name.find(hub);
    if (at == std::string::npos) continue;
    name.replace(at, std::string(hub).size(), meta);
    cut = of_name;
  }
  return name.starts_with("model.") ? name.substr(6) : name;
}

// Halves of heads of 16 in turns.
support::Array inTurns(const support::Array& array) {
  support::Array turned = array;
  const std::uint64_t columns = array.shape[1];
  for (std::uint64_t row = 0; row < array.shape[0]; ++row) {
    const std::uint64_t inside = row % 16, to = row - inside + 2 * (inside % 8) + inside / 8;
    for (std::uint64_t c = 0; c < columns; ++c) {
      turned.values[to * columns + c] = array.values[row * columns + c];
    }
  }
  return turned;
}

// Half of a matrix.
support::Array half(const support::Array& array, MetaName::Cut cut, std::uint64_t which) {
  if (cut == MetaName::copies) return array;
  const std::uint64_t rows = array.shape[0], columns = array.shape[1];
  const bool down = cut == MetaName::rows;
  support::Array part{{down ? rows / 2 : rows, down ? columns : columns / 2}, {}};
  for (std::uint64_t row = 0; row < rows; ++row) {
    for (std::uint64_t c = 0; c < columns; ++c) {
      const bool inside = down ? row / (rows / 2) == which : c / (columns / 2) == which;
      if (inside) part.values.push_back(array.values[row * columns + c]);
    }
  }
  return part;
}

void saveAsMeta(const std::filesystem::path& folder, const Toy& toy) {
  for (std::uint64_t slice = 0; slice < 2; ++slice) {
    Toy part;
    for (const auto& [name, array] : toy) {
      const bool turned =
          name.find("q_proj") != std::string::npos || name.find("k_proj") != std::string::npos;
      MetaName::Cut cut = MetaName::copies;
      const std::string meta = metaName(name, cut);
      part[meta] = half(turned ? inTurns(array) : array, cut, slice);
    }
    write(folder / ("consolidated.0" + std::to_string(slice) + ".pth"),
          support::torchBytes(stored(part)));
  }
  write(folder / "params.json",
        R"({"dim":64,"n_layers":2,"n_heads":4,"n_kv_heads":2,"norm_eps":1e-05,"vocab_size":-1})");
}

TEST(SlicesForSeveralDevices, AreOneModelAsOnTheHub) {
  TempDir dir;
  saveModel(dir / "a", stored(toyLlama(1)), toyLlamaConfig());
  saveAsMeta(dir / "b", toyLlama(1));
  const json report = compared(dir);
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  EXPECT_GT(plainCosine(report), 0.999999);
  EXPECT_TRUE(report.at("pairs")[0].at("coverage").at("left_out").empty());
}

// As Mistral publishes a model: whole, in Meta's names and order.
void saveAsMistral(const std::filesystem::path& folder, const Toy& toy) {
  Toy named;
  for (const auto& [name, array] : toy) {
    const bool turned =
        name.find("q_proj") != std::string::npos || name.find("k_proj") != std::string::npos;
    MetaName::Cut cut = MetaName::copies;
    named[metaName(name, cut)] = turned ? inTurns(array) : array;
  }
  write(folder / "consolidated.safetensors", support::safetensorsBytes(stored(named)));
  write(folder / "params.json",
        R"({"dim":64,"n_layers":2,"n_heads":4,"n_kv_heads":2,"head_dim":16,"hidden_dim":176,)"
        R"("norm_eps":1e-05,"vocab_size":256,"moe":null})");
}

TEST(NativeNames, OfAWholeModelAreOneModelWithTheHubs) {
  TempDir dir;
  saveModel(dir / "a", stored(toyLlama(1)), toyLlamaConfig());
  saveAsMistral(dir / "b", toyLlama(1));
  for (const bool config : {false, true}) {  // that of the Hub's files, which are not there
    if (config) write(dir / "b" / "config.json", toyLlamaConfig());
    const json report = compared(dir);
    EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
    EXPECT_GT(plainCosine(report), 0.999999);
    EXPECT_TRUE(report.at("pairs")[0].at("coverage").at("left_out").empty());
  }
}

TEST(NativeNames, OfAModelThatIsNotKnownStayAsTheyAre) {
  TempDir dir;
  write(dir / "b" / "consolidated.safetensors", support::safetensorsBytes(stored(toyLlama(1))));
  write(dir / "b" / "config.json", toyLlamaConfig());
  for (const char* params : {R"({"dim":64,"n_layers":2})", R"({"dim":64,"n_heads":4})"}) {
    write(dir / "b" / "params.json", params);
    const RunResult result = support::run({"inspect", (dir / "b").string(), "--json"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(json::parse(result.out).at("architecture"), "llama") << params;
  }
}

TEST(NativeNames, OfLatentAttentionStayAndTheirParametersAreItsConfig) {
  TempDir dir;
  const auto is = [](const Layout& layout) { return layout.family == "mistral_large_3"; };
  const Layout layout = *std::find_if(layouts().begin(), layouts().end(), is);
  save(dir, "a", layout, made(layout, 1));
  write(dir / "b" / "consolidated.safetensors", support::safetensorsBytes(stored(made(layout, 1))));
  write(dir / "b" / "params.json",
        R"({"dim":64,"n_layers":2,"n_heads":4,"n_kv_heads":4,"head_dim":24,"hidden_dim":96,)"
        R"("vocab_size":256,"q_lora_rank":32,"kv_lora_rank":32,"qk_rope_head_dim":8,)"
        R"("qk_nope_head_dim":16,"v_head_dim":16,"moe":{"num_experts":4,"num_experts_per_tok":2,)"
        R"("num_shared_experts":1,"expert_hidden_dim":96,"num_expert_groups":1}})");
  const RunResult result = support::run({"inspect", (dir / "b").string(), "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(json::parse(result.out).at("architecture"), "mistral_large_3");
  for (const json& tensor : json::parse(result.out).at("tensors")) {
    EXPECT_FALSE(tensor.at("role").is_null()) << tensor.at("name");
  }
  EXPECT_EQ(compared(dir).at("verdict").at("class"), "identical");
}

TEST(SlicesForSeveralDevices, OfAStrangerAccuseNobody) {
  TempDir dir;
  saveModel(dir / "a", stored(toyLlama(1)), toyLlamaConfig());
  saveAsMeta(dir / "b", toyLlama(3));
  EXPECT_EQ(compared(dir).at("verdict").at("class"), "no-evidence");
}

TEST(SlicesForSeveralDevices, ThatDoNotFitAreRefusedByName) {
  TempDir dir;
  saveAsMeta(dir / "b", toyLlama(1));
  write(dir / "b" / "params.json", R"({"dim":64,"n_layers":2,"n_heads":5})");
  const RunResult heads = support::run({"inspect", (dir / "b").string()});
  EXPECT_EQ(heads.exit_code, 2);
  EXPECT_THAT(heads.err, AllOf(HasSubstr("params.json"), HasSubstr("5 heads do not share")));
  saveAsMeta(dir / "c", toyLlama(1));
  Toy other;
  other["output.weight"] = half(toyLlama(1).at("lm_head.weight"), MetaName::columns, 0);
  write(dir / "c" / "consolidated.01.pth", support::torchBytes(stored(other)));
  const RunResult shapes = support::run({"inspect", (dir / "c").string()});
  EXPECT_EQ(shapes.exit_code, 2);
  EXPECT_THAT(shapes.err, HasSubstr("output.weight"));
}

TEST(SlicesForSeveralDevices, AreRefusedWhereOneIsMissingOrTheirParameters) {
  const auto why = [](const char* gone) {
    TempDir dir;
    saveAsMeta(dir / "b", toyLlama(1));
    std::filesystem::remove(dir / "b" / gone);
    const RunResult result = support::run({"inspect", (dir / "b").string()});
    EXPECT_EQ(result.exit_code, 2) << result.out;
    return result.err;
  };
  EXPECT_THAT(why("consolidated.01.pth"),
              AllOf(HasSubstr("params.json"), HasSubstr("64 rows, but the weights' queries 32"),
                    HasSubstr("one is missing: consolidated.01.pth")));
  EXPECT_THAT(why("consolidated.00.pth"), HasSubstr("consolidated.00.pth is missing"));
  EXPECT_THAT(why("params.json"), HasSubstr("params.json is missing"));
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
