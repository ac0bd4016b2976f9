// Models of a hub at the terminal: what a comparison would cost, whose they are, what is kept of
// them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "servers/range_server.hpp"
#include "servers/stand_ins.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "terminal/at_terminal.hpp"

namespace kindred::terminaltest {
namespace {

using support::RunResult;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

class Remote : public testing::Test {
 protected:
  Remote() { servers::publishStandIns(server_, servers::Size::small); }

  RunResult kindred(std::vector<std::string> words) const {
    return support::run(std::move(words),
                        {.environment = {{"HF_ENDPOINT", server_.endpoint()},
                                         {"HF_HOME", (dir_ / "hub").string()},
                                         {"XDG_CACHE_HOME", (dir_ / "cache").string()}},
                         .directory = dir_.path()});
  }
  RunResult compare(const std::vector<std::string>& more) const {
    std::vector<std::string> words{"compare", "zai-org/GLM-4.5-Air", "PrimeIntellect/INTELLECT-3"};
    words.insert(words.end(), more.begin(), more.end());
    return kindred(words);
  }

  servers::RangeServer server_;
  support::TempDir dir_;
};

TEST_F(Remote, ADryRunSaysWhatAComparisonTakesAndReadsNoWeights) {
  const RunResult result = compare({"--dry-run", "--max-bytes", "1MB"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("Nothing was compared."), HasSubstr("GLM-4.5-Air"),
                                HasSubstr("memory    about "), HasSubstr("requests  at most "),
                                HasSubstr("time      ")));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "out"));
  const RunResult json = compare({"--dry-run", "--max-bytes", "1MB", "--json"});
  const auto document = nlohmann::json::parse(json.out);
  EXPECT_TRUE(document.contains("bytes_by_model")) << json.out;
  EXPECT_GT(document.at("seconds_to_read"), 0);
  EXPECT_GT(document.at("seconds_a_request"), 0);
  EXPECT_GT(document.at("memory"), 5'000'000) << "the program's own is in it";
}

TEST_F(Remote, ASlowHubIsWaitedForWithAWordOfWhatIsAwaited) {
  server_.delay(std::chrono::milliseconds(150));
  const TerminalResult result =
      runAtTerminal(support::kindredCommand({"compare", "zai-org/GLM-4.5-Air",
                                             "PrimeIntellect/INTELLECT-3", "--max-bytes", "1MB"}),
                    {.environment = {{"HF_ENDPOINT", server_.endpoint()},
                                     {"HF_HOME", (dir_ / "hub").string()},
                                     {"XDG_CACHE_HOME", (dir_ / "cache").string()}},
                     .directory = dir_.path()});
  EXPECT_EQ(result.exit_code, 0) << result.shown;
  const std::size_t headers = result.shown.find("\rReading the headers of models, 0 of 2, ");
  const std::size_t models = result.shown.find("models read and prepared, 0 of 2, ");
  EXPECT_NE(headers, std::string::npos) << result.shown;
  EXPECT_NE(models, std::string::npos) << result.shown;
  EXPECT_LT(headers, models);
  // Each is taken away before the answer stands.
  EXPECT_LT(result.shown.rfind("\r\x1b[K"), result.shown.find("Covered: ")) << result.shown;
}

TEST_F(Remote, AnInterruptionBeforeARunBeginsIsAcknowledged) {
  server_.delay(std::chrono::seconds(60));
  const TerminalResult result = runAtTerminal(
      support::kindredCommand({"compare", "zai-org/GLM-4.5-Air", "PrimeIntellect/INTELLECT-3"}),
      {.typed = "\x03\n",
       .environment = {{"HF_ENDPOINT", server_.endpoint()},
                       {"HF_HOME", (dir_ / "hub").string()},
                       {"XDG_CACHE_HOME", (dir_ / "cache").string()}},
       .directory = dir_.path()});
  EXPECT_EQ(result.exit_code, 130) << result.shown;
  EXPECT_THAT(result.shown, HasSubstr("kindred: stopped"));
}

TEST_F(Remote, ModelsAreShownWithWhoseTheyAreAndWhatWasFetchedCanBeRemoved) {
  const RunResult first = compare({"--max-bytes", "1MB"});
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("zai-org/GLM-4.5-Air and PrimeIntellect/INTELLECT-3: "));

  const auto kept = nlohmann::json::parse(kindred({"cache", "list", "--json"}).out);
  EXPECT_GT(kept.at("bytes").get<std::uint64_t>(), 100'000U);
  EXPECT_THAT(kindred({"cache", "list"}).out,
              AllOf(HasSubstr((dir_ / "cache/kindred").string()), HasSubstr("today")));
  EXPECT_THAT(kindred({"cache", "prune"}).err, HasSubstr("--max-bytes 1GB keeps the newest"));
  EXPECT_THAT(kindred({"cache", "prune", "--older-than", "3"}).out, HasSubstr("0 bytes removed"));
  ASSERT_EQ(kindred({"cache", "prune", "--max-bytes", "0"}).exit_code, 0);
  EXPECT_EQ(nlohmann::json::parse(kindred({"cache", "list", "--json"}).out).at("bytes"), 0);

  const RunResult again = compare({"--max-bytes", "1MB", "--force", "--out", "out/compare"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
}

}  // namespace
}  // namespace kindred::terminaltest
