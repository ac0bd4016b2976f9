// Every recipe of the dispute, on stand-ins: real names and shapes, published norm statistics, an
// independent pair, a stranger and a descendant. What the published figures of real weights are is
// expected by the recipes themselves; here their pattern must come out.
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <set>

#include "recipes.hpp"
#include "servers/range_server.hpp"
#include "servers/stand_ins.hpp"

namespace kindred::clitest {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kFolder = fs::path(KINDRED_SOURCE_DIR) / "configs/dispute";

const char* const kRecipes[] = {"within-baseline", "same-layer-norms",     "by-type",
                                "raw-bytes",       "rebuttal-matrices",    "rebuttal-mixed-layers",
                                "rebuttal-within", "shuffled-and-centred", "known-descendant",
                                "changed-values",  "norm-statistics",      "input-against-post",
                                "six-pairs",       "why-0.377-and-0.924",  "sampled-bytes"};

fs::path fileOf(const std::string& recipe) { return kFolder / (recipe + ".yaml"); }

TEST(DisputeRecipes, AreTheOnesThatAreTested) {
  std::set<std::string> there, tested(std::begin(kRecipes), std::end(kRecipes));
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    there.insert(entry.path().stem().string());
  }
  EXPECT_EQ(there, tested);
}

TEST(DisputeRecipes, SayWhoseClaimWhatToLookForAndWhatWouldBeWrong) {
  for (const char* name : kRecipes) {
    const std::string text = support::readFile(fileOf(name));
    EXPECT_TRUE(text.starts_with("# Whose claim: ")) << name;
    EXPECT_THAT(text, HasSubstr("\n# What to look for: ")) << name;
    EXPECT_THAT(text, HasSubstr("\n# What would be wrong to conclude: ")) << name;
    EXPECT_THAT(text, HasSubstr("hub: {plugin: http-range}")) << name;
  }
}

TEST(DisputeRecipes, AreWellFormed) {
  for (const char* name : kRecipes) {
    const RunResult check = support::run({"check", fileOf(name).string()});
    EXPECT_EQ(check.exit_code, 0) << name << ": " << check.err;
  }
}

// The four models behind one server, and one cache for all recipes of a test.
class Dispute : public testing::Test {
 protected:
  explicit Dispute(servers::Size size = servers::Size::full) {
    servers::publishStandIns(server_, size);
  }

  RunResult start(const std::string& command, const fs::path& recipe,
                  const std::vector<std::string>& settings, std::vector<std::string> options) {
    std::vector<std::string> arguments{command, recipe.string(),
                                       "--set", "sources.hub.endpoint=" + server_.endpoint(),
                                       "--set", "sources.hub.cache=" + (dir_ / "cache").string()};
    for (const std::string& setting : settings) {
      arguments.insert(arguments.end(), {"--set", setting});
    }
    arguments.insert(arguments.end(), options.begin(), options.end());
    return support::run(arguments);
  }

  nlohmann::json plan(const fs::path& recipe) {
    const RunResult plan = start("plan", recipe, {}, {"--json"});
    EXPECT_EQ(plan.exit_code, 0) << recipe << ": " << plan.err;
    return plan.exit_code == 0 ? nlohmann::json::parse(plan.out) : nlohmann::json();
  }

  // Real weights are not here, so an expectation may fail (exit code 3); nothing else may.
  nlohmann::json runFile(const fs::path& recipe, const std::vector<std::string>& settings = {}) {
    const RunResult run = start("run", recipe, settings, {"--out", (dir_ / "out").string()});
    EXPECT_TRUE(run.exit_code == 0 || run.exit_code == 3) << recipe << ": " << run.err;
    printed_ = run.out;
    nlohmann::json report = reportOf(dir_);
    EXPECT_EQ(report.at("complete"), true) << recipe;
    return report;
  }
  nlohmann::json run(const std::string& recipe, const std::vector<std::string>& settings = {}) {
    return runFile(fileOf(recipe), settings);
  }

  static double mean(const nlohmann::json& report, const std::string& step,
                     const std::string& metric, const std::string& figure) {
    return summaryOf(report, step, metric, figure).value("mean", std::nan(""));
  }

  // Whether the published figure came out; of real weights it must, of stand-ins some do.
  static bool met(const nlohmann::json& report, const std::string& figure) {
    for (const auto& entry : report.at("expectations")) {
      if (entry.at("figure") == figure) return entry.at("met");
    }
    ADD_FAILURE() << "nothing is expected of " << figure;
    return false;
  }

  TempDir dir_;
  servers::RangeServer server_;
  std::string printed_;
};

