#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>

#include "recipes.hpp"
#include "support/sanitized.hpp"

namespace kindred::clitest {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Run, OfEqualCheckpointsFindsCosineOneAndNoDifference) {
  TempDir dir;
  writePair(dir, 1, 1);
  const RunResult result = runRecipe(dir, recipe(kSameName));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto report = reportOf(dir);
  EXPECT_EQ(summaryOf(report, "same", "cosine", "cosine").at("min"), 1.0);
  EXPECT_EQ(summaryOf(report, "same", "mad", "mad").at("max"), 0.0);
  EXPECT_EQ(summaryOf(report, "same", "mad", "equal").at("min"), 1.0);
  EXPECT_EQ(report.at("complete"), true);
}

TEST(Run, OfUnrelatedCheckpointsFindsNoCosine) {
  TempDir dir;
  writePair(dir, 1, 100);
  ASSERT_EQ(runRecipe(dir, recipe(kSameName)).exit_code, 0);
  const auto cosine = summaryOf(reportOf(dir), "same", "cosine", "cosine");
  EXPECT_LT(cosine.at("max").get<double>(), 0.5);
  EXPECT_EQ(cosine.at("count"), 4);
}

// A recipe may be a stranger's: what it says neither steers a terminal nor hides what follows.
TEST(Run, OfARecipeWithControlCharactersShowsThemEscaped) {
  TempDir dir;
  writePair(dir, 1, 1);
  std::string text = recipe(
      "  - {name: same, compare: [a, b], pair: same-name, metrics: [cosine],"
      " note: \"\\x1b[8mhidden\", claim: \"\\x9b2J\"}\n");
  const std::string title = "title: a test";
  const std::size_t at = text.find(title);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, title.size(),
               "title: \"\\x1b[2J\\x1b[HNo evidence\"\nclaim: \"\\x1b]0;title\\x07\"\n"
               "why: \"\\u202eback\"");
  const RunResult result = runRecipe(dir, text);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  for (const char* raw : {"\x1b", "\x07", "\xc2\x9b", "\xe2\x80\xae"}) {
    EXPECT_THAT(result.out, Not(HasSubstr(raw)));
  }
  EXPECT_THAT(result.out, HasSubstr("\\u001b[2J\\u001b[HNo evidence"));
}

TEST(Run, WritesOneObservationAPairAndFigure) {
  TempDir dir;
  writePair(dir, 1, 2);
  ASSERT_EQ(runRecipe(dir, recipe(kSameName)).exit_code, 0);
  const std::string csv = support::readFile(dir / "out/observations.csv");
  EXPECT_THAT(csv, HasSubstr("step,metric,figure,model_a,tensor_a,model_b,tensor_b,layer_a,layer_b,"
                             "expert_a,expert_b,elements,value\n"));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 4 * 10);
  EXPECT_THAT(csv, HasSubstr("same,cosine,cosine,a,layers.0.norm,b,layers.0.norm,"));
}

TEST(Run, GivesTheSameBitsForAnyNumberOfThreads) {
  TempDir dir;
  writePair(dir, 1, 2);
  std::vector<TestTensor> big{support::randomTensor("w", DType::BF16, {5000, 1000}, 3)};
  support::writeSafetensors(dir / "a/model.safetensors", big);
  big = {support::randomTensor("w", DType::BF16, {5000, 1000}, 4)};
  support::writeSafetensors(dir / "b/model.safetensors", big);
  ASSERT_EQ(runRecipe(dir, recipe(kSameName), {"--jobs", "1"}).exit_code, 0);
  const std::string one = support::readFile(dir / "out/observations.csv");
  ASSERT_EQ(runRecipe(dir, recipe(kSameName), {"--jobs", "5"}).exit_code, 0);
  EXPECT_EQ(support::readFile(dir / "out/observations.csv"), one);
}

TEST(Run, OfDifferentlyReadFilesGivesTheSameBits) {
  TempDir dir;
  writePair(dir, 1, 2);
  std::string first;
  for (const char* read : {"auto", "map", "pread"}) {
    const RunResult result =
        runRecipe(dir, recipe(kSameName), {"--set", std::string("sources.disk.read=") + read});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const std::string csv = support::readFile(dir / "out/observations.csv");
    if (first.empty()) first = csv;
    EXPECT_EQ(csv, first) << read;
  }
}

