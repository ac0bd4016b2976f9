#include "documents/configs.hpp"

#include <kindred/error.hpp>

#include "support.hpp"
#include "support/refusal.hpp"

namespace kindred::documents {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Report comparedConfigs(const std::string& a, const std::string& b) {
  return compareConfigs(documentOf("a", "config.json", a), documentOf("b", "config.json", b));
}

TEST(ConfigComparison, TellsSameDifferentAndMissingKeysApart) {
  const Report report = comparedConfigs(
      R"({"hidden_size": 4096, "num_hidden_layers": 48, "pad_token_id": 2})",
      R"({"hidden_size": 4096, "num_hidden_layers": 46, "num_nextn_predict_layers": 1})");
  EXPECT_EQ(figureOf(report, "same"), 1);
  EXPECT_EQ(figureOf(report, "differs"), 1);
  EXPECT_EQ(figureOf(report, "only_a"), 1);
  EXPECT_EQ(figureOf(report, "only_b"), 1);
  const TextTable& table = report.tables.at(0);
  EXPECT_THAT(table.columns, ElementsAre("key", "a", "b", "found"));
  EXPECT_THAT(table.rows, ElementsAre(ElementsAre("num_hidden_layers", "48", "46", "differs"),
                                      ElementsAre("num_nextn_predict_layers", "", "1", "only in b"),
                                      ElementsAre("pad_token_id", "2", "", "only in a"),
                                      ElementsAre("hidden_size", "4096", "4096", "same")));
}

TEST(ConfigComparison, JoinsNestedKeysByDots) {
  const Report report = comparedConfigs(R"({"rope": {"scaling": {"factor": 2, "kind": "yarn"}}})",
                                        R"({"rope": {"scaling": {"factor": 4, "kind": "yarn"}}})");
  EXPECT_THAT(report.tables.at(0).rows,
              ElementsAre(ElementsAre("rope.scaling.factor", "2", "4", "differs"),
                          ElementsAre("rope.scaling.kind", "\"yarn\"", "\"yarn\"", "same")));
}

TEST(ConfigComparison, ComparesNumbersByValueAndOtherThingsByText) {
  const Report report =
      comparedConfigs(R"({"theta": 1000000, "flag": true, "word": "1", "eos": [1,2]})",
                      R"({"theta": 1e6, "flag": false, "word": 1, "eos": [ 1, 2 ]})");
  EXPECT_EQ(figureOf(report, "same"), 2) << "theta and eos";
  EXPECT_EQ(figureOf(report, "differs"), 2) << "flag and word";
}

TEST(ConfigComparison, ReadsWordsThatAreNoJson) {
  const Report report =
      comparedConfigs(R"({"max": Infinity, "x": {}})", R"({"max": Infinity, "x": {}})");
  EXPECT_EQ(figureOf(report, "same"), 2);
}

TEST(ConfigComparison, SaysThatEqualConfigsSayNothingAboutWeights) {
  EXPECT_THAT(comparedConfigs("{}", "{}").tables.at(0).note,
              HasSubstr("say nothing about weights"));
}

TEST(ConfigComparison, ShowsControlCharactersEscaped) {
  const Report report = comparedConfigs("{\"a\": \"\\u001b[31m\"}", "{}");
  EXPECT_THAT(report.tables.at(0).rows.at(0).at(1), HasSubstr("\\u001b[31m"));
}

TEST(ConfigComparison, RefusesWhatIsNoObject) {
  for (const std::string text : {"[1]", "", "{", "{\"a\": }", "nonsense", "{\"a\": 1} {"}) {
    const Error refusal = support::refusalOf([&] { comparedConfigs(text, "{}"); });
    EXPECT_THAT(refusal.place(), HasSubstr("config.json")) << text;
    EXPECT_FALSE(refusal.remedy().empty()) << text;
  }
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "{\"a\":";
  deep += "1" + std::string(1000, '}');
  EXPECT_THAT(support::refusalOf([&] { comparedConfigs(deep, "{}"); }).message(),
              HasSubstr("nested deeper than"));
}

}  // namespace
}  // namespace kindred::documents
