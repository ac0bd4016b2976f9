// Steps about what stands beside the tensors, through the program.
#include <gmock/gmock.h>

#include "recipes.hpp"
#include "servers/range_server.hpp"

namespace kindred::clitest {
namespace {

using servers::RangeServer;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kTokenizerA =
    R"({"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2}, "merges": ["a b", "b c"]}})";
constexpr const char* kTokenizerB =
    R"({"model": {"type": "BPE", "vocab": {"b": 1, "c": 3, "d": 0, "e": 2}, "merges": ["b c"]}})";

// a/ and b/ with documents beside their weights.
class Documents : public testing::Test {
 protected:
  Documents() {
    writePair(dir_, 1, 2);
    dir_.write("a/config.json", R"({"model_type": "llama", "hidden_size": 64, "layers": 2})");
    dir_.write("b/config.json", R"({"model_type": "llama", "hidden_size": 32, "extra": {"x": 1}})");
    dir_.write("a/tokenizer.json", kTokenizerA);
    dir_.write("b/tokenizer.json", kTokenizerB);
    dir_.write("a/modeling_a.py", "def forward(x):\n    return x + 1\n");
    dir_.write("b/modeling_b.py", "def forward(x):\n    return x + 2\n");
    dir_.write("a/LICENSE.txt", licence());
  }

  // Apache-2.0 with a clause more and a paragraph changed.
  static std::string licence() {
    std::string text = support::readFile("/usr/share/common-licenses/Apache-2.0");
    const std::string end = "   END OF TERMS AND CONDITIONS", old = "royalty-free, irrevocable";
    text.insert(text.find(end), "   10. Competition. You may not compete with us.\n\n");
    return text.replace(text.find(old), old.size(), "royalty-free, revocable");
  }

  void expectValue(const std::string& step, const std::string& verb, const std::string& figure,
                   double value) const {
    EXPECT_EQ(summaryOf(reportOf(dir_), step, verb, figure).at("mean"), value) << figure;
  }

  // The tables of a step in report.json.
  std::vector<nlohmann::json> tablesOf(const std::string& step) const {
    std::vector<nlohmann::json> tables;
    const auto report = reportOf(dir_);
    for (const auto& table : report.at("tables")) {
      if (table.at("step") == step) tables.push_back(table);
    }
    return tables;
  }

  TempDir dir_;
};

const char* const kAllSteps =
    "  - {name: settings, configs: [a, b]}\n"
    "  - {name: words, tokenizers: [a, b]}\n"
    "  - {name: terms, licence: a, against: Apache-2.0}\n"
    "  - {name: tensors, inventory: [a, b]}\n"
    "  - {name: size, inventory: [a], claims: {total: 4224}}\n"
    "  - {name: files, manifests: [a, b]}\n"
    "  - {name: code, model-code: [a, b]}\n";

TEST_F(Documents, GiveFiguresThatExpectationsCanName) {
  const RunResult result = runRecipe(
      dir_, recipe(std::string(kAllSteps) +
                   "expect:\n"
                   "  - {figure: settings.configs.differs.max, equals: 1}\n"
                   "  - {figure: settings.configs.mean, equals: 1, origin: the first is same}\n"
                   "  - {figure: words.tokenizers.jaccard.mean, equals: 0.4}\n"
                   "  - {figure: words.tokenizers.same_id.mean, equals: 1}\n"
                   "  - {figure: terms.licence.added.mean, equals: 1}\n"
                   "  - {figure: terms.licence.changed.mean, equals: 1}\n"
                   "  - {figure: terms.licence.removed.mean, equals: 0}\n"
                   "  - {figure: tensors.inventory.comparable.mean, equals: 4}\n"
                   "  - {figure: tensors.inventory.tensors.count, equals: 2}\n"
                   "  - {figure: size.inventory.total_of_claim.mean, equals: 1}\n"
                   "  - {figure: files.manifests.files.max, equals: 5}\n"
                   "  - {figure: files.manifests.equal_hashes.count, equals: 0}\n"
                   "  - {figure: code.model-code.identical.mean, equals: 0}\n"
                   "  - {figure: code.model-code.similarity.min, between: [0.5, 0.99]}\n"));
  EXPECT_EQ(result.exit_code, 0) << result.err << result.out;
  EXPECT_THAT(result.out, Not(HasSubstr("UNMET")));
}

