// kindred compare with two names of models on a hub, no recipe and no files.
#include <map>

#include <gmock/gmock.h>

#include "recipes.hpp"
#include "servers/range_server.hpp"
#include "servers/stand_ins.hpp"

namespace kindred::clitest {
namespace {

using testing::HasSubstr;
using testing::Not;

class CompareRemote : public testing::Test {
 protected:
  CompareRemote() { servers::publishStandIns(server_, servers::Size::small); }

  RunResult kindred(std::vector<std::string> arguments) const {
    support::RunOptions options;
    options.environment = {{"HF_ENDPOINT", server_.endpoint()},
                           {"HF_TOKEN", token_},
                           {"HF_HOME", (dir_ / "hub").string()},
                           {"XDG_CACHE_HOME", (dir_ / "cache").string()},
                           {"HF_HUB_OFFLINE", offline_}};
    return support::run(std::move(arguments), options);
  }

  // "owner/name" and "owner/name", or either with "@revision".
  RunResult compare(const std::string& a, const std::string& b,
                    const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"compare", a, b, "--force", "--out", (dir_ / "out").string(),
                                   "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return kindred(words);
  }
  // A recipe over both.
  std::string recipeOf(const std::string& steps) const {
    return dir_
        .write("recipe.yaml",
               "kindred: 1\ntitle: a test\nsources:\n  hub: {plugin: http-range, endpoint: \"" +
                   server_.endpoint() +
                   "\"}\nmodels:\n  a: hub:zai-org/GLM-4.5-Air\n  b: "
                   "hub:PrimeIntellect/INTELLECT-3\nsteps:\n" +
                   steps)
        .string();
  }
  // Of few bytes: how they are asked for does not depend on how many there are.
  RunResult compareRelatives(std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--max-bytes", "8MB"});
    return compare("zai-org/GLM-4.5-Air", "PrimeIntellect/INTELLECT-3@main", more);
  }

