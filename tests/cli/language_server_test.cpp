// What an editor with a YAML language server shows of a recipe whose first line names the schema.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class LanguageServer : public testing::Test {
 protected:
  void SetUp() override {
    if (std::string(KINDRED_NODE).empty()) {
      GTEST_SKIP() << "without node the language server can't be asked";
    }
    const support::RunResult schema = support::run({"schema"});
    ASSERT_EQ(schema.exit_code, 0) << schema.err;
    dir_.write("recipe.schema.json", schema.out);
  }

  json ask(const std::string& steps, const std::vector<std::string>& places) const {
    const auto recipe = dir_.write("recipe.yaml",
                                   "# yaml-language-server: $schema=recipe.schema.json\n"
                                   "kindred: 1\n"
                                   "sources: {disk: {plugin: local-mmap}}\n"
                                   "models: {a: disk:a, b: disk:b}\n"
                                   "steps:\n" +
                                       steps);
    std::vector<std::string> command{KINDRED_NODE,
                                     KINDRED_SOURCE_DIR "/tests/cli/language-server/ask.mjs",
                                     KINDRED_NODE_TOOLS "/language-server", recipe.string()};
    command.insert(command.end(), places.begin(), places.end());
    const support::RunResult result = support::runCommand(command);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return json::parse(result.out);
  }

  support::TempDir dir_;
};

TEST_F(LanguageServer, CompletesExplainsAndFindsNothingWrong) {
  const json said =
      ask("  - name: one\n"
          "    compare: [a, b]\n"
          "    pair: same-layer\n"
          "    metrics: [cosine]\n"
          "    \n"
          "  - {foreach: {m: [cosine, mad]}, name: by-$m, compare: [a, b], metrics: [$m]}\n"
          "  - {name: all, compare: [a, b], test: {plugin: sign-test}, read: [8MB, 64000000]}\n",
          {"8:11", "10:5"});
  EXPECT_THAT(said.at("diagnostics"), IsEmpty());
  EXPECT_THAT(said.at("answers").at(0).at("completes"),
              AllOf(Contains("same-name"), Contains("all-layers")));
  EXPECT_THAT(said.at("answers").at(0).at("hover"),
              HasSubstr("which tensor of the first model meets which of the second"));
  EXPECT_THAT(said.at("answers").at(1).at("completes"),
              AllOf(Contains("sample"), Contains("why"), Contains("select")));
}

TEST_F(LanguageServer, MarksWhatIsWrong) {
  const json said =
      ask("  - name: one\n"
          "    compare: [a, b]\n"
          "    pair: same-nam\n"
          "    metrics: [cosine]\n"
          "    sampel: all\n"
          "  - {name: all, compare: [a, b], test: {plugin: sign-test}, read: 8 mice}\n",
          {});
  EXPECT_THAT(said.at("diagnostics"),
              UnorderedElementsAre(HasSubstr("8:11: Value is not accepted"),
                                   HasSubstr("10:5: Property sampel is not allowed"),
                                   HasSubstr("11:67: ")));
}

}  // namespace
}  // namespace kindred::clitest