TEST_F(Documents, GiveTablesInTheReport) {
  ASSERT_EQ(runRecipe(dir_, recipe(kAllSteps)).exit_code, 0);
  const auto settings = tablesOf("settings");
  ASSERT_EQ(settings.size(), 1U);
  EXPECT_EQ(settings[0].at("columns"), nlohmann::json({"key", "a", "b", "found"}));
  EXPECT_EQ(settings[0].at("rows").at(0), nlohmann::json({"hidden_size", "64", "32", "differs"}));
  EXPECT_THAT(settings[0].at("note").get<std::string>(), HasSubstr("nothing about weights"));
  const auto terms = tablesOf("terms");
  ASSERT_FALSE(terms.empty());
  EXPECT_THAT(terms[0].at("rows").dump(), HasSubstr("You may not compete with us."));
  EXPECT_THAT(terms[0].at("rows").dump(), HasSubstr("[-irrevocable-] {+revocable+}"));
  EXPECT_FALSE(tablesOf("tensors").empty());
  EXPECT_FALSE(tablesOf("files").empty());
  EXPECT_FALSE(tablesOf("code").empty());
}

TEST_F(Documents, StandInTheManifestWithTheHashOfTheirBytes) {
  ASSERT_EQ(runRecipe(dir_, recipe("  - {name: settings, configs: [a, b]}\n")).exit_code, 0);
  const auto manifest = nlohmann::json::parse(support::readFile(dir_ / "out/manifest.json"));
  ASSERT_EQ(manifest.at("ranges").size(), 2U);
  EXPECT_EQ(manifest.at("ranges").at(0).at("file"), "config.json");
  EXPECT_EQ(manifest.at("ranges").at(0).at("length"),
            std::filesystem::file_size(dir_ / "a/config.json"));
  ASSERT_EQ(manifest.at("models").size(), 2U);
  EXPECT_EQ(manifest.at("models").at(0).at("files").size(), 1U) << "headers are not read";
}

TEST_F(Documents, NeedNoWeights) {
  std::filesystem::remove(dir_ / "a/model.safetensors");
  const RunResult result = runRecipe(dir_, recipe("  - {name: words, tokenizers: [a, b]}\n"));
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST_F(Documents, ThatAreMissingAreNamedWithThePlaceOfTheStep) {
  std::filesystem::remove(dir_ / "b/tokenizer.json");
  const RunResult result = runRecipe(dir_, recipe("  - {name: words, tokenizers: [a, b]}\n"));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("recipe.yaml:9:5: step 'words': model 'b' (disk:b) has no "
                                    "tokenizer.json"));
}

TEST_F(Documents, ThatAreBrokenAreNamed) {
  dir_.write("b/tokenizer.json", "{\"model\": ");
  const RunResult result = runRecipe(dir_, recipe("  - {name: words, tokenizers: [a, b]}\n"));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("b/tokenizer.json: the file is not valid JSON: "));
}

TEST_F(Documents, ArePlannedWithTheirBytes) {
  const auto file = dir_.write("recipe.yaml", recipe("  - {name: words, tokenizers: [a, b]}\n"));
  const RunResult result = support::run({"plan", file.string(), "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto plan = nlohmann::json::parse(result.out);
  EXPECT_EQ(plan.at("steps").at(0).at("bytes"),
            std::string(kTokenizerA).size() + std::string(kTokenizerB).size());
  EXPECT_EQ(plan.at("bytes_by_model").at("a"), std::string(kTokenizerA).size());
}

TEST_F(Documents, AreCheckedWithoutAModel) {
  const auto check = [&](const std::string& steps) {
    const auto file = dir_.write("elsewhere/recipe.yaml", recipe(steps));
    return support::run({"check", file.string()});
  };
  EXPECT_EQ(check(kAllSteps).exit_code, 0);
  const RunResult unknown = check("  - {name: terms, licence: a, against: Apache-3.0}\n");
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("recipe.yaml:9:40: no text of a licence 'Apache-3.0'"));
  EXPECT_THAT(unknown.err, HasSubstr("Apache-2.0"));
  const RunResult missing = check("  - {name: terms, licence: a, against: \"file:terms.txt\"}\n");
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.err, HasSubstr("elsewhere/terms.txt: there is no such file"));
}

