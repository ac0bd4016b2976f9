// Recipes over the network: the same figures as from a disk, and nothing fetched twice.
#include <gmock/gmock.h>

#include "recipes.hpp"
#include "servers/range_server.hpp"

namespace kindred::clitest {
namespace {

using servers::Content;
using servers::RangeServer;
using testing::HasSubstr;
using testing::Not;

const std::string kPublished(40, 'c');

class RemoteRecipe : public testing::Test {
 protected:
  RemoteRecipe() {
    writePair(dir_, 1, 2);
    for (const auto& [name, seed] : {std::pair{"c", 5U}, {"d", 50U}}) {
      support::writeShards(
          dir_ / name, {{support::randomTensor("layers.0.norm", DType::F16, {64}, seed),
                         support::randomTensor("layers.1.norm", DType::F32, {64}, seed + 1)},
                        {support::randomTensor("layers.0.up", DType::BF16, {900, 700}, seed + 2)}});
    }
    for (const std::string model : {"a", "b", "c", "d"}) {
      std::map<std::string, Content> files;
      for (const auto& entry : std::filesystem::directory_iterator(dir_ / model)) {
        const std::string name = entry.path().filename().string();
        Content content = servers::fileContent(entry.path());
        server_.serve("/" + model + "/" + name, content);
        if (name.ends_with(".safetensors")) content.sha256 = std::string(63, 'e') + model;
        files[name] = content;
      }
      server_.publish("org/" + model, "main", kPublished, files);
    }
  }

  // The recipe with one line of its own: where `disk` comes from.
  std::string recipeFrom(const std::string& source, const std::string& prefix = "") const {
    return "kindred: 1\ntitle: a test\nsources:\n  disk: " + source +
           "\nmodels:\n  a: disk:" + prefix + "a\n  b: disk:" + prefix + "b\n  c: disk:" + prefix +
           "c\n  d: disk:" + prefix + "d\nsteps:\n" + kSameName +
           "  - {name: heads, compare: [a, c], select: [\"layers.{layer}.norm\"], pair: "
           "all-layers, "
           "sample: {head: 16}, metrics: [cosine]}\n"
           "  - {name: blocks, compare: [c, d], select: [\"*.up\"], "
           "sample: {blocks: 9, of: 4096, seed: 7}, metrics: [mad]}\n";
  }
  std::string fromHub() const {
    return "{plugin: http-range, endpoint: \"" + server_.endpoint() + "\"}";
  }
  std::string fromFiles() const {
    return "{plugin: http-range, layout: files, endpoint: \"" + server_.endpoint() + "\"}";
  }

  RunResult run(const std::string& command, const std::string& text,
                std::vector<std::string> options = {}) const {
    std::vector<std::string> arguments{command, dir_.write("recipe.yaml", text).string()};
    if (command == "run") {
      arguments.insert(arguments.end(), {"--force", "--out", (dir_ / "out").string()});
    }
    arguments.insert(arguments.end(), options.begin(), options.end());
    return support::run(arguments, {.environment = {{"XDG_CACHE_HOME", (dir_ / "cache").string()},
                                                    {"HF_HOME", dir_.text()},
                                                    {"HF_TOKEN", "hf_never_shown"},
                                                    {"HF_ENDPOINT", std::nullopt}}});
  }
  std::string observations() const { return support::readFile(dir_ / "out/observations.csv"); }
  std::size_t weightRequests() const {
    return server_.count(".safetensors") - server_.count(".index.json");
  }

