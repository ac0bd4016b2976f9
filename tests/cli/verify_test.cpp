#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>

#include "recipes.hpp"

namespace kindred::clitest {
namespace {

using testing::HasSubstr;

// A run of a/ and b/, its results in out/.
class Verify : public testing::Test {
 protected:
  Verify() {
    writePair(dir_, 1, 2);
    dir_.write("a/config.json", "{\"x\": 1}");
    dir_.write("b/config.json", "{\"x\": 2}");
    const RunResult result =
        runRecipe(dir_, recipe(std::string(kSameName) + "  - {name: settings, configs: [a, b]}\n"));
    EXPECT_EQ(result.exit_code, 0) << result.err;
  }

  RunResult verify(std::vector<std::string> options = {}) const {
    std::vector<std::string> arguments{"verify", (dir_ / "out").string()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return support::run(arguments);
  }

  // Replaces text in a file of the results.
  void change(const std::string& name, const std::string& from, const std::string& to) const {
    std::string text = support::readFile(dir_ / name);
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    dir_.write(name, text.replace(at, from.size(), to));
  }

  TempDir dir_;
};

TEST_F(Verify, OfAnUntouchedRunFindsTheSameAgain) {
  const RunResult result = verify();
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("The same again: 10 byte ranges, 44 observations"));
  EXPECT_EQ(nlohmann::json::parse(verify({"--json", "--jobs", "3"}).out).at("same"), true);
}

TEST_F(Verify, WritesNothing) {
  const std::string manifest = support::readFile(dir_ / "out/manifest.json");
  verify();
  EXPECT_EQ(support::readFile(dir_ / "out/manifest.json"), manifest);
}

TEST_F(Verify, NamesChangedWeightsByTheirPlace) {
  const auto file = dir_ / "b/model.safetensors";
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(-3, std::ios::end);
  stream.put('\x11');
  stream.close();
  const RunResult result = verify();
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out, HasSubstr("differs: bytes of b/model.safetensors, 4096 from "));
  EXPECT_THAT(result.out, HasSubstr("differs: observations.csv line "));
}

TEST_F(Verify, NamesChangedDocuments) {
  dir_.write("b/config.json", "{\"x\": 1}");
  const RunResult result = verify();
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out, HasSubstr("differs: bytes of b/config.json, 8 from 0 on"));
  EXPECT_THAT(result.out, HasSubstr("differs: report.json /tables/0/rows/0/"));
}

TEST_F(Verify, NamesChangedResults) {
  change("out/observations.csv", "same,cosine,cosine,a,layers.0.norm",
         "same,cosine,cosine,a,layers.9.norm");
  const RunResult result = verify();
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out,
              HasSubstr("observations.csv line 2\n  saved: same,cosine,cosine,a,layers.9"));
  const auto listed = nlohmann::json::parse(verify({"--json"}).out);
  EXPECT_EQ(listed.at("same"), false);
  EXPECT_EQ(listed.at("differences").size(), 1U);
}

TEST_F(Verify, NamesChangedPages) {
  change("out/report.md", "# a test", "# another test");
  change("out/report.html", "<h1>a test</h1>", "<h1>proven</h1>");
  const RunResult result = verify();
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out, HasSubstr("differs: report.md line 1"));
  EXPECT_THAT(result.out, HasSubstr("differs: report.html line "));
}

TEST_F(Verify, ShowsWhereLongLinesBeginToDiffer) {
  std::string html = support::readFile(dir_ / "out/report.html");
  std::size_t longest = 0, length = 0;
  for (std::size_t at = 0, end; at < html.size(); at = end + 1) {
    end = std::min(html.find('\n', at), html.size());
    if (end - at > length) longest = at, length = end - at;
  }
  ASSERT_GT(length, 1000U);
  dir_.write("out/report.html", html.insert(longest + length * 3 / 4, "CHANGED"));
  const RunResult result = verify();
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out, HasSubstr("  saved: ..."));
  EXPECT_THAT(result.out, HasSubstr("CHANGED"));
  EXPECT_THAT(result.out, HasSubstr("\n1 difference among "));
}

TEST_F(Verify, FindsMovedModelsWhereSetSays) {
  std::filesystem::create_directories(dir_ / "elsewhere");
  std::filesystem::rename(dir_ / "a", dir_ / "elsewhere/a");
  std::filesystem::rename(dir_ / "b", dir_ / "elsewhere/b");
  EXPECT_EQ(verify().exit_code, 2);
  const RunResult result = verify({"--set", "sources.disk.root=" + (dir_ / "elsewhere").string()});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
}

