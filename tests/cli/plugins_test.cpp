#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "support/process.hpp"

namespace kindred {
namespace {

using nlohmann::json;
using support::run;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

std::string sample(const std::string& folder) {
  return std::string(KINDRED_SAMPLE_PLUGINS) + "/" + folder;
}

TEST(PluginsCommand, ListsBuiltInAndAddedPlugins) {
  const auto result = run({"plugins", "--plugin-path", sample("sound")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("http-range"), HasSubstr("counter"), HasSubstr("metric"),
                    HasSubstr("Counts elements"), HasSubstr(" in " + sample("sound") + "\n")));
}

TEST(PluginsCommand, KeepsToTheWidthOfTheTerminal) {
  std::istringstream lines(run({"plugins"}).out);
  for (std::string line; std::getline(lines, line);) {
    const bool is_folder = line.find(" in /") != std::string::npos;  // which is as long as it is
    EXPECT_TRUE(is_folder || line.size() <= 80U) << line;
  }
}

TEST(PluginsCommand, DescribesFiguresAndParameters) {
  const auto result = run({"plugins", "counter", "--plugin-path", sample("sound")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("counter 1.2 (metric)\nCounts elements\n"));
  EXPECT_THAT(result.out, AllOf(HasSubstr("  steps     elements times the step\n"),
                                HasSubstr("(flag, default false)"),
                                HasSubstr("(integer from 1 to 1e+06, default 4096)"),
                                HasSubstr("(one of fast, slow, default fast)")));
}

TEST(PluginsCommand, DescribesOnePluginAsJson) {
  const auto result = run({"plugins", "counter", "--json", "--plugin-path", sample("sound")});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json plugin = json::parse(result.out);
  EXPECT_EQ(plugin["kind"], "metric");
  EXPECT_EQ(plugin["figures"][1]["name"], "steps");
  const json& limit = plugin["parameters"][1];
  EXPECT_EQ(limit["default"], 4096);
  EXPECT_EQ(limit["most"], 1e6);
  EXPECT_EQ(plugin["parameters"][0]["default"], false);
  EXPECT_THAT(plugin["parameters"][3]["choices"], ElementsAre("fast", "slow"));
}

// Pictures and tables are made of what figures say of themselves.
TEST(PluginsCommand, EveryFigureThatShipsSaysWhatItIsMeasuredIn) {
  const auto result = run({"plugins", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::size_t figures = 0;
  const json said = json::parse(result.out);
  for (const json& plugin : said.at("plugins")) {
    for (const json& figure : plugin.at("figures")) {
      ++figures;
      EXPECT_NE(figure.at("unit"), "unstated") << plugin.at("name") << "." << figure.at("name");
    }
  }
  EXPECT_GT(figures, 50U);
}

TEST(PluginsCommand, SaysWhatAnOlderNameStandsFor) {
  EXPECT_THAT(run({"plugins"}).out,
              testing::ContainsRegex("unit-matching +matrix test +now 'fixed-points' with "
                                     "gauge mlp-unit"));
  EXPECT_THAT(run({"plugins", "residual-dims"}).out,
              AllOf(HasSubstr("now 'fixed-points' with gauge residual-dim\n"), HasSubstr("  dims"),
                    Not(HasSubstr("  draws"))));
  const json plugin = json::parse(run({"plugins", "head-matching", "--json"}).out);
  EXPECT_EQ(plugin["now"]["name"], "fixed-points");
  EXPECT_EQ(plugin["now"]["parameters"]["gauge"], "kv-group");
}

TEST(PluginsCommand, ShowsBrokenPluginsWithTheirReasonAndGoesOn) {
  const std::string path = sample("no-symbol") + ":" + sample("wrong-compiler");
  const auto result = run({"plugins", "--plugin-path", path});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("not usable:"), HasSubstr("http-range"),
                                HasSubstr("does not export 'kindred_plugin'"),
                                HasSubstr("another compiler (gcc99")));
}

TEST(PluginsCommand, ListsBrokenPluginsInJson) {
  const auto result = run({"plugins", "--json", "--plugin-path", sample("no-symbol")});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json document = json::parse(result.out);
  bool found = false;
  for (const json& plugin : document["plugins"]) {
    if (plugin["name"] != "empty") continue;
    found = true;
    EXPECT_THAT(plugin["error"].get<std::string>(), HasSubstr("empty.so"));
  }
  EXPECT_TRUE(found);
}

TEST(PluginsCommand, FailsWhereTheNamedPluginIsBroken) {
  const auto result = run({"plugins", "foreign", "--plugin-path", sample("wrong-headers")});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, AllOf(HasSubstr("foreign.so"), HasSubstr("other SDK headers"),
                                HasSubstr("rebuild it against this host's SDK")));
}

TEST(PluginsCommand, FailsWhereTheNamedPluginExistsTwice) {
  const auto result = run({"plugins", "counter", "--plugin-path", sample("sound"), "--plugin-path",
                           sample("duplicate")});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr("sound/counter.so"), HasSubstr("duplicate/counter.so")));
}

TEST(PluginsCommand, SuggestsTheNameThatWasMeant) {
  const auto result = run({"plugins", "http-rang"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr("no plugin 'http-rang'"), HasSubstr("'http-range'?")));
}

TEST(PluginsCommand, LooksInTheFoldersOfTheEnvironment) {
  const auto result =
      run({"plugins", "memory"},
          {.environment = {{"KINDRED_PLUGIN_PATH", "/nowhere:" + sample("sound")}}});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("memory 1.0 (source)"));
}

TEST(PluginsCommand, OpensNoOtherLibraryThanTheNamedOne) {
  const auto result = run({"plugins", "counter", "--plugin-path", sample("sound")},
                          {.environment = {{"LD_DEBUG", "files"}}});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, AllOf(HasSubstr("counter.so"), Not(HasSubstr("http-range.so")),
                                Not(HasSubstr("libmemory.so"))));
}

}  // namespace
}  // namespace kindred