TEST(Run, ExitsWithThreeWhereAnExpectationIsUnmet) {
  TempDir dir;
  writePair(dir, 1, 2);
  const RunResult result =
      runRecipe(dir, recipe(std::string(kSameName) +
                            "expect:\n  - {figure: same.cosine.mean, at-least: 0.9}\n"
                            "  - {figure: same.cosine.count, equals: 4}\n"));
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out, HasSubstr("UNMET: same.cosine.mean"));
  EXPECT_THAT(result.out, HasSubstr("1 expectation met\n"));
  const auto report = reportOf(dir);
  EXPECT_EQ(report.at("expectations").at(0).at("met"), false);
  EXPECT_EQ(report.at("expectations").at(1).at("met"), true);
}

TEST(Run, ListsWhatIsLeftOutWithTheReason) {
  TempDir dir;
  writePair(dir, 1, 2);
  support::writeSafetensors(dir / "b/model.safetensors",
                            {support::randomTensor("layers.0.norm", DType::F32, {32}, 1),
                             support::randomTensor("layers.0.up", DType::BF16, {32, 64}, 1)});
  ASSERT_EQ(runRecipe(dir, recipe(kSameName)).exit_code, 0);
  const auto left_out = reportOf(dir).at("steps").at(0).at("left_out");
  ASSERT_EQ(left_out.size(), 3u);
  EXPECT_EQ(left_out.at(0).at("reason"), "shapes differ: [64] and [32]");
  EXPECT_EQ(left_out.at(1).at("reason"), "no counterpart in b");
}

TEST(Run, RefusesAStepThatComparesNothing) {
  TempDir dir;
  writePair(dir, 1, 2);
  support::writeSafetensors(dir / "b/model.safetensors",
                            {support::randomTensor("other", DType::F32, {32}, 1)});
  const RunResult result = runRecipe(dir, recipe(kSameName));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("recipe.yaml:9:5: step 'same' compares nothing"));
}

TEST(Run, NamesNearMissesOfAPatternThatMatchesNothing) {
  TempDir dir;
  writePair(dir, 1, 2);
  const RunResult result =
      runRecipe(dir, recipe("  - name: same\n    compare: [a, b]\n"
                            "    select: [\"layers.{layer}.nrom\"]\n    metrics: [cosine]\n"));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("recipe.yaml:11:14: pattern 'layers.{layer}.nrom' matches no "
                                    "tensor of model 'a' (did you mean 'layers.{layer}.norm'"));
}

TEST(Run, RefusesUnknownParametersAndPluginsWithPlaceAllAtOnce) {
  TempDir dir;
  writePair(dir, 1, 2);
  const RunResult result = runRecipe(
      dir, recipe("  - name: same\n    compare: [a, b]\n"
                  "    metrics: [cosin, {plugin: cosine, centered: true, as: r}, byte-hash]\n"));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("recipe.yaml:11:15: "));
  EXPECT_THAT(result.err, HasSubstr("'cosin'"));
  EXPECT_THAT(result.err, HasSubstr("did you mean 'cosine'?"));
  EXPECT_THAT(result.err, HasSubstr("recipe.yaml:11:39: "));
  EXPECT_THAT(result.err, HasSubstr("did you mean 'centred'?"));
  EXPECT_THAT(result.err, HasSubstr("the step needs 'pair: content'"));
  EXPECT_FALSE(std::filesystem::exists(dir / "out"));
}

TEST(Run, RefusesAFigureThatTheMetricDoesNotDeclare) {
  TempDir dir;
  writePair(dir, 1, 2);
  const RunResult result = runRecipe(
      dir,
      recipe(std::string(kSameName) + "expect:\n  - {figure: same.mad.p998.max, at-most: 1}\n"));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("metric 'mad' has no figure 'p998'"));
}

TEST(Run, FindsEqualContentUnderOtherNames) {
  TempDir dir;
  writePair(dir, 1, 2);
  TestTensor renamed = support::randomTensor("layers.0.up", DType::BF16, {32, 64}, 11);
  renamed.name = "renamed";
  support::writeSafetensors(dir / "b/model.safetensors", {renamed});
  const RunResult result =
      runRecipe(dir, recipe("  - name: bytes\n    compare: [a, b]\n    pair: content\n"
                            "    metrics: [byte-hash]\n"));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::string csv = support::readFile(dir / "out/observations.csv");
  EXPECT_THAT(csv, HasSubstr("bytes,byte-hash,byte-hash,a,layers.0.up,b,renamed,,,,,2048,1\n"));
}

