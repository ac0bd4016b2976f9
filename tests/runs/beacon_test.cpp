// --beacon: rows that somebody planted where a run is known to read first accuse nobody.
#include <gmock/gmock.h>

#include <set>

#include "cli/recipes.hpp"
#include "cli/toys.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// 8 MB of F32, of which the stages below read a fiftieth: whoever plants more has made a copy.
constexpr ToyShape kShape{.layers = 24, .units = 384};
constexpr const char* kSteps =
    "  - {name: signs, compare: [a, b], read: [50kB, 150kB], test: {plugin: sign-test}}\n";

void saveWide(const TempDir& dir, const char* name, const Toy& toy) {
  saveModel(dir / name, stored(toy), toyLlamaConfig("llama", kShape));
}

json ran(const TempDir& dir, const std::vector<std::string>& options) {
  const RunResult result = runRecipe(dir, recipe(kSteps), options);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return reportOf(dir);
}

std::vector<std::string> beacon(const std::string& value) { return {"--beacon", value}; }

json manifestOf(const TempDir& dir) {
  return json::parse(support::readFile(dir / "out/manifest.json"));
}

// Which bytes were read of b.
std::set<std::pair<std::uint64_t, std::uint64_t>> rangesOf(const TempDir& dir) {
  std::set<std::pair<std::uint64_t, std::uint64_t>> ranges;
  const json manifest = manifestOf(dir);  // outlives its parts
  for (const json& range : manifest.at("ranges")) {
    if (range.at("model") == "b") ranges.emplace(range.at("offset"), range.at("length"));
  }
  return ranges;
}

// Of two strangers, b gets all that a run reads of it without a beacon from a.
void plant(const TempDir& dir) {
  saveWide(dir, "a", toyLlama(1, kShape));
  saveWide(dir, "b", toyLlama(2, kShape));
  ran(dir, {});
  const std::string from = support::readFile(dir / "a/model.safetensors");
  std::string to = support::readFile(dir / "b/model.safetensors");
  ASSERT_EQ(from.size(), to.size());
  for (const auto& [offset, length] : rangesOf(dir))
    to.replace(offset, length, from, offset, length);
  dir.write("b/model.safetensors", to);
}

const json& verdictOf(const json& report) { return report.at("verdict"); }

TEST(Beacon, SeesThroughRowsThatWerePlantedWhereARunIsKnownToRead) {
  const TempDir dir;
  plant(dir);
  EXPECT_EQ(verdictOf(ran(dir, {})).at("class"), "shared-weights") << "that is what was planted";
  for (const char* value : {"round 1: 9e3c", "round 2: 04d7", "round 3: b1a5"}) {
    const json report = ran(dir, beacon(value));
    EXPECT_EQ(verdictOf(report).at("class"), "partial") << value;
    EXPECT_THAT(verdictOf(report).at("sentence").get<std::string>(), HasSubstr("beacon")) << value;
    EXPECT_THAT(support::readFile(dir / "out/report.html"), HasSubstr(value));
  }
}

TEST(Beacon, FindsACopyWhateverItIs) {
  const TempDir dir;
  const Toy base = toyLlama(3, kShape);
  saveWide(dir, "a", base);
  saveWide(dir, "b", tuned(base, 4));
  for (const char* value : {"round 1: 9e3c", "round 2: 04d7", "0"}) {
    const json report = ran(dir, beacon(value));
    EXPECT_EQ(verdictOf(report).at("class"), "shared-weights") << value;
    EXPECT_THAT(verdictOf(report).at("beacon").get<std::string>(),
                HasSubstr("show it by themselves"));
  }
}

TEST(Beacon, AccusesNoStranger) {
  const TempDir dir;
  saveWide(dir, "a", toyLlama(5, kShape));
  saveWide(dir, "b", toyLlama(6, kShape));
  for (const char* value : {"round 1: 9e3c", "round 2: 04d7", "round 3: b1a5"}) {
    EXPECT_EQ(verdictOf(ran(dir, beacon(value))).at("class"), "no-evidence") << value;
  }
}

TEST(Beacon, DrawsTheSameRowsAgainAndAnotherDrawsOthers) {
  const TempDir dir;
  saveWide(dir, "a", toyLlama(5, kShape));
  saveWide(dir, "b", toyLlama(6, kShape));
  const json report = ran(dir, beacon("one"));
  EXPECT_EQ(report.at("beacon"), "one");
  EXPECT_EQ(manifestOf(dir).at("beacon"), "one");
  const auto first = rangesOf(dir);
  ran(dir, beacon("one"));
  EXPECT_EQ(rangesOf(dir), first);
  ran(dir, beacon("two"));
  EXPECT_NE(rangesOf(dir), first);
}

TEST(Beacon, OfAComparisonStandsInItsRecipe) {
  const TempDir dir;
  const Toy base = toyLlama(7, kShape);
  saveWide(dir, "a", base);
  saveWide(dir, "b", tuned(base, 8));
  const RunResult result = support::run({"compare", (dir / "a").string(), (dir / "b").string(),
                                         "--max-bytes", "400kB", "--beacon", "round 9: \"x\": y",
                                         "--force", "--json", "--out", (dir / "out").string()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json report = json::parse(result.out);
  EXPECT_EQ(verdictOf(report).at("class"), "shared-weights");
  EXPECT_THAT(verdictOf(report).at("beacon").get<std::string>(),
              HasSubstr("show it by themselves"));
  const RunResult again = support::run({"run", (dir / "out/recipe.yaml").string(), "--force",
                                        "--json", "--out", (dir / "again").string()});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  const json repeated = json::parse(again.out);
  EXPECT_EQ(repeated.at("beacon"), "round 9: \"x\": y");
  EXPECT_EQ(repeated.at("verdict"), report.at("verdict"));
  const RunResult verified = support::run({"verify", (dir / "out").string()});
  EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
}

TEST(Beacon, DrawsNothingOfModelsThatAreReadWhole) {
  const TempDir dir;
  saveWide(dir, "a", toyLlama(5, kShape));
  saveWide(dir, "b", toyLlama(6, kShape));
  const RunResult result =
      support::run({"compare", (dir / "a").string(), (dir / "b").string(), "--beacon", "one",
                    "--force", "--out", (dir / "out").string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("it drew nothing"));
  EXPECT_EQ(verdictOf(reportOf(dir)).at("beacon"),
            "The beacon drew nothing: tests read both models whole.");
}

TEST(Beacon, ThatCannotStandInAReportIsRefusedInOneLine) {
  const TempDir dir;
  saveWide(dir, "a", toyLlama(5, kShape));
  saveWide(dir, "b", toyLlama(6, kShape));
  for (const std::string& value : {std::string(), std::string("a\nb"), std::string(300, 'x')}) {
    const RunResult result = runRecipe(dir, recipe(kSteps), beacon(value));
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, HasSubstr("--beacon"));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  }
}

}  // namespace
}  // namespace kindred::clitest
