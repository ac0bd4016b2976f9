// kindred inspect and kindred architectures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "support/process.hpp"
#include "support/safetensors.hpp"
#include "support/temp_dir.hpp"

namespace kindred {
namespace {

using support::RunResult;
using support::TempDir;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kBase = KINDRED_SOURCE_DIR "/configs/demo/base";

TEST(Inspect, ShowsTensorsFamilyAndParameters) {
  const RunResult result = support::run({"inspect", kBase});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("model         base\n"));
  EXPECT_THAT(
      result.out,
      HasSubstr("architecture  llama: Llama, Mistral and others with their names, dense\n"));
  EXPECT_THAT(result.out, HasSubstr("parameters    342,848\n"));
  EXPECT_THAT(result.out, HasSubstr("tensors       57 in 2 files\n"));
  EXPECT_THAT(result.out, HasSubstr("model-00002-of-00002.safetensors\n"));
  EXPECT_THAT(result.out, HasSubstr("     6  BF16        [176, 64]  mlp.up          "
                                    "model.layers.0.mlp.up_proj.weight\n"));
  EXPECT_EQ(result.err, "");
}

TEST(Inspect, PrintsOneJsonDocument) {
  const RunResult result = support::run({"inspect", kBase, "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json.at("architecture"), "llama");
  EXPECT_EQ(json.at("parameters").at("total"), 342848);
  EXPECT_TRUE(json.at("parameters").at("active").is_null());
  EXPECT_EQ(json.at("files").size(), 2u);
  EXPECT_EQ(json.at("tensors").size(), 57u);
  const auto& last = json.at("tensors").back();
  EXPECT_EQ(last.at("name"), "model.norm.weight");
  EXPECT_EQ(last.at("role"), "norm.final");
  EXPECT_TRUE(last.at("layer").is_null());
}

TEST(Inspect, CountsActiveParametersOfAMixture) {
  const TempDir dir;
  const auto expert = [](const char* number) {
    return support::randomTensor(
        std::string("model.layers.0.block_sparse_moe.experts.") + number + ".w1.weight",
        DType::BF16, {100, 10}, 1);
  };
  support::writeSafetensors(dir / "m/model.safetensors", {expert("0"), expert("1"), expert("2")});
  dir.write("m/config.json",
            R"({"model_type":"mixtral","num_local_experts":3,"num_experts_per_tok":1})");
  const RunResult result = support::run({"inspect", (dir / "m").string()});
  EXPECT_THAT(result.out, HasSubstr("parameters    3,000, active per token 1,000\n"));
}

TEST(Inspect, EscapesNamesAndKnowsNoFamilyWithoutConfig) {
  const TempDir dir;
  support::writeSafetensors(dir / "x.safetensors",
                            {support::tensorOf("a\x1b[2J\xe2\x80\xae", DType::F32, {1}, {1})});
  const RunResult result = support::run({"inspect", (dir / "x.safetensors").string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("architecture  of no known family\n"));
  EXPECT_THAT(result.out, HasSubstr("a\\u001b[2J\\u202e\n"));
  EXPECT_THAT(result.out, Not(HasSubstr("\x1b")));
}

TEST(Inspect, NamesTheFileThatLies) {
  const TempDir dir;
  dir.write("m/model.safetensors",
            support::safetensorsBytes(R"({"t":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})",
                                      std::string(8, '\0')));
  const RunResult result = support::run({"inspect", (dir / "m").string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("m/model.safetensors: tensor 't' spans 8 bytes, but F32 of "
                                    "shape [3] needs 12 (the file is damaged or no safetensors "
                                    "file; fetch it again)"));
}

TEST(Inspect, RefusesAModelOfWhichAPartIsMissing) {
  const TempDir dir;
  for (const char* part :
       {"m/model-00001-of-00003.safetensors", "m/model-00003-of-00003.safetensors"}) {
    support::writeSafetensors(dir / part, {support::tensorOf(part, DType::F32, {1}, {1})});
  }
  const RunResult result = support::run({"inspect", (dir / "m").string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("incomplete: of 3 parts one is missing: "
                                    "model-00002-of-00003.safetensors"));
}

TEST(Inspect, RefusesAModelWhoseLinkLeadsNowhere) {
  const TempDir dir;
  support::writeSafetensors(dir / "m/model-00001-of-00002.safetensors",
                            {support::tensorOf("a", DType::F32, {1}, {1})});
  std::filesystem::create_symlink("../blobs/1234", dir / "m/model-00002-of-00002.safetensors");
  const RunResult result = support::run({"inspect", (dir / "m").string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("m/model-00002-of-00002.safetensors: the file is a link to "
                                    "'../blobs/1234', which is not there"));
}

TEST(Inspect, SaysWhatWasLeftOutAndHowToNameIt) {
  const TempDir dir;
  for (const char* name : {"m/model.safetensors", "m/model.fp16.safetensors"}) {
    support::writeSafetensors(dir / name, {support::tensorOf("a", DType::F32, {1}, {1})});
  }
  const RunResult result = support::run({"inspect", (dir / "m").string(), "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(nlohmann::json::parse(result.out).at("tensors").size(), 1u);
  EXPECT_THAT(result.err, HasSubstr("kindred: model 'm': model.fp16.safetensors is left out"));
  EXPECT_THAT(result.err, HasSubstr((dir / "m/model.fp16.safetensors").string()));
}

TEST(Inspect, NamesTheComponentThatAFolderHolds) {
  const TempDir dir;
  dir.write("m/model_index.json", "{}");
  support::writeSafetensors(dir / "m/unet/diffusion_pytorch_model.safetensors",
                            {support::tensorOf("a", DType::F32, {1}, {1})});
  const RunResult result = support::run({"inspect", (dir / "m").string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("no weights itself, and a folder that does: unet"));
  EXPECT_THAT(result.err, HasSubstr("name that one: " + (dir / "m/unet").string()));
  EXPECT_EQ(support::run({"inspect", (dir / "m/unet").string()}).exit_code, 0);
}

TEST(Inspect, SendsNothingToAServerThatLooksLikeAPath) {
  const TempDir dir;
  std::filesystem::create_directories(dir / "models");
  support::RunOptions options;
  options.directory = dir.path();
  options.environment = {{"HF_ENDPOINT", "http://127.0.0.1:1"}};
  for (const char* text : {"models/typo", "org/model.safetensors", "a/b/c", "org/model/", "x.gguf",
                           "./x", "../no/such", "~/no/such", "a\\b", "org/name/x.safetensors"}) {
    const RunResult result = support::run({"inspect", text}, options);
    EXPECT_EQ(result.exit_code, 2) << text;
    EXPECT_THAT(result.err, HasSubstr("there is no such file or folder")) << text;
    EXPECT_THAT(result.err, HasSubstr("hub:org/name")) << text;
    EXPECT_THAT(result.err, Not(HasSubstr("127.0.0.1"))) << text;
  }
}

TEST(Inspect, RefusesAHostileConfig) {
  const TempDir dir;
  support::writeSafetensors(dir / "m/model.safetensors", {});
  dir.write("m/config.json", R"({"model_type":"mixtral","num_local_experts":-3})");
  const RunResult result = support::run({"inspect", (dir / "m").string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("m/config.json: 'num_local_experts' is -3, not a whole number "
                                    "from 0 to 2147483647"));
}

TEST(Architectures, ListsFamilies) {
  const RunResult result = support::run({"architectures"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out,
              HasSubstr("llama           Llama, Mistral and others with their names, dense\n"));
  const auto json = nlohmann::json::parse(support::run({"architectures", "--json"}).out);
  EXPECT_GT(json.at("architectures").size(), 50u);
  for (const char* common : {"decoder", "layernorm", "ungated"}) {  // no families by themselves
    EXPECT_THAT(result.out, Not(HasSubstr("\n" + std::string(common) + " ")));
  }
}

TEST(Architectures, ShowsRolesAndGaugesWithinAnOrdinaryTerminal) {
  const RunResult result = support::run({"architectures", "phimoe"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(
      result.out,
      HasSubstr("  mlp.up\n"
                "      model.layers.{layer}.block_sparse_moe.experts.{expert}.w3.weight\n"));
  EXPECT_THAT(result.out, HasSubstr("  value-dim (moves inside-heads)\n"));
  EXPECT_THAT(result.out, HasSubstr("    refused      mlp.gate rows\n"));
  std::size_t begin = 0;
  for (std::size_t end; (end = result.out.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    EXPECT_LE(end - begin, 80u) << result.out.substr(begin, end - begin);
  }
  const auto json = nlohmann::json::parse(support::run({"architectures", "phimoe", "--json"}).out);
  EXPECT_EQ(json.at("roles").at("head.bias").at(0), "lm_head.bias");
}

TEST(Architectures, SuggestsTheNearestName) {
  const RunResult result = support::run({"architectures", "lama"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err, "kindred: there is no architecture 'lama' (did you mean 'llama'?)\n");
}

}  // namespace
}  // namespace kindred
