#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include <kindred/error.hpp>

#include "results/compare.hpp"
#include "results/csv.hpp"
#include "results/write.hpp"
#include "unit/results/small_report.hpp"

namespace kindred::results {
namespace {

using testing::HasSubstr;

std::string errorOf(const Texts& texts) {
  try {
    reportOf(texts);
  } catch (const Error& error) {
    EXPECT_EQ(error.category(), Category::input);
    return error.what();
  }
  ADD_FAILURE() << "was read";
  return {};
}

TEST(SavedReport, ReadsWhatAReportSays) {
  const Report report = readBack(smallReport());
  EXPECT_EQ(report.title, "A title");
  EXPECT_EQ(report.pairs.at(0).coverage.components.at("norms").changed, 2U);
  EXPECT_EQ(report.findings.at(0).finding.layer_a, -1);
  EXPECT_EQ(report.manifest.command_line.at(2), "my recipe.yaml");
}

TEST(SavedReport, PassesOverFieldsThatItDoesNotKnow) {
  Json report = smallReport();
  report["later"] = {{"deep", {1, 2}}};
  EXPECT_EQ(readBack(report).title, "A title");
}

TEST(SavedReport, NamesFileAndPlaceOfAWrongField) {
  Json report = smallReport();
  report["findings"][0]["units"] = -3;
  EXPECT_THAT(errorOf(textsOf(report)),
              HasSubstr("results/report.json: 'findings[0].units' is not a whole number"));
}

TEST(SavedReport, NamesAMissingField) {
  Json report = smallReport();
  report["pairs"][0]["verdict"].erase("class");
  EXPECT_THAT(errorOf(textsOf(report)), HasSubstr("'pairs[0].verdict.class' is missing"));
}

TEST(SavedReport, RefusesALaterLayout) {
  Json report = smallReport();
  report["schema"] = kSchemaVersion + 1;
  EXPECT_THAT(errorOf(textsOf(report)), HasSubstr("this program reads layout 1"));
}

TEST(SavedReport, RefusesTextThatIsNoJson) {
  Texts texts = textsOf(smallReport());
  texts.report = "{\"schema\": 1, ";
  EXPECT_THAT(errorOf(texts),
              HasSubstr("results/report.json:1: is damaged: it is no JSON from byte 13 on"));
  texts.report = std::string(100000, '[');
  EXPECT_THAT(errorOf(texts), HasSubstr("is damaged: it is no JSON"));
}

TEST(SavedReport, RefusesARowLongerThanItsTable) {
  Json report = smallReport();
  report["tables"].push_back({{"step", "s"},
                              {"models", Json::array()},
                              {"title", "T"},
                              {"columns", Json::array({"one"})},
                              {"rows", Json::array({Json::array({"a", "b"})})},
                              {"note", ""}});
  EXPECT_THAT(errorOf(textsOf(report)), HasSubstr("a row of table 'T'"));
}

TEST(SavedReport, IsWrittenAgainAsItWas) {
  Json report = smallReport();
  report["findings"][0]["details"] = {{"detectable_rho", 0.03}, {"null_sd", nullptr}};
  report["unlisted"].push_back(
      {{"class", "no-evidence"}, {"pairs", 20'000}, {"detectable_rho", 0.25}});
  report["steps"].push_back(
      kindred::stepJson("s", "one", "two", "same-name", Json::array({metricJson("r", "cosine")})));
  report["steps"][0]["metrics"][0]["parameters"] = {{"zeta", "1"}, {"alpha", "2"}};
  report["steps"][0]["left_out"].push_back(
      {{"tensor_a", "t"}, {"tensor_b", ""}, {"reason", "no partner"}});
  report["notes"].push_back({{"step", "s"},
                             {"metric", "m"},
                             {"tensor_a", "t"},
                             {"tensor_b", "t"},
                             {"texts", {{"sha256", "00"}, {"constant", "ones"}}}});
  const Report read = readBack(report);
  EXPECT_EQ(reportJson(read), report.dump(2) + "\n");
  EXPECT_EQ(manifestJson(read.manifest), smallManifest().dump(2) + "\n");
}

// Every member of what one step came to, each with a value that no default has.
StepResult fullResult() {
  StepResult result;
  result.observations.push_back(
      {"s", "m", "f", "a", "t \"q\"", "b", "u", 1, 2, 3, 4, 5, 0.1, true});
  result.cosines.push_back({"a", "t", "b", "u", 7, -0.25, true});
  result.notes.push_back({"s", "m", "t", "u", {{"z", "1"}, {"a", "2"}}});
  result.tables.push_back({"s", {"a", "b"}, {"T", {"c"}, {{"d"}}, "n"}, true});
  evidence::StepFinding row{"s", "a", "b", {}, -3.5, 2};
  Finding& f = row.finding;
  f.test = "t";
  f.reference = "a";
  f.gauge = "mlp-unit";
  f.layer_a = 3;
  f.statistic = 0.75;
  f.null = "n";
  f.log10_p = -7.125;
  f.log10_p_floor = -300;
  f.units = 10;
  f.copies = 2;
  f.assumptions = "s";
  f.basis = Basis::calibrated;
  f.detectable_rho = 0.03;
  f.power = Power{"up", "gate", 0.1, std::nullopt, false};
  f.likeness = Likeness{9, 8, 1.5, 0.8, 0, Likeness::Agreement{0.5, 0.25, 0.125}};
  f.controls = Controls{2, 3, 0.1, 0.2, 0.3, true, true, {"c"}};
  f.constants = 0.25;
  f.beyond_strangers = std::numeric_limits<double>::infinity();
  f.assignments = {6, 5};
  f.by_layer = {{1, 20, 11}};
  f.matches = {{1, 2, -1, 4}};
  f.details = {{"d", 1e-300}};
  f.alignment = "al";
  f.seed = 77;
  result.findings.push_back(row);
  result.refused.push_back({"s", "a", "b", "g", "r", true});
  result.skipped.push_back({"s", 2, "r"});
  result.left_out.push_back({"s", "a", "t", "b", "u", "r"});
  result.ranges.push_back({"a", "f", 1, 2, "00"});
  result.contents.push_back({"a", "t", "00", "zeros", true, 2.5});
  result.files.push_back({"a", "config.json", 3, "i", "p"});
  return result;
}

TEST(SavedStep, IsReadBackWhole) {
  const std::string text = stepJson(fullResult()).value();
  const StepResult read = stepResultOf("step.json", text);
  EXPECT_EQ(stepJson(read).value(), text);
  EXPECT_TRUE(read.observations.at(0).of_codes);
  EXPECT_EQ(read.notes.at(0).texts.at(0).first, "z");
  EXPECT_TRUE(read.tables.at(0).of_relatives);
  const evidence::StepFinding& row = read.findings.at(0);
  EXPECT_EQ(row.log10_p_adjusted, -3.5);
  EXPECT_EQ(row.finding.basis, Basis::calibrated);
  EXPECT_EQ(row.finding.detectable_rho, 0.03);
  EXPECT_EQ(row.finding.constants, 0.25);
  EXPECT_EQ(row.finding.beyond_strangers, std::numeric_limits<double>::infinity());
  EXPECT_EQ(row.finding.controls.value().left_out.at(0), "c");
  EXPECT_EQ(row.finding.likeness.value().agreement.value().least, 0.125);
  EXPECT_FALSE(row.finding.power.value().alone.has_value());
  EXPECT_EQ(row.finding.assignments.optimal, 5U);
  EXPECT_EQ(row.finding.matches.at(0).expert_a, -1);
  EXPECT_EQ(row.finding.details, fullResult().findings.at(0).finding.details);
  EXPECT_TRUE(read.refused.at(0).unfair);
  EXPECT_EQ(read.left_out.at(0).model_b, "b");
  EXPECT_EQ(read.contents.at(0).bits, 2.5);
  EXPECT_EQ(read.files.at(0).published_sha256, "p");
}

TEST(SavedStep, NamesTheFieldThatIsMissing) {
  Json step = Json::parse(stepJson(fullResult()).value());
  step["findings"][0].erase("controls");
  try {
    stepResultOf("step.json", step.dump());
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("step.json: 'findings[0].controls' is missing"));
  }
}

TEST(Comparison, NamesTheFieldThatDiffersAndPassesOverWhatIsOfOneRunOnly) {
  Json other = smallReport();
  other["kindred"] = "9.9";
  other["cost"]["seconds"] = 99.5;
  EXPECT_TRUE(differences(readBack(smallReport()), readBack(other)).empty());
  other["findings"][0]["units"] = 999;
  other["pairs"][0]["coverage"]["components"]["norms"]["changed"] = 3;
  const auto found = differences(readBack(smallReport()), readBack(other));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].where, "report.json /pairs/0/coverage/components/norms/changed");
  EXPECT_EQ(found[1].where, "report.json /findings/0/units");
  EXPECT_EQ(found[1].saved, "1000");
  EXPECT_EQ(found[1].now, "999");
}

TEST(ReportObservations, AreReadBackAsTheyWereWritten) {
  Observation o;
  o.step = "s";
  o.metric = "pearson";
  o.figure = "cosine";
  o.model_a = "a, \"quoted\"";
  o.tensor_a = "line\nbreak";
  o.layer_a = 3;
  o.elements = 64;
  o.value = 0.1;
  Observation undefined = o;
  undefined.value = kUndefined;
  const auto rows = readBack(smallReport(), {o, undefined}).rows;
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].model_a, o.model_a);
  EXPECT_EQ(rows[0].tensor_a, o.tensor_a);
  EXPECT_EQ(rows[0].layer_a, 3);
  EXPECT_EQ(rows[0].layer_b, -1);
  EXPECT_EQ(rows[0].value, 0.1);
  EXPECT_TRUE(std::isnan(rows[1].value));
}

TEST(ReportObservations, AreNoFormulasToASpreadsheet) {
  std::vector<Observation> hostile;
  for (const char* name : {"=1+1", "@SUM(A1)", "-2", "+x", "\tx", "'quoted", "'=x", "plain'"}) {
    Observation o;
    o.step = "s";
    o.metric = "m";
    o.figure = "f";
    o.model_a = "a";
    o.tensor_a = name;
    o.elements = 1;
    o.value = -1;
    hostile.push_back(o);
  }
  EXPECT_EQ(observationsCsv({hostile[0]}).find(",=1+1"), std::string::npos);
  EXPECT_THAT(observationsCsv({hostile[0]}), testing::EndsWith("s,m,f,a,'=1+1,,,,,,,1,-1\n"));
  const auto rows = readBack(smallReport(), hostile).rows;
  ASSERT_EQ(rows.size(), hostile.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].tensor_a, hostile[i].tensor_a);
  }
}

TEST(ReportObservations, NameTheLineThatIsWrong) {
  Texts texts = textsOf(smallReport());
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
}  // namespace kindred::results