  std::optional<std::string> token_, offline_;
  servers::RangeServer server_;
  TempDir dir_;
};

TEST(Endpoint, OfTheEnvironmentIsNamedByItsVariableWhereItIsNone) {
  const RunResult result = support::run({"compare", "org/a", "org/b", "--dry-run"},
                                        {.environment = {{"HF_ENDPOINT", "ftp://mirror.example"}}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, testing::StartsWith("kindred: HF_ENDPOINT, ftp://mirror.example: this is "
                                              "no http or https URL"));
}

TEST_F(CompareRemote, TwoNamesFindADescendant) {
  const RunResult result = compare("zai-org/GLM-4.5-Air", "PrimeIntellect/INTELLECT-3@main");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto report = nlohmann::json::parse(result.out);
  EXPECT_EQ(report.at("pairs").at(0).at("verdict").at("class"), "shared-weights");
}

TEST_F(CompareRemote, TwoNamesOfStrangersAreNoEvidence) {
  // Enough to say so; aligning all that there is takes most of a minute.
  const RunResult result =
      compare("upstage/Solar-Open-100B", "zai-org/GLM-4.5-Air", {"--max-bytes", "8MB"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto report = nlohmann::json::parse(result.out);
  EXPECT_EQ(report.at("pairs").at(0).at("verdict").at("class"), "no-evidence");
}

TEST_F(CompareRemote, AsksForOneLinkAFileAndIsNeverRefused) {
  token_ = "hf_never_shown";
  const RunResult result = compareRelatives();
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::map<std::string, int> ways;
  for (const servers::Seen& seen : server_.seen()) {
    EXPECT_LT(seen.status, 400) << seen.path;
    if (seen.path.find("/resolve/") != std::string::npos) ++ways[seen.path];
    if (seen.port == server_.endpointPort()) continue;
    EXPECT_EQ(seen.authorization, "") << seen.path;
    EXPECT_NE(seen.range, "") << seen.path;
  }
  for (const auto& [path, count] : ways) EXPECT_EQ(count, 1) << path;
  EXPECT_THAT(result.out + result.err, Not(HasSubstr("hf_never_shown")));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_.text())) {
    if (!entry.is_regular_file()) continue;
    EXPECT_THAT(support::readFile(entry.path()), Not(HasSubstr("hf_never_shown"))) << entry.path();
  }
}

// A server that answers nothing before all of it was asked for: one after another would wait for
// ever.
TEST_F(CompareRemote, BothModelsListsFilesAndHeadersAreAskedForTogether) {
  server_.answerTogether({"/api/models/zai-org/GLM-4.5-Air", "/api/models/PrimeIntellect/"});
  ASSERT_EQ(kindred({"plan", recipeOf("  - {name: same, compare: [a, b], metrics: [cosine]}\n")})
                .exit_code,
            0);
  std::filesystem::remove_all(dir_ / "cache");
  std::vector<std::string> parts;
  for (const std::string& model : {"GLM-4.5-Air/resolve/" + std::string(40, 'b'),
                                   "INTELLECT-3/resolve/" + std::string(40, 'd')}) {
    // As many as there are connections.
    for (const char* file : {"config.json", "model.safetensors.index.json", "tokenizer.json",
                             "model-00001-of-00002.safetensors"}) {
      parts.push_back(model + "/" + file);
    }
  }
  server_.answerTogether(parts);
  server_.forget();
  const RunResult result =
      kindred({"plan", recipeOf("  - {name: same, compare: [a, b], metrics: [cosine]}\n"
                                "  - {name: words, tokenizers: [a, b]}\n")});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  for (const std::string& part : parts) EXPECT_EQ(server_.count(part), 1U) << part;
}

TEST_F(CompareRemote, NoServerGetsMoreThanEightConnections) {
  server_.delay(std::chrono::milliseconds(5));
  const RunResult result = compareRelatives();
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_LE(server_.connections(server_.endpointPort()), 8U);
  EXPECT_LE(server_.connections(server_.storagePort()), 8U);
}

TEST_F(CompareRemote, OutlastsALimitOfRequestsAndSaysSo) {
  server_.limit({.requests = 4, .window = std::chrono::seconds(2)});
  const RunResult result = compareRelatives();
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err,
              testing::ContainsRegex("waiting [0-9]+ s for 127.0.0.1: it answered 429"));
  EXPECT_THAT(result.err, HasSubstr("HF_TOKEN"));
}

TEST_F(CompareRemote, OutlastsAStorageThatIsDownForAWhile) {
  server_.failFleet(
      0, {.kind = servers::Fault::Kind::status, .status = 403, .lasting = std::chrono::seconds(3)});
  const RunResult result = compareRelatives();
  ASSERT_EQ(result.exit_code, 0) << result.err;
}

TEST_F(CompareRemote, AServerThatRefusesEverythingIsNamedWithItsStatus) {
  server_.failEndpoint({.kind = servers::Fault::Kind::status, .status = 410});
  const RunResult result = compareRelatives();
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("410"));
  EXPECT_THAT(result.err, HasSubstr(server_.endpoint()));
}

TEST_F(CompareRemote, AnUnknownNameIsOneClearError) {
  const RunResult result = compare("zai-org/GLM-4.5-Air", "zai-org/no-such-model");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("zai-org/no-such-model"));
  EXPECT_THAT(result.err, HasSubstr("check the name"));
}