TEST_F(Dispute, RecipesSayWhatTheyWouldReadBeforeTheyDo) {
  for (const char* name : kRecipes) {
    const nlohmann::json plan = this->plan(fileOf(name));
    ASSERT_TRUE(plan.is_object()) << name;
    EXPECT_GT(plan.at("bytes_by_model").size(), 0U) << name;
    for (const auto& step : plan.at("steps")) {
      if (step.at("bytes").get<double>() == 0) continue;
      EXPECT_GT(step.at("requests").get<double>(), 0) << name << ": " << step.at("name");
    }
  }
}

TEST_F(Dispute, CosineOfNormsIsHighAndPearsonIsNot) {
  const auto report = run("same-layer-norms");
  EXPECT_NEAR(mean(report, "input", "cosine", "cosine"), 0.9487, 0.003);
  EXPECT_NEAR(mean(report, "post", "cosine", "cosine"), 0.9864, 0.003);
  EXPECT_NEAR(mean(report, "input", "pearson", "cosine"), 0, 0.02);
  EXPECT_EQ(summaryOf(report, "input", "cosine", "cosine").at("count"), 46);
  EXPECT_TRUE(met(report, "input.cosine.count"));
}

TEST_F(Dispute, OnlyTheDescendantKeepsItsPearson) {
  const auto report = run("known-descendant", {"steps.glm-intellect-k.select.layers=[10, 12]",
                                               "steps.solar-glm-k.select.layers=[10, 12]"});
  for (const char* step : {"glm-intellect-input", "glm-intellect-post"}) {
    EXPECT_GT(summaryOf(report, step, "pearson", "cosine").at("min"), 0.99) << step;
  }
  EXPECT_NEAR(mean(report, "solar-glm-input", "pearson", "cosine"), 0, 0.02);
  EXPECT_GT(mean(report, "glm-intellect-k", "cosine", "cosine"), 0.9999);
  EXPECT_NEAR(mean(report, "solar-glm-k", "cosine", "cosine"), 0, 0.01);
  EXPECT_TRUE(met(report, "glm-intellect-input.pearson.min"));
}

TEST_F(Dispute, TheLowBaselineBelongsToOneTensor) {
  const auto report = run("why-0.377-and-0.924");
  EXPECT_NEAR(mean(report, "glm-input-0", "cosine", "cosine"), 0.377, 0.02);
  EXPECT_NEAR(mean(report, "glm-post-0", "cosine", "cosine"), 0.924, 0.015);
  EXPECT_GT(mean(report, "glm-input-10", "cosine", "cosine"), 0.98);
  for (const char* step : {"glm-input-0", "glm-post-0", "glm-input-10", "solar-glm-input"}) {
    EXPECT_NEAR(mean(report, step, "cosine", "cosine"),
                mean(report, step, "shuffled", "shuffled-cosine"), 0.02)
        << step << ": the spread alone explains the cosine";
    EXPECT_THAT(printed_, HasSubstr(step)) << "the table is printed";
  }
  const auto baseline = run("within-baseline");
  EXPECT_NEAR(mean(baseline, "glm-layer-0", "cosine", "cosine"), 0.377, 0.02);
  EXPECT_NEAR(mean(baseline, "cross", "cosine", "cosine"), 0.989, 0.003);
  EXPECT_NEAR(mean(baseline, "cross-layer-0", "cosine", "cosine"), 0.127, 0.05);
}

TEST_F(Dispute, TheRebuttalsTablesHaveTheirRowsAndColumns) {
  const auto check = [&](const std::string& recipe, const std::vector<std::string>& rows) {
    std::vector<std::string> settings;  // of the large tensors a part will do
    for (const std::string& row : rows) {
      settings.push_back("steps." + row + "-k.sample={head: 65536}");
      settings.push_back("steps." + row + "-v.sample={head: 65536}");
    }
    const auto report = run(recipe, settings);
    for (const std::string& row : rows) {
      for (const char* tensor : {"input", "post", "k", "v"}) {
        const std::string step = row + "-" + tensor;
        for (const auto& [metric, figure] : {std::pair{"cosine", "cosine"},
                                             {"centred-cosine", "cosine"},
                                             {"pearson", "cosine"},
                                             {"mad", "mad"},
                                             {"mad", "rel_l2"},
                                             {"cv", "spread"},
                                             {"p99", "quantile-difference"}}) {
          EXPECT_EQ(summaryOf(report, step, metric, figure).at("count"), 1) << step << metric;
        }
        const bool norm = *tensor == 'i' || *tensor == 'p';
        const double cosine = mean(report, step, "cosine", "cosine");
        EXPECT_NEAR(cosine, norm ? 0.985 : 0, norm ? 0.015 : 0.02) << step;
        EXPECT_NEAR(mean(report, step, "pearson", "cosine"), 0, 0.08) << step;
      }
    }
  };
  check("rebuttal-mixed-layers", {"solar10-glm20", "solar10-phi30", "glm20-phi30"});
  check("rebuttal-matrices",
        {"solar-glm-10", "solar-phi-10", "glm-phi-10", "solar-glm-20", "solar-phi-20", "glm-phi-20",
         "solar-glm-30", "solar-phi-30", "glm-phi-30"});
  check("rebuttal-within", {"solar-10-20", "solar-10-30", "solar-20-30", "glm-10-20", "glm-10-30",
                            "glm-20-30", "phi-10-20", "phi-10-30", "phi-20-30"});
}