  TempDir dir_;
  RangeServer server_;
};

TEST_F(RemoteRecipe, GivesTheSameObservationsAsFromDisk) {
  const RunResult local = run("run", recipeFrom("{plugin: local-mmap, root: .}"));
  ASSERT_EQ(local.exit_code, 0) << local.err;
  const std::string right = observations();
  EXPECT_GT(std::count(right.begin(), right.end(), '\n'), 40);

  const RunResult files = run("run", recipeFrom(fromFiles()));
  ASSERT_EQ(files.exit_code, 0) << files.err;
  EXPECT_EQ(observations(), right);

  const RunResult hub = run("run", recipeFrom(fromHub(), "org/"));
  ASSERT_EQ(hub.exit_code, 0) << hub.err;
  EXPECT_EQ(observations(), right);
  EXPECT_GT(weightRequests(), 0U);
}

TEST_F(RemoteRecipe, FetchesNoWeightsTheSecondTime) {
  ASSERT_EQ(run("run", recipeFrom(fromHub(), "org/")).exit_code, 0);
  const std::string first = observations();
  server_.forget();
  const RunResult again = run("run", recipeFrom(fromHub(), "org/"));
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(observations(), first);
  EXPECT_EQ(weightRequests(), 0U);
  EXPECT_EQ(server_.seen().size(), 4U) << "what the branch means, for each model";
}

TEST_F(RemoteRecipe, RunsOfflineFromWhatWasFetched) {
  ASSERT_EQ(run("run", recipeFrom(fromHub(), "org/")).exit_code, 0);
  const std::string first = observations();
  server_.forget();
  const RunResult offline = run("run", recipeFrom(fromHub(), "org/"), {"--offline"});
  ASSERT_EQ(offline.exit_code, 0) << offline.err;
  EXPECT_EQ(observations(), first);
  EXPECT_EQ(server_.seen().size(), 0U);
}

TEST_F(RemoteRecipe, SaysOfflineWhatIsMissing) {
  const RunResult nothing = run("run", recipeFrom(fromHub(), "org/"), {"--offline"});
  EXPECT_EQ(nothing.exit_code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("/org/a@main: the model's list of files is not in the cache"));
  EXPECT_EQ(server_.seen().size(), 0U);

  // Headers are there, one large tensor is not.
  ASSERT_EQ(run("plan", recipeFrom(fromHub(), "org/")).exit_code, 0);
  server_.forget();
  const RunResult offline = run("run", recipeFrom(fromHub(), "org/"), {"--offline"});
  EXPECT_EQ(offline.exit_code, 2);
  EXPECT_THAT(offline.err, HasSubstr("not in the cache:\n"));
  EXPECT_THAT(offline.err, HasSubstr("model-00002-of-00002.safetensors: bytes "));
  EXPECT_EQ(server_.seen().size(), 0U);
}

TEST_F(RemoteRecipe, IsPlannedWithoutReadingAWeight) {
  const RunResult plan = run("plan", recipeFrom(fromHub(), "org/"));
  ASSERT_EQ(plan.exit_code, 0) << plan.err;
  EXPECT_THAT(plan.out, HasSubstr("requests"));
  // Two a shard: to the Hub for the way, to the storage for the header.
  EXPECT_EQ(weightRequests(), 6U * 2U);
}

TEST_F(RemoteRecipe, OverItsBudgetIsRefusedBeforeAnythingIsRead) {
  ASSERT_EQ(run("plan", recipeFrom(fromHub(), "org/")).exit_code, 0);
  server_.forget();
  const RunResult result = run("run", recipeFrom(fromHub(), "org/"), {"--max-bytes", "1KB"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--max-bytes"));
  EXPECT_EQ(weightRequests(), 0U);
}

TEST_F(RemoteRecipe, RecordsCommitSizeAndHashAndNoToken) {
  ASSERT_EQ(run("run", recipeFrom(fromHub(), "org/")).exit_code, 0);
  const std::string manifest = support::readFile(dir_ / "out/manifest.json");
  EXPECT_THAT(manifest, HasSubstr(kPublished));
  EXPECT_THAT(manifest, HasSubstr(std::string(63, 'e') + "a"));
  EXPECT_THAT(manifest,
              HasSubstr(std::to_string(std::filesystem::file_size(dir_ / "a/model.safetensors"))));
  for (const auto& entry : std::filesystem::directory_iterator(dir_ / "out")) {
    const std::string text = support::readFile(entry.path());
    EXPECT_THAT(text, Not(HasSubstr("hf_never_shown"))) << entry.path();
    EXPECT_THAT(text, Not(HasSubstr("Signature="))) << entry.path();
  }
}

TEST_F(RemoteRecipe, OfABrokenServerEndsWithOneClearError) {
  // Larger than what is read of a file at first, so that a range in its middle is asked for.
  const std::vector<TestTensor> large{support::randomTensor("up", DType::F32, {300, 300}, 1)};
  for (const std::string model : {"a", "b"}) {
    support::writeSafetensors(dir_ / (model + "/model.safetensors"), large);
    server_.serve("/" + model + "/model.safetensors",
                  servers::fileContent(dir_ / (model + "/model.safetensors")));
  }
  server_.fail("/a/model.safetensors", {.kind = servers::Fault::Kind::whole_file, .after = 1});
  const RunResult result =
      run("run", "kindred: 1\ntitle: a test\nsources:\n  disk: " + fromFiles() +
                     "\nmodels: {a: \"disk:a\", b: \"disk:b\"}\nsteps:\n" + kSameName);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr(server_.endpoint() + "/a/model.safetensors: bytes "));
  EXPECT_THAT(result.err, HasSubstr("ignores byte ranges"));
}

}  // namespace
}  // namespace kindred::clitest
