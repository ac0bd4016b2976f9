#include <gmock/gmock.h>

#include "report/html.hpp"
#include "report/markdown.hpp"
#include "report/wording.hpp"
#include "unit/results/small_report.hpp"

namespace kindred::report {
namespace {

using testing::HasSubstr;
using testing::Not;

const PageAssets kAssets{"p {}", "start()", ""};

// What somebody might call a model, a tensor or a recipe.
const std::string kHostile =
    "<script>alert('x')</script>\" onload=\"y\" \x1b[31m \u202e@someone `code` | # [a](b)";

Json hostileReport() {
  Json report = smallReport();
  report["title"] = kHostile;
  report["question"] = kHostile;
  report["models"][0]["key"] = kHostile;
  report["pairs"][0]["a"] = kHostile;
  report["findings"][0]["model_a"] = kHostile;
  report["findings"][0]["null"] = kHostile;
  report["tables"].push_back({{"step", "s"},
                              {"models", Json::array()},
                              {"title", kHostile},
                              {"columns", Json::array({kHostile})},
                              {"rows", Json::array({Json::array({kHostile})})},
                              {"note", kHostile}});
  return report;
}

TEST(ReportPage, SaysTheAnswerBeforeTheEvidenceBeforeTheMethod) {
  const std::string html = reportHtml(readBack(smallReport()), kAssets);
  const auto answer = html.find("agree as those of models trained independently would");
  const auto evidence = html.find("id=\"evidence\"");
  const auto method = html.find("id=\"method\"");
  const auto cost = html.find("id=\"cost\"");
  const auto manifest = html.find("kindred run &#39;my recipe.yaml&#39;");
  EXPECT_LT(answer, evidence);
  EXPECT_LT(evidence, method);
  EXPECT_LT(method, cost);
  EXPECT_LT(cost, manifest);
  EXPECT_NE(manifest, std::string::npos);
}

TEST(ReportPage, ShowsPValuesAsPowersOfTenRoundedUp) {
  EXPECT_THAT(reportHtml(readBack(smallReport()), kAssets), HasSubstr("10<sup>\u2212250.0</sup>"));
}

TEST(ReportPage, ShowsHostileTextAsText) {
  const std::string html = reportHtml(readBack(hostileReport()), kAssets);
  EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(html, Not(HasSubstr("\" onload=\"")));
  EXPECT_THAT(html, Not(HasSubstr("\x1b")));
  EXPECT_THAT(html, Not(HasSubstr("\u202e")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
  EXPECT_THAT(html, HasSubstr("\\u202e@someone"));
}

TEST(ReportPage, AllowsNothingFromElsewhere) {
  const std::string html = reportHtml(readBack(smallReport()), kAssets);
  EXPECT_THAT(html, HasSubstr("default-src &#39;none&#39;"));
  EXPECT_THAT(html, Not(HasSubstr("http://")));
  EXPECT_THAT(html, Not(HasSubstr("https://")));
}

TEST(ReportPage, PutsControlsBesideOnTheSameScale) {
  Json report = smallReport();
  report["models"].push_back(modelJson("far", "control"));
  report["pairs"].push_back(pairJson("one", "far", "no-evidence", -0.3));
  report["findings"].push_back(findingJson("one", "far", -0.3));
  const std::string html = reportHtml(readBack(report), kAssets);
  EXPECT_THAT(html, HasSubstr("p = 10^-250.0, a control: 0.5"));
}

TEST(ReportPage, ShowsTablesWhereItIsBuiltWithoutCharts) {
  Json report = smallReport();
  report["findings"][0]["by_layer"] = {{{"layer", 0}, {"coins", 100}, {"heads", 99}}};
  const results::Report made = readBack(report);
  const std::string tables = reportHtml(made, kAssets);
  EXPECT_THAT(tables, HasSubstr("<td class=\"number\">99</td>"));
  EXPECT_THAT(tables, Not(HasSubstr("<script")));
  const std::string charts = reportHtml(made, {"", "start()", "vega()"});
  EXPECT_THAT(charts, HasSubstr("role=\"img\" aria-label=\"one and two: 99 heads of 100 coins\""));
  EXPECT_THAT(charts, HasSubstr("start()</script>"));
}

TEST(ReportPage, SaysThatARunWasInterrupted) {
  Json report = smallReport();
  report["complete"] = false;
  EXPECT_THAT(reportHtml(readBack(report), kAssets), HasSubstr("This run was interrupted"));
  EXPECT_THAT(reportMarkdown(readBack(report)), HasSubstr("This run was interrupted"));
}

TEST(ReportMarkdown, SaysAnswerAndEvidence) {
  const std::string text = reportMarkdown(readBack(smallReport()));
  EXPECT_THAT(text, HasSubstr("# A title\n"));
  EXPECT_THAT(text, HasSubstr("| one and two | sign-test | units of the MLP | 1000 | 10^-250.0 |"));
  EXPECT_THAT(text, HasSubstr("```yaml\nkindred: 1\n```"));
}

TEST(ReportMarkdown, ShowsHostileTextAsText) {
  const std::string text = reportMarkdown(readBack(hostileReport()));
  EXPECT_THAT(text, Not(HasSubstr("<script>")));
  EXPECT_THAT(text, Not(HasSubstr("@someone")));
  EXPECT_THAT(text, Not(HasSubstr("](b)")));
  EXPECT_THAT(text, Not(HasSubstr("\u202e")));
}

TEST(ReportMarkdown, KeepsARecipeInsideItsBlock) {
  results::Texts texts = textsOf(smallReport());
  Json manifest = smallManifest();
  manifest["recipe"]["text"] = "a\n```\n<b>\n";
  texts.manifest = manifest.dump();
  EXPECT_THAT(reportMarkdown(results::reportOf(texts)), HasSubstr("````yaml\na\n```\n<b>\n````\n"));
}

TEST(ReportAnswer, NeverClaimsIndependence) {
  Json report = smallReport();
  report["pairs"][0] = pairJson("one", "two", "no-evidence", 0);
  const Answer answer = answerOf(readBack(report));
  EXPECT_THAT(answer.second, HasSubstr("does not show that they are independent"));
}

TEST(ReportAnswer, OfAFewLayersNamesThemAndNotTheStream) {
  results::Report report = readBack(smallReport());
  results::Pair& pair = report.pairs.front();
  pair.verdict.klass = evidence::Class::partial;
  pair.coverage.components.clear();
  pair.verdict.breadth = {.layers = 2, .layers_tested = 6};
  EXPECT_THAT(answerOf(report).first, HasSubstr("a part of their weights: some of the layers."));
  pair.verdict.breadth = {};
  EXPECT_THAT(answerOf(report).first, HasSubstr("what lies along the residual stream"));
}

TEST(ReportAnswer, CountsManyPairsWithoutControls) {
  Json report = smallReport();
  for (const char* key : {"three", "far"}) {
    report["models"].push_back(modelJson(key, key == std::string("far") ? "control" : "subject"));
    report["pairs"].push_back(pairJson("one", key, "no-evidence", 0));
  }
  EXPECT_EQ(answerOf(readBack(report)).first,
            "Of 2 pairs of models, 1 shares weights; in 1 nothing was found.");
}

TEST(ReportWording, GivesPValuesThatNeverSayTooMuch) {
  EXPECT_EQ(text(pValue(-250.07)), "10^-250.0");
  EXPECT_EQ(text(pValue(-250.99)), "10^-250.9");
  EXPECT_EQ(text(pValue(0)), "1");
  EXPECT_EQ(text(pValue(-2)), "0.01");
}

}  // namespace
}  // namespace kindred::report
