// report.html and report.md, written by a run and again by `kindred report`.
#include <gmock/gmock.h>

#include "recipes.hpp"

namespace kindred::clitest {
namespace {

using testing::HasSubstr;

TEST(Report, RendersTheSameBytesFromSavedResults) {
  TempDir dir;
  writePair(dir, 1, 2);
  ASSERT_EQ(runRecipe(dir, recipe(kSameName)).exit_code, 0);
  const std::string html = support::readFile(dir / "out/report.html");
  const std::string markdown = support::readFile(dir / "out/report.md");
  EXPECT_THAT(html, HasSubstr("a test"));
  std::filesystem::remove(dir / "out/report.html");
  std::filesystem::remove(dir / "out/report.md");
  const RunResult again = support::run({"report", (dir / "out").string()});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(support::readFile(dir / "out/report.html"), html);
  EXPECT_EQ(support::readFile(dir / "out/report.md"), markdown);
}

TEST(Report, NamesTheFilesOfAModelThatWereLeftOut) {
  TempDir dir;
  writePair(dir, 1, 2);
  std::filesystem::copy_file(dir / "a/model.safetensors", dir / "a/consolidated.safetensors");
  ASSERT_EQ(runRecipe(dir, recipe(kSameName)).exit_code, 0);
  const auto models =
      nlohmann::json::parse(support::readFile(dir / "out/report.json")).at("models");
  EXPECT_THAT(models.at(0).at("notes"), testing::SizeIs(1));
  EXPECT_THAT(models.at(1).at("notes"), testing::IsEmpty());
  for (const char* page : {"out/report.html", "out/report.md"}) {
    EXPECT_THAT(support::readFile(dir / page), HasSubstr("consolidated.safetensors")) << page;
  }
}

TEST(Report, NeedsAFolderOfResults) {
  TempDir dir;
  const RunResult result = support::run({"report", dir.text()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("report.json: can't be read"));
}

TEST(Report, RefusesDamagedResultsAndLeavesThePagesAlone) {
  TempDir dir;
  writePair(dir, 1, 2);
  ASSERT_EQ(runRecipe(dir, recipe(kSameName)).exit_code, 0);
  const std::string html = support::readFile(dir / "out/report.html");
  dir.write("out/report.json", "{\"schema\": 1}");
  const RunResult result = support::run({"report", (dir / "out").string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("report.json: 'kindred' is missing"));
  EXPECT_EQ(support::readFile(dir / "out/report.html"), html);
}

void expectValid(const std::filesystem::path& report) {
  const RunResult result =
      support::runCommand({"python3", "-c",
                           "import json, sys, jsonschema\n"
                           "schema, report = (json.load(open(name)) for name in sys.argv[1:])\n"
                           "jsonschema.Draft7Validator.check_schema(schema)\n"
                           "jsonschema.validate(report, schema, jsonschema.Draft7Validator)\n",
                           KINDRED_SOURCE_DIR "/docs/report.schema.json", report.string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST(Report, OfARunFitsThePublishedSchema) {
  TempDir dir;
  writePair(dir, 1, 2);
  ASSERT_EQ(runRecipe(dir, recipe(kSameName)).exit_code, 0);
  expectValid(dir / "out/report.json");
}

TEST(Report, OfAComparisonFitsThePublishedSchema) {
  TempDir dir;
  const std::string demo = KINDRED_SOURCE_DIR "/configs/demo/";
  ASSERT_EQ(support::run({"compare", demo + "base", demo + "tuned", "--force", "--out", dir.text()})
                .exit_code,
            0);
  expectValid(dir / "report.json");
}

}  // namespace
}  // namespace kindred::clitest
