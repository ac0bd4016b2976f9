#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>
#include <tuple>
#include <utility>

#include "recipes.hpp"
#include "servers/range_server.hpp"

namespace kindred::clitest {
namespace {

using testing::HasSubstr;
using testing::Not;

const char* const kSurvey =
    "  - name: routers\n"
    "    compare: [a, b]\n"
    "    select: [\"layers.{layer}.up\"]\n"
    "    survey: {plugin: router-alignment, as: experts, seed: 3}\n";

TEST(Survey, GivesFiguresTablesAndExpectations) {
  TempDir dir;
  writePair(dir, 1, 1);
  const RunResult result =
      runRecipe(dir, recipe(std::string(kSurvey) +
                            "expect:\n"
                            "  - {figure: routers.experts.min, at-least: 0.999}\n"
                            "  - {figure: routers.experts.identity.mean, equals: 1}\n"));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto report = reportOf(dir);
  const auto identity = summaryOf(report, "routers", "experts", "identity");
  EXPECT_EQ(identity.at("count"), 2);
  EXPECT_EQ(identity.at("model_b"), "b");
  const auto& table = report.at("tables").at(0);
  EXPECT_EQ(table.at("step"), "routers");
  EXPECT_EQ(table.at("rows").size(), 2u);
  const std::string csv = support::readFile(dir / "out/observations.csv");
  EXPECT_THAT(csv,
              HasSubstr("routers,experts,identity,a,layers.1.up,b,layers.1.up,1,1,,,2048,1\n"));
  EXPECT_THAT(result.out, HasSubstr("Routers of a and b"));
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
}

TEST(Survey, RecordsWhatItRead) {
  TempDir dir;
  writePair(dir, 1, 2);
  ASSERT_EQ(runRecipe(dir, recipe(kSurvey)).exit_code, 0);
  const auto manifest = nlohmann::json::parse(support::readFile(dir / "out/manifest.json"));
  EXPECT_EQ(manifest.at("ranges").size(), 4u);  // a weight a layer of each model, no norms
  for (const auto& range : manifest.at("ranges")) EXPECT_EQ(range.at("length"), 32 * 64 * 2);
  EXPECT_EQ(manifest.at("seeds").at("routers.experts"), "3");
}

TEST(Survey, GivesTheSameBitsForAnyNumberOfThreads) {
  TempDir dir;
  writePair(dir, 1, 2);
  ASSERT_EQ(runRecipe(dir, recipe(kSurvey), {"--jobs", "1"}).exit_code, 0);
  const std::string one = support::readFile(dir / "out/observations.csv");
  ASSERT_EQ(runRecipe(dir, recipe(kSurvey), {"--jobs", "5"}).exit_code, 0);
  EXPECT_EQ(support::readFile(dir / "out/observations.csv"), one);
}

TEST(Survey, IsPlannedWithTheBytesOfWhatItMayRead) {
  TempDir dir;
  writePair(dir, 1, 2);
  const auto file = dir.write("recipe.yaml", recipe(kSurvey));
  const RunResult result = support::run({"plan", file.string()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("16.4 kB"));  // 2 models, 2 layers, 32 x 64 x 2 bytes
  EXPECT_THAT(result.out, HasSubstr("surveys choose what they read: routers"));
}

TEST(Survey, ThatHasNothingToWorkOnNamesItsPlaceInTheRecipe) {
  TempDir dir;
  writePair(dir, 1, 2);
  const RunResult result = runRecipe(dir, recipe("  - name: s\n"
                                                 "    compare: [a, b]\n"
                                                 "    select: [\"layers.{layer}.norm\"]\n"
                                                 "    survey: router-alignment\n"));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("recipe.yaml:9:5: survey 'router-alignment': no router"));
}

TEST(Survey, OfAnotherKindOfPluginIsRefusedWithItsPlace) {
  TempDir dir;
  writePair(dir, 1, 2);
  const RunResult result = runRecipe(dir, recipe("  - name: s\n"
                                                 "    compare: [a, b]\n"
                                                 "    survey: cosine\n"
                                                 "  - name: t\n"
                                                 "    compare: [a, b]\n"
                                                 "    metrics: [router-alignment]\n"));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err,
              HasSubstr("recipe.yaml:11:13: plugin 'cosine' is a metric, not a survey"));
  EXPECT_THAT(result.err, HasSubstr("is a survey: the step needs 'survey'"));
}

// Two models with other ids for the same tokens; every row of the second is one of the first.
void writeEmbeddings(const TempDir& dir, int rows) {
  const TestTensor first = support::randomTensor("model.embed_tokens.weight", DType::BF16,
                                                 {static_cast<std::uint64_t>(rows), 128}, 9);
  const std::size_t row = 2 * 128;
  TestTensor second = first;
  second.bytes = first.bytes.substr(row) + first.bytes.substr(0, row);
  for (const auto& [name, tensor, shift] :
       {std::tuple{"a", &first, 0}, std::tuple{"b", &std::as_const(second), 1}}) {
    std::filesystem::create_directories(dir / name);
    support::writeSafetensors(dir / (std::string(name) + "/model.safetensors"), {*tensor});
    std::string vocabulary;
    for (int i = 0; i < rows; ++i) {
      vocabulary += (i == 0 ? "\"t" : ",\"t") + std::to_string((i + shift) % rows) +
                    "\":" + std::to_string(i);
    }
    dir.write(std::string(name) + "/tokenizer.json", R"({"model":{"vocab":{)" + vocabulary + "}}}");
  }
}

TEST(Survey, OfEmbeddingRowsGivesTheSameOverTheNetworkInFewRequests) {
  TempDir dir;
  writeEmbeddings(dir, 3000);
  const std::string steps =
      "  - name: tokens\n"
      "    compare: [a, b]\n"
      "    select: [\"model.embed_tokens.weight\"]\n"
      "    survey: {plugin: token-embeddings, tokens: 60, seed: 5}\n"
      "expect:\n"
      "  - {figure: tokens.token-embeddings.mean, at-least: 0.999}\n"
      "  - {figure: tokens.token-embeddings.shared.mean, equals: 3000}\n";
  const RunResult local = runRecipe(dir, recipe(steps));
  ASSERT_EQ(local.exit_code, 0) << local.out << local.err;
  const std::string right = support::readFile(dir / "out/observations.csv");

  servers::RangeServer server;
  for (const std::string model : {"a", "b"}) {
    for (const char* file : {"model.safetensors", "tokenizer.json"}) {
      server.serve("/" + model + "/" + file, servers::fileContent(dir / (model + "/" + file)));
    }
  }
  const std::string source =
      "sources.disk={plugin: http-range, layout: files, endpoint: \"" + server.endpoint() + "\"}";
  const auto file = dir.write("recipe.yaml", recipe(steps));
  const support::RunOptions options{
      .environment = {{"XDG_CACHE_HOME", (dir / "cache").string()}, {"HF_HOME", dir.text()}}};
  const RunResult plan = support::run({"plan", file.string(), "--set", source}, options);
  ASSERT_EQ(plan.exit_code, 0) << plan.err;
  EXPECT_THAT(plan.out, HasSubstr("30.7 kB"));  // 2 models, 60 rows of 256 bytes
  EXPECT_THAT(plan.out, HasSubstr("rows chosen when the survey runs: tokens"));
  const RunResult remote = support::run(
      {"run", file.string(), "--force", "--out", (dir / "out").string(), "--set", source}, options);
  ASSERT_EQ(remote.exit_code, 0) << remote.out << remote.err;
  EXPECT_EQ(support::readFile(dir / "out/observations.csv"), right);
  EXPECT_LT(server.count(".safetensors"), 30u);
}

TEST(Expectation, OfATestsOwnFigureIsMetAndAMistypedOneIsRefused) {
  TempDir dir;
  writePair(dir, 1, 2);
  const std::string steps =
      "  - {name: table, compare: [a, b], select: [\"layers.{layer}.norm\"], pair: all-layers, "
      "metrics: [cosine]}\n"
      "  - {name: order, test: {plugin: permutation-test, of: table.cosine}}\n"
      "expect:\n";
  const RunResult good =
      runRecipe(dir, recipe(steps + "  - {figure: order.permutations, at-least: 99}\n"));
  EXPECT_EQ(good.exit_code, 0) << good.out << good.err;
  EXPECT_THAT(good.out, HasSubstr("1 expectation met"));
  const RunResult bad =
      runRecipe(dir, recipe(steps + "  - {figure: order.permutation, at-least: 99}\n"));
  EXPECT_EQ(bad.exit_code, 2);
  EXPECT_THAT(bad.err, HasSubstr("recipe.yaml:12:14: test 'permutation-test' has no figure "
                                 "'permutation' (did you mean 'permutations'?)"));
}

}  // namespace
}  // namespace kindred::clitest