TEST(Run, ComparesSeededBlocksTheSameWayEachTime) {
  TempDir dir;
  writePair(dir, 1, 2);
  const std::string steps =
      "  - name: same\n    compare: [a, b]\n    select: [\"layers.{layer}.up\"]\n"
      "    sample: {blocks: 3, of: 128, seed: 5}\n    metrics: [cosine]\n";
  ASSERT_EQ(runRecipe(dir, recipe(steps)).exit_code, 0);
  const std::string first = support::readFile(dir / "out/observations.csv");
  EXPECT_THAT(first, HasSubstr(",384,"));
  ASSERT_EQ(runRecipe(dir, recipe(steps)).exit_code, 0);
  EXPECT_EQ(support::readFile(dir / "out/observations.csv"), first);
  ASSERT_EQ(runRecipe(dir, recipe(steps), {"--set", "steps.same.sample.seed=6"}).exit_code, 0);
  EXPECT_NE(support::readFile(dir / "out/observations.csv"), first);
}

TEST(Run, MeetsEveryLayerWithEveryLayerAndTestsTheTable) {
  TempDir dir;
  writePair(dir, 1, 1);
  const RunResult result = runRecipe(
      dir, recipe("  - name: all\n    compare: [a, b]\n    select: [\"layers.{layer}.up\"]\n"
                  "    pair: all-layers\n    metrics: [cosine]\n"
                  "  - name: aligned\n"
                  "    test: {plugin: permutation-test, of: all.cosine, permutations: 99}\n"));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::string csv = support::readFile(dir / "out/observations.csv");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 4);
  const auto finding = reportOf(dir).at("findings").at(0);
  EXPECT_EQ(finding.at("step"), "aligned");
  EXPECT_EQ(finding.at("decides"), false);
  EXPECT_LE(finding.at("log10_p").get<double>(), 0);
}

TEST(Run, RefusesATestOnRowsWithoutSymmetry) {
  TempDir dir;
  writePair(dir, 1, 1);
  const RunResult result = runRecipe(dir, recipe("  - name: rows\n    compare: [a, b]\n"
                                                 "    select: [\"layers.{layer}.up\"]\n"
                                                 "    test: {plugin: permutation-test}\n"));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("can't be exchanged in a test"));
}

TEST(Run, RecordsWhatWasReadInTheManifest) {
  TempDir dir;
  writePair(dir, 1, 2);
  ASSERT_EQ(runRecipe(dir, recipe(kSameName)).exit_code, 0);
  const auto manifest = nlohmann::json::parse(support::readFile(dir / "out/manifest.json"));
  EXPECT_EQ(manifest.at("ranges").size(), 8u);
  EXPECT_EQ(manifest.at("ranges").at(0).at("xxh3_128").get<std::string>().size(), 32u);
  EXPECT_THAT(manifest.at("recipe").at("text").get<std::string>(), HasSubstr("title: a test"));
  EXPECT_EQ(manifest.at("models").at(0).at("files").at(0).at("name"), "model.safetensors");
}

TEST(Run, SelectsARangeOfLayers) {
  TempDir dir;
  writePair(dir, 1, 2);
  const std::string steps =
      "  - name: norms\n    compare: [a, b]\n    metrics: [mad]\n"
      "    select: {names: [\"layers.{layer}.norm\"], layers: ";
  ASSERT_EQ(runRecipe(dir, recipe(steps + "[1, 7]}\n")).exit_code, 0);
  EXPECT_EQ(summaryOf(reportOf(dir), "norms", "mad", "mad").at("count"), 1);
  ASSERT_EQ(runRecipe(dir, recipe(steps + "[0, 1]}\n")).exit_code, 0);
  EXPECT_EQ(summaryOf(reportOf(dir), "norms", "mad", "mad").at("count"), 2);
  const RunResult none = runRecipe(dir, recipe(steps + "[5, 7]}\n"));
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.err, testing::HasSubstr("lies in layers 5 to 7"));
}