TEST_F(CompareRemote, TheRecipeNamesTheCommitAndTheEndpoint) {
  const RunResult result = compareRelatives();
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto models = nlohmann::json::parse(result.out).at("models");
  const std::string recipe = support::readFile(dir_ / "out/recipe.yaml");
  EXPECT_THAT(recipe, HasSubstr("endpoint: \"" + server_.endpoint() + "\""));
  EXPECT_THAT(recipe, testing::Not(HasSubstr("@main")));
  for (const auto& model : models) {
    const std::string revision = model.at("revision");
    EXPECT_EQ(revision.size(), 40u);
    EXPECT_THAT(recipe, HasSubstr("@" + revision));
    EXPECT_THAT(std::string(model.at("address")), HasSubstr("@" + revision));
  }
  const auto manifest = nlohmann::json::parse(support::readFile(dir_ / "out/manifest.json"));
  EXPECT_EQ(manifest.at("recipe").at("text"), recipe);
}

TEST_F(CompareRemote, WorksOfflineOnceItHasWorkedOnline) {
  const RunResult online = compareRelatives();
  ASSERT_EQ(online.exit_code, 0) << online.err;
  server_.forget();
  const RunResult offline = compareRelatives({"--offline"});
  ASSERT_EQ(offline.exit_code, 0) << offline.err;
  EXPECT_EQ(nlohmann::json::parse(offline.out).at("pairs"),
            nlohmann::json::parse(online.out).at("pairs"));
  EXPECT_TRUE(server_.seen().empty());
}

// As transformers leaves it behind: configurations first, weights when they are asked for.
TEST_F(CompareRemote, TheHubsOwnCacheIsReadOfflineAndSaidToBeAllThatIsKnown) {
  const std::string commit(40, 'e'), model = "hub/hub/models--org--kept/";
  dir_.write(model + "refs/main", commit);
  dir_.write(model + "snapshots/" + commit + "/config.json", "{}");
  offline_ = "1";
  const RunResult part = kindred({"inspect", "org/kept"});
  EXPECT_EQ(part.exit_code, 2);
  EXPECT_THAT(part.err, testing::AllOf(HasSubstr("what the Hub's own tools have fetched"),
                                       HasSubstr("HF_HUB_OFFLINE is set")));
  dir_.write(model + "snapshots/" + commit + "/model.safetensors",
             support::safetensorsBytes({support::tensorOf("a", DType::F32, {1}, {1})}));
  const RunResult whole = kindred({"inspect", "org/kept", "--json"});
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  EXPECT_EQ(nlohmann::json::parse(whole.out).at("tensors").size(), 1U);
  EXPECT_TRUE(server_.seen().empty());
}

TEST_F(CompareRemote, AModelIsNamedByItsPageOrItsFileAndASingleWordIsASlip) {
  server_.publish(
      "gpt", "main", std::string(40, 'c'),
      {{"model.safetensors", servers::textContent(support::safetensorsBytes(
                                 {support::tensorOf("a", DType::F32, {1}, {1})}))},
       {"model.fp16.safetensors", servers::textContent(support::safetensorsBytes(
                                      {support::tensorOf("b", DType::F32, {1}, {1})}))}});
  const RunResult slip = kindred({"inspect", "gpt"});
  EXPECT_EQ(slip.exit_code, 2);
  EXPECT_THAT(slip.err, HasSubstr("gpt: there is no such file or folder (for a model of the Hub "
                                  "write org/name or hub:gpt)"));
  EXPECT_TRUE(server_.seen().empty());
  const RunResult word = kindred({"inspect", "hub:gpt"});
  EXPECT_EQ(word.exit_code, 0) << word.err;
  EXPECT_THAT(word.err, HasSubstr("name one as gpt@main:model.fp16.safetensors to read it"));
  for (const char* text : {"gpt@main:model.fp16.safetensors", "hub:gpt:model.fp16.safetensors",
                           "https://huggingface.co/gpt/blob/main/model.fp16.safetensors",
                           "hf://gpt@main/model.fp16.safetensors"}) {
    const RunResult file = kindred({"inspect", text, "--json"});
    ASSERT_EQ(file.exit_code, 0) << file.err;
    EXPECT_EQ(nlohmann::json::parse(file.out).at("tensors").at(0).at("name"), "b") << text;
  }
}

}  // namespace
}  // namespace kindred::clitest