TEST_F(Dispute, ShufflingChangesNothingAndCentringDependsOnTheCentre) {
  const auto report = run("shuffled-and-centred");
  for (const char* step : {"input", "post"}) {
    EXPECT_NEAR(mean(report, step, "cosine", "cosine"),
                mean(report, step, "shuffled-cosine", "shuffled-cosine"), 0.003);
  }
  EXPECT_NEAR(mean(report, "both", "about-one", "cosine"), 0.258, 0.02);
  EXPECT_TRUE(met(report, "input.spread.mean_a.mean") ||
              std::abs(mean(report, "input", "spread", "mean_a") - 0.2695) < 0.001);
}

TEST_F(Dispute, FineTuningChangedWhatWasPublished) {
  const auto report = run("changed-values");
  EXPECT_NEAR(mean(report, "layer-0", "changed", "changed"), 0.96, 0.02);
  EXPECT_GT(summaryOf(report, "layers-3-to-12", "changed", "changed").at("min"), 0.07);
  EXPECT_LT(summaryOf(report, "layers-3-to-12", "changed", "changed").at("max"), 0.53);
  EXPECT_LT(mean(report, "layers-30-to-45", "changed", "changed"), 0.003);
  EXPECT_LT(mean(report, "layer-40", "mad", "mad"), 1e-5);
  EXPECT_GT(mean(report, "strangers", "changed", "changed"), 0.95);
  EXPECT_GT(mean(report, "strangers", "changed", "ulp_mean"), 20);
}

TEST_F(Dispute, MeansByTypeAndBytesTellNormsFromMatrices) {
  const std::string few = "layers=[0, 2]";
  const auto types = run(
      "by-type", {"steps.router.select." + few, "steps.k.select." + few, "steps.v.select." + few});
  EXPECT_GT(mean(types, "input", "cosine", "cosine"), 0.94);
  for (const char* step : {"router", "k", "v"}) {
    EXPECT_NEAR(mean(types, step, "cosine", "cosine"), 0, 0.005) << step;
  }
  const auto bytes = run("raw-bytes", {"selections.all-types." + few, "steps.router.select." + few,
                                       "steps.k.select." + few, "steps.v.select." + few});
  for (const char* step : {"router", "k", "v", "input", "post"}) {
    EXPECT_GT(mean(bytes, step, "mad", "rel_l2"), 0.6) << step;
    EXPECT_GT(mean(bytes, step, "changed", "changed"), 0.95) << step;
  }
  EXPECT_GT(mean(bytes, "k", "mad", "rel_l2"), 1.1) << "as published";
  const auto sampled = run("sampled-bytes");
  EXPECT_GT(mean(sampled, "solar-glm", "changed", "changed"), 0.98);
  EXPECT_LT(mean(sampled, "glm-intellect", "changed", "changed"), 0.5);
  EXPECT_TRUE(met(sampled, "solar-glm.mad.sign.mean"));
}

TEST_F(Dispute, NormsOfFourModelsAreDescribedAndPaired) {
  const auto statistics = run("norm-statistics");
  EXPECT_NEAR(mean(statistics, "solar-layer-0", "moments", "moments"), 0.016, 0.0005);
  EXPECT_NEAR(mean(statistics, "solar-layer-0", "moments", "sd"), 0.041, 0.0005);
  EXPECT_EQ(summaryOf(statistics, "phi-input", "moments", "norm").at("count"), 32);
  const auto within = run("input-against-post");
  EXPECT_EQ(summaryOf(within, "glm", "cosine", "cosine").at("count"), 46);
  EXPECT_GT(mean(within, "glm", "cosine", "cosine"), 0.9);
  const auto pairs = run("six-pairs");
  for (const char* pair :
       {"solar-glm", "solar-phi", "solar-intellect", "glm-phi", "phi-intellect"}) {
    EXPECT_NEAR(mean(pairs, pair, "pearson", "cosine"), 0, 0.005) << pair;
    EXPECT_NEAR(mean(pairs, std::string(pair) + "-diagonal", "pearson", "cosine"), 0, 0.02);
  }
  EXPECT_GT(mean(pairs, "glm-intellect-diagonal", "pearson", "cosine"), 0.99);
  EXPECT_EQ(summaryOf(pairs, "solar-glm", "pearson", "cosine").at("count"), 46 * 46);
}

}  // namespace
}  // namespace kindred::clitest