TEST(Run, PrintsOneJsonDocumentAndNothingElseWithJson) {
  TempDir dir;
  writePair(dir, 1, 2);
  const RunResult result = runRecipe(dir, recipe(kSameName), {"--json"});
  ASSERT_EQ(result.exit_code, 0);
  EXPECT_EQ(nlohmann::json::parse(result.out), reportOf(dir));
  EXPECT_EQ(result.err, "");
}

TEST(Run, NeverWritesHalfAFileAndLeavesNoTemporaries) {
  TempDir dir;
  writePair(dir, 1, 2);
  ASSERT_EQ(runRecipe(dir, recipe(kSameName)).exit_code, 0);
  for (const auto& entry : std::filesystem::directory_iterator(dir / "out")) {
    EXPECT_THAT(entry.path().string(), Not(HasSubstr(".part")));
  }
}

TEST(Run, RefusesAnOutFolderThatIsAFile) {
  TempDir dir;
  writePair(dir, 1, 2);
  dir.write("out", "mine");
  const RunResult result = runRecipe(dir, recipe(kSameName));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--out"));
  EXPECT_EQ(support::readFile(dir / "out"), "mine");
}

// Sparse files: large on paper, nothing on disk.
void writeSparse(const std::filesystem::path& folder, std::uint64_t tensors, std::uint64_t rows) {
  constexpr std::uint64_t kColumns = 1 << 16;
  std::string header = "{";
  for (std::uint64_t t = 0; t < tensors; ++t) {
    const std::uint64_t bytes = rows * kColumns * 2;
    header += (t == 0 ? "" : ",") + ("\"w" + std::to_string(t)) +
              "\":{\"dtype\":\"BF16\",\"shape\":[" + std::to_string(rows) + "," +
              std::to_string(kColumns) + "],\"data_offsets\":[" + std::to_string(t * bytes) + "," +
              std::to_string((t + 1) * bytes) + "]}";
  }
  header += "}";
  std::filesystem::create_directories(folder);
  const auto file = folder / "model.safetensors";
  std::ofstream(file, std::ios::binary) << support::safetensorsBytes(header, "");
  std::filesystem::resize_file(file, 8 + header.size() + tensors * rows * kColumns * 2);
}

TEST(Run, OverATwoGiBCheckpointStaysUnder256MiBOfPrivateMemory) {
  if (support::kSanitized) GTEST_SKIP() << "a sanitizer keeps books of its own, and is slow";
  TempDir dir;
  writeSparse(dir / "a", 2, 1 << 13);  // two tensors of 1 GiB
  const auto file =
      dir.write("recipe.yaml", recipe("  - {name: same, compare: [a, a], metrics: [cosine, mad],\n"
                                      "     pair: {map: {w0: w1}}}\n"));
  support::RunOptions options;
  options.timeout = std::chrono::seconds(120);
  const RunResult result =
      support::run({"run", file.string(), "--force", "--out", (dir / "out").string()}, options);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto report = reportOf(dir);
  EXPECT_EQ(summaryOf(report, "same", "mad", "mad").at("count"), 1);
  EXPECT_GT(report.at("cost").at("bytes_read").get<double>(), 2.0 * (1 << 30));
  EXPECT_LT(report.at("cost").at("peak_memory_bytes").get<double>(), 256.0 * (1 << 20));
}

TEST(Run, KeepsWhatWasMeasuredWhenInterrupted) {
  TempDir dir;
  writeSparse(dir / "a", 40, 1 << 14);
  writeSparse(dir / "b", 40, 1 << 14);
  const std::string steps =
      "  - name: quick\n    compare: [a, b]\n    select: [w0]\n    sample: {head: 4096}\n"
      "    metrics: [mad]\n" +
      std::string(kSameName);
  const auto file = dir.write("recipe.yaml", recipe(steps));
  support::Process process(
      support::kindredCommand({"run", file.string(), "--force", "--out", (dir / "out").string()}));
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  process.send(SIGINT);
  const RunResult result = process.finish();
  EXPECT_EQ(result.exit_code, 130) << result.err;
  const auto report = reportOf(dir);
  EXPECT_EQ(report.at("complete"), false);
  EXPECT_EQ(summaryOf(report, "quick", "mad", "mad").at("count"), 1);
}

}  // namespace
}  // namespace kindred::clitest