TEST_F(Verify, RefusesARecipeThatItsHashIsNotOf) {
  change("out/manifest.json", "metrics: [cosine, mad]", "metrics: [cosine]");
  const RunResult result = verify();
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("manifest.json: the recipe is not the one"));
}

TEST_F(Verify, RefusesAnInterruptedRun) {
  change("out/manifest.json", "\"complete\": true", "\"complete\": false");
  EXPECT_THAT(verify().err, HasSubstr("was interrupted"));
}

// What somebody may do to a text: none of it passes unseen.
TEST_F(Verify, NamesEveryFileThatWasCutOffGrownOrRewritten) {
  const std::map<std::string, std::function<std::string(std::string)>> changes{
      {"an end cut off", [](const std::string& text) { return text.substr(0, text.size() - 1); }},
      {"half", [](const std::string& text) { return text.substr(0, text.size() / 2); }},
      {"nothing", [](const std::string&) { return std::string(); }},
      {"a line more", [](const std::string& text) { return text + "\n"; }},
      {"a word more", [](const std::string& text) { return text + "x"; }},
      {"a zero more", [](const std::string& text) { return text + std::string(1, '\0'); }},
      {"other ends of lines", [](const std::string& text) {
         std::string other;
         for (const char c : text) other += c == '\n' ? std::string("\r\n") : std::string(1, c);
         return other;
       }}};
  for (const char* name : {"manifest.json", "observations.csv", "findings.csv", "report.json",
                           "report.md", "report.html"}) {
    const std::string whole = support::readFile(dir_ / "out" / name);
    for (const auto& [what, change] : changes) {
      dir_.write(std::string("out/") + name, change(whole));
      const RunResult result = verify();
      EXPECT_THAT(result.exit_code, testing::AnyOf(2, 3)) << name << ": " << what;
      EXPECT_THAT(result.out + result.err, HasSubstr(name)) << what;
      EXPECT_THAT(result.out + result.err, testing::Not(HasSubstr("exception"))) << what;
    }
    dir_.write(std::string("out/") + name, whole);
  }
}

TEST_F(Verify, NamesAMemberThatStandsTwice) {
  change("out/report.json", "\"complete\": true,", "\"complete\": false, \"complete\": true,");
  const RunResult result = verify();
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out, HasSubstr("differs: report.json line "));
  EXPECT_THAT(result.out, HasSubstr("not as the program writes it"));
}

TEST_F(Verify, NamesWhatTheManifestSaysOfPluginsAndModels) {
  change("out/manifest.json", "\"name\": \"cosine\"", "\"name\": \"cosines\"");
  EXPECT_THAT(verify().out, HasSubstr("differs: manifest.json /plugins/"));
  change("out/manifest.json", "\"bytes\": ", "\"bytes\": 1");
  EXPECT_THAT(verify().out, HasSubstr("differs: manifest.json /models/0/files/0/bytes"));
}

TEST_F(Verify, NamesFilesThatNoRunWrites) {
  dir_.write("out/verdict.txt", "identical");
  const RunResult result = verify();
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("verdict.txt was not checked"));
}

TEST_F(Verify, SaysWhereAManifestIsNone) {
  change("out/manifest.json", "\"offset\": ", "\"offset\": -");
  EXPECT_THAT(verify().err, HasSubstr("'ranges[0].offset' is not a whole number"));
  dir_.write("out/manifest.json", "{\"complete\": true,\n x}");
  EXPECT_THAT(verify().err, HasSubstr("manifest.json:2: is damaged: it is no JSON from byte 20"));
}

TEST_F(Verify, NamesFilesThatAreMissingOrDamaged) {
  dir_.write("out/report.json", "{");
  EXPECT_THAT(verify().err, HasSubstr("report.json:1: is damaged"));
  std::filesystem::remove(dir_ / "out/findings.csv");
  EXPECT_THAT(verify().err, HasSubstr("findings.csv: can't be read: there is no such file"));
  dir_.write("out/manifest.json", "[]");
  const RunResult result = verify();
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("manifest.json: is no manifest"));
}

}  // namespace
}  // namespace kindred::clitest
