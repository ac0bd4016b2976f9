// A run's answer as a statement that others can sign, keep and check.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <kindred/bundle/sha256.hpp>

#include "demo.hpp"
#include "recipes.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

class Statement : public testing::Test {
 protected:
  Statement() {
    std::filesystem::copy(kDemo / "base", dir_ / "base");
    std::filesystem::copy(kDemo / "tuned", dir_ / "tuned");
    const RunResult compared =
        support::run({"compare", (dir_ / "base").string(), (dir_ / "tuned").string(), "--out",
                      (dir_ / "results").string()});
    EXPECT_EQ(compared.exit_code, 0) << compared.err;
    const RunResult stated =
        support::run({"statement", (dir_ / "results").string(), "--out", dir_.text()});
    EXPECT_EQ(stated.exit_code, 0) << stated.err;
    EXPECT_EQ(stated.out, file().string() + "\n" + bill().string() + "\n");
  }

  std::filesystem::path file() const { return dir_ / "results.intoto.json"; }
  std::filesystem::path bill() const { return dir_ / "results.cdx.json"; }
  RunResult verify() const { return support::run({"verify", file().string()}); }

  TempDir dir_;
};

TEST_F(Statement, SaysWhatWasAskedFoundAndRead) {
  const json statement = json::parse(support::readFile(file()));
  EXPECT_EQ(statement.at("_type"), "https://in-toto.io/Statement/v1");
  const json& predicate = statement.at("predicate");
  const json& verdict = predicate.at("pairs").at(0).at("verdict");
  EXPECT_EQ(verdict.at("class"), "shared-weights");
  EXPECT_LT(verdict.at("log10_p"), -10);
  EXPECT_TRUE(verdict.contains("breadth"));
  EXPECT_FALSE(predicate.at("ranges").empty());
  const json manifest = json::parse(support::readFile(dir_ / "results/manifest.json"));
  EXPECT_EQ(predicate.at("recipe").at("xxh3_128"), manifest.at("recipe").at("xxh3_128"));
}

TEST_F(Statement, NamesEveryFileByItsSha256) {
  const json statement = json::parse(support::readFile(file()));
  std::size_t named = 0;
  for (const json& subject : statement.at("subject")) {
    const std::string bytes = support::readFile(dir_ / subject.at("name").get<std::string>());
    EXPECT_EQ(subject.at("digest").at("sha256"), bundle::sha256(bytes)) << subject.at("name");
    named += subject.at("name") == "tuned/model.safetensors";
  }
  EXPECT_EQ(named, 1U);
}

TEST_F(Statement, OfTheSameFilesIsDerivedAgain) {
  const RunResult same = verify();
  EXPECT_EQ(same.exit_code, 0) << same.out << same.err;
  EXPECT_THAT(same.out, HasSubstr("The same again: 1 pair and "));
}

TEST_F(Statement, ThatWasChangedIsNamedByTheMember) {
  json statement = json::parse(support::readFile(file()));
  statement.at("predicate").at("pairs").at(0).at("verdict").at("class") = "identical";
  dir_.write("results.intoto.json", statement.dump());
  const RunResult changed = verify();
  EXPECT_EQ(changed.exit_code, 3) << changed.err;
  EXPECT_THAT(changed.out,
              AllOf(HasSubstr("/predicate/pairs/0/verdict/class"),
                    HasSubstr("stated: \"identical\""), HasSubstr("now:    \"shared-weights\"")));
}

TEST_F(Statement, OfAFileThatChangedSinceTheRunIsRefused) {
  const std::string weights = support::readFile(dir_ / "tuned/model.safetensors");
  dir_.write("tuned/model.safetensors", weights);
  const RunResult again =
      support::run({"statement", (dir_ / "results").string(), "--force", "--out", dir_.text()});
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.err, AllOf(HasSubstr("tuned/model.safetensors"),
                               HasSubstr("the file changed since the run")));
}

TEST_F(Statement, ThatIsNoneIsRefusedInOneLine) {
  for (const char* text : {"", "{}", "[1]", "{\"_type\": \"https://in-toto.io/Statement/v1\"}",
                           "{\"_type\": \"https://in-toto.io/Statement/v1\", \"predicateType\": "
                           "\"urn:kindred:verdict:v1\", \"predicate\": {\"recipe\": 3}}"}) {
    dir_.write("results.intoto.json", text);
    const RunResult refused = verify();
    EXPECT_EQ(refused.exit_code, 2) << text;
    EXPECT_THAT(refused.err, AllOf(HasSubstr("results.intoto.json"), HasSubstr("kindred statement"),
                                   testing::EndsWith("\n")));
    EXPECT_EQ(std::count(refused.err.begin(), refused.err.end(), '\n'), 1) << refused.err;
  }
}

TEST_F(Statement, HasABillOfMaterialsThatThePublishedValidatorAccepts) {
  const json bill = json::parse(support::readFile(this->bill()));
  for (const json& model : bill.at("components")) {
    EXPECT_EQ(model.at("pedigree").at("variants").size(), 1U) << "a relative, and no ancestor";
    EXPECT_FALSE(model.at("pedigree").contains("ancestors")) << "direction is not tested";
  }
  if (std::string(KINDRED_NODE).empty()) GTEST_SKIP() << "built without node: not validated";
  const RunResult valid =
      support::runCommand({KINDRED_NODE, KINDRED_SOURCE_DIR "/tests/cli/cyclonedx/validate.mjs",
                           KINDRED_NODE_TOOLS "/cyclonedx", this->bill().string()},
                          {});
  EXPECT_EQ(valid.exit_code, 0) << valid.err;
}

}  // namespace
}  // namespace kindred::clitest