TEST_F(Documents, HoldALicenceAgainstAFileBesideTheRecipe) {
  dir_.write("terms.txt", "1. Do good.\n");
  dir_.write("a/LICENSE.txt", "1. Do good.\n\n2. Do better.\n");
  ASSERT_EQ(runRecipe(dir_, recipe("  - {name: terms, licence: a, against: \"file:terms.txt\"}\n"))
                .exit_code,
            0);
  expectValue("terms", "licence", "added", 1);
  expectValue("terms", "licence", "unchanged", 1);
}

// The same documents on a Hub.
class RemoteDocuments : public Documents {
 protected:
  RemoteDocuments() {
    for (const std::string model : {"a", "b"}) {
      std::map<std::string, servers::Content> files;
      for (const auto& entry : std::filesystem::directory_iterator(dir_ / model)) {
        const std::string name = entry.path().filename().string();
        files[name] = servers::fileContent(entry.path());
        if (name.ends_with(".safetensors")) files[name].sha256 = std::string(64, 'e');
      }
      server_.publish("org/" + model, "main", std::string(40, 'c'), files);
    }
  }

  RunResult runRemote(const std::string& steps) const {
    const auto file =
        dir_.write("recipe.yaml", "kindred: 1\nsources:\n  hub: {plugin: http-range, endpoint: \"" +
                                      server_.endpoint() +
                                      "\"}\nmodels: {a: \"hub:org/a\", b: \"hub:org/b\"}\n"
                                      "steps:\n" +
                                      steps);
    return support::run({"run", file.string(), "--force", "--out", (dir_ / "out").string()},
                        {.environment = {{"XDG_CACHE_HOME", (dir_ / "cache").string()},
                                         {"HF_HOME", dir_.text()},
                                         {"HF_ENDPOINT", std::nullopt}}});
  }

  RangeServer server_;
};

TEST_F(RemoteDocuments, AreReadWithoutTouchingWeights) {
  const RunResult result = runRemote(
      "  - {name: settings, configs: [a, b]}\n"
      "  - {name: words, tokenizers: [a, b]}\n"
      "  - {name: terms, licence: a, against: Apache-2.0}\n"
      "  - {name: code, model-code: [a, b]}\n");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  expectValue("settings", "configs", "differs", 1);
  expectValue("words", "tokenizers", "common", 2);
  expectValue("terms", "licence", "added", 1);
  EXPECT_EQ(server_.count(".safetensors"), 0U);
}

TEST_F(RemoteDocuments, ListFilesWithCommitAndPublishedHash) {
  const RunResult result = runRemote("  - {name: files, manifests: [a, b]}\n");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  expectValue("files", "manifests", "equal_hashes", 1);
  const auto tables = tablesOf("files");
  EXPECT_THAT(tables.at(0).dump(), HasSubstr(std::string(40, 'c')));
  EXPECT_THAT(tables.at(2).dump(), HasSubstr("modeling_a.py"));
  EXPECT_THAT(tables.at(2).dump(), HasSubstr(std::string(64, 'e')));
}

TEST_F(RemoteDocuments, AreInventoriedFromHeaders) {
  const RunResult result = runRemote("  - {name: tensors, inventory: [a, b]}\n");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  expectValue("tensors", "inventory", "comparable", 4);
}

}  // namespace
}  // namespace kindred::clitest
