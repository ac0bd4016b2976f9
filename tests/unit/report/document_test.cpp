#include <gmock/gmock.h>

#include <cmath>

#include <kindred/error.hpp>

#include "support.hpp"

namespace kindred::report {
namespace {

using testing::HasSubstr;

std::string errorOf(const ResultTexts& texts) {
  try {
    documentOf(texts);
  } catch (const Error& error) {
    EXPECT_EQ(error.category(), Category::input);
    return error.what();
  }
  ADD_FAILURE() << "was read";
  return {};
}

TEST(ReportDocument, ReadsWhatAReportSays) {
  const Document document = documentOf(smallReport());
  EXPECT_EQ(document.title, "A title");
  EXPECT_EQ(document.pairs.at(0).coverage.components.at("norms").changed, 2U);
  EXPECT_EQ(document.findings.at(0).layer_a, -1);
  EXPECT_EQ(document.manifest.command_line.at(2), "my recipe.yaml");
}

TEST(ReportDocument, PassesOverFieldsThatItDoesNotKnow) {
  Json report = smallReport();
  report["later"] = {{"deep", {1, 2}}};
  EXPECT_EQ(documentOf(report).title, "A title");
}

TEST(ReportDocument, NamesFileAndPlaceOfAWrongField) {
  Json report = smallReport();
  report["findings"][0]["units"] = -3;
  EXPECT_THAT(errorOf(textsOf(report)),
              HasSubstr("results/report.json: 'findings[0].units' is not a whole number"));
}

TEST(ReportDocument, NamesAMissingField) {
  Json report = smallReport();
  report["pairs"][0]["verdict"].erase("class");
  EXPECT_THAT(errorOf(textsOf(report)), HasSubstr("'pairs[0].verdict.class' is missing"));
}

TEST(ReportDocument, RefusesALaterLayout) {
  Json report = smallReport();
  report["schema"] = kSchemaVersion + 1;
  EXPECT_THAT(errorOf(textsOf(report)), HasSubstr("this program reads layout 1"));
}

TEST(ReportDocument, RefusesTextThatIsNoJson) {
  ResultTexts texts = textsOf(smallReport());
  texts.report = "{\"schema\": 1, ";
  EXPECT_THAT(errorOf(texts), HasSubstr("results/report.json: is not JSON"));
  texts.report = std::string(100000, '[');
  EXPECT_THAT(errorOf(texts), HasSubstr("is not JSON"));
}

TEST(ReportDocument, RefusesARowLongerThanItsTable) {
  Json report = smallReport();
  report["tables"].push_back({{"step", "s"},
                              {"models", Json::array()},
                              {"title", "T"},
                              {"columns", Json::array({"one"})},
                              {"rows", Json::array({Json::array({"a", "b"})})},
                              {"note", ""}});
  EXPECT_THAT(errorOf(textsOf(report)), HasSubstr("a row of table 'T'"));
}

TEST(ReportObservations, AreReadBackAsTheyWereWritten) {
  results::Results results;
  results::Observation o;
  o.step = "s";
  o.metric = "pearson";
  o.figure = "cosine";
  o.model_a = "a, \"quoted\"";
  o.tensor_a = "line\nbreak";
  o.layer_a = 3;
  o.elements = 64;
  o.value = 0.1;
  results.observations = {o, o};
  results.observations[1].value = kUndefined;
  const auto rows = documentOf(smallReport(), results).rows;
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].model_a, o.model_a);
  EXPECT_EQ(rows[0].tensor_a, o.tensor_a);
  EXPECT_EQ(rows[0].layer_a, 3);
  EXPECT_EQ(rows[0].layer_b, -1);
  EXPECT_EQ(rows[0].value, 0.1);
  EXPECT_TRUE(std::isnan(rows[1].value));
}

TEST(ReportObservations, NameTheLineThatIsWrong) {
  ResultTexts texts = textsOf(smallReport());
  const std::string header = texts.observations;
  texts.observations = header + "s,m,f,a,t,b,t,,,,,64,1e-3\ns,m,f,a,t,b,t,,,,,64,much\n";
  EXPECT_THAT(errorOf(texts), HasSubstr("observations.csv:3: column 'value' is not a number"));
  texts.observations = header + "s,m\n";
  EXPECT_THAT(errorOf(texts), HasSubstr("observations.csv:2: does not have 13 columns"));
  texts.observations = header + "\"s,m";
  EXPECT_THAT(errorOf(texts), HasSubstr("a quoted field has no end"));
  texts.observations = header + "s,m,f,a,t,b,t,18446744073709551615,,,,64,1\n";
  EXPECT_THAT(errorOf(texts), HasSubstr("column 'layer_a' is not a whole number below 2^53"));
  texts.observations = "step\n";
  EXPECT_THAT(errorOf(texts), HasSubstr("is not the header"));
}

}  // namespace
}  // namespace kindred::report
