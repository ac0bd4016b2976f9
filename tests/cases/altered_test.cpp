// What recipes of the case library say of models that are not as in the other tests.
#include <algorithm>
#include <set>
#include <string>

#include "cases/case_run.hpp"

namespace kindred::casetest {
namespace {

TEST_F(Cases, BiasesOfTheDescendantAreCoinsWithTheirRows) {
  for (const bool biases : {true, false}) {
    std::vector<servers::CaseModel> models = servers::caseModels("pangu-qwen");
    for (const servers::CaseModel& other : servers::qwenOfTurnedRows(biases)) {
      for (servers::CaseModel& model : models) {
        if (model.repository == other.repository) model = other;
      }
    }
    runOn("pangu-qwen", models);
    double log10_p = 0;  // of the value rows; what reads them is as it was
    for (const json& finding : report_.at("findings")) {
      if (finding.at("step") != "instruct-signs" || finding.at("gauge") != "value-dim") continue;
      const std::string null = finding.at("null");
      const bool of_rows = null.find("attention.o") == std::string::npos &&
                           null.find("first rows of the latter") == std::string::npos;
      if (of_rows) log10_p = std::min(log10_p, finding.at("log10_p").get<double>());
    }
    if (biases) {
      EXPECT_LT(log10_p, -12) << "biases, which are larger than their rows, are not turned";
    } else {
      EXPECT_GT(log10_p, -3) << "without them half of all coins are tails";
    }
  }
}

TEST_F(Cases, AModelThatCannotBeOpenedLeavesTheOthersToBeCompared) {
  std::vector<servers::CaseModel> models = servers::caseModels("deepseek-family");
  const std::string gone = "FreedomIntelligence/openPangu-Ultra-MoE-718B";
  std::erase_if(models, [&](const servers::CaseModel& m) { return m.repository == gone; });
  const RunResult result = runOn("deepseek-family", models);
  EXPECT_EQ(result.exit_code, 3) << result.err;
  const std::string why = "model 'pangu' could not be opened";
  EXPECT_THAT(result.err, HasSubstr(why));
  EXPECT_EQ(verdict("v3", "pangu"), "not-run");
  EXPECT_EQ(verdict("rakuten", "v3"), "shared-weights");
  EXPECT_EQ(verdict("v3", "sarvam"), "no-evidence");
  std::set<std::string> unmet;
  for (const json& expectation : report_.at("expectations")) {
    if (expectation.at("met")) continue;
    unmet.insert(expectation.at("figure"));
    EXPECT_THAT(expectation.at("reason").get<std::string>(), HasSubstr(why));
  }
  EXPECT_EQ(unmet,
            (std::set<std::string>{"signs-v3-pangu.log10_p_adjusted", "cut-pangu.truncation.max"}));
  for (const char* file : {"report.html", "report.md"}) {
    EXPECT_THAT(support::readFile(dir_ / "out" / file), HasSubstr("could not be opened")) << file;
  }
  EXPECT_EQ(support::run({"verify", (dir_ / "out").string()}).exit_code, 0) << "comes out again";
}

}  // namespace
}  // namespace kindred::casetest
