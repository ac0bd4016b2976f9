#include <gmock/gmock.h>

#include "report/picture.hpp"
#include "unit/results/small_report.hpp"

namespace kindred::report {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

results::Observation observation(const std::string& step, const std::string& metric,
                                 const std::string& figure, std::int64_t layer_a,
                                 std::int64_t layer_b, double value) {
  results::Observation o;
  o.step = step;
  o.metric = metric;
  o.figure = figure;
  o.model_a = "one";
  o.model_b = "two";
  o.layer_a = layer_a;
  o.layer_b = layer_b;
  o.tensor_a = "model.layers." + std::to_string(layer_a) + ".norm.weight";
  o.tensor_b = "model.layers." + std::to_string(layer_b) + ".norm.weight";
  o.elements = 64;
  o.value = value;
  return o;
}

// The picture whose id ends so; an empty one where there is none.
Picture find(const std::vector<Picture>& pictures, const std::string& ending) {
  for (const Picture& picture : pictures) {
    if (picture.id.ends_with(ending)) return picture;
  }
  ADD_FAILURE() << "no picture '" << ending << "'";
  return {};
}

Json rows(const Picture& picture) { return picture.spec.at("datasets").at("rows"); }

Json withStep(const std::string& pairing, Json metrics) {
  Json report = smallReport();
  report["steps"].push_back(stepJson("norms", "one", "two", pairing, std::move(metrics)));
  return report;
}

TEST(ReportPictures, AreNoneWhereNothingWasMeasured) {
  EXPECT_THAT(picturesOf(readBack(smallReport())), IsEmpty());
}

TEST(ReportPictures, ShowRawBesideCentredOnOneColourScale) {
  Json centred = metricJson("pearson", "cosine");
  centred["parameters"]["centred"] = "true";
  std::vector<results::Observation> measured;
  for (int a = 0; a < 3; ++a) {
    for (int b = 0; b < 2; ++b) {
      measured.push_back(observation("norms", "cosine", "cosine", a, b, 0.99));
      measured.push_back(observation("norms", "pearson", "cosine", a, b, a == b ? 0.8 : 0.0));
    }
  }
  Json report = withStep("all-layers", Json::array({metricJson("cosine", "cosine"), centred}));
  report["figures"] = Json::array({figureJson("cosine", "cosine", "cosine", -1.0, 1.0)});
  const results::Report made = readBack(report, measured);
  const Picture picture = find(picturesOf(made), "heatmap-norms");
  ASSERT_EQ(picture.spec.at("concat").size(), 2U);
  EXPECT_EQ(picture.spec.at("concat")[0].at("title"), "cosine");
  EXPECT_EQ(picture.spec.at("concat")[1].at("title"), "pearson");
  EXPECT_EQ(picture.spec.at("resolve").at("scale").at("color"), "shared");
  EXPECT_THAT(picture.spec.dump(), HasSubstr(R"("domain":[-1.0,1.0],"domainMid":0)"));
  EXPECT_EQ(rows(picture).at("a"), Json::parse("[0,0,1,1,2,2]"));
  EXPECT_EQ(rows(picture).at("v1"), Json::parse("[0.8,0.0,0.0,0.8,0.0,0.0]"));
  EXPECT_THAT(picture.spec.dump(), HasSubstr("datum.a === datum.b"));  // the diagonal
  EXPECT_THAT(picture.table.rows.at(1), testing::ElementsAre("pearson", "6", "0.8", "0", "0"));
}

// Whatever the plugin is called: what it declares of the figure is all that counts.
TEST(ReportPictures, DrawNoLinesOfWhatIsYesOrNo) {
  Json report = withStep("same-layer", Json::array({metricJson("alike", "alike")}));
  std::vector<results::Observation> measured;
  for (int layer = 0; layer < 3; ++layer) {
    measured.push_back(observation("norms", "alike", "alike", layer, layer, layer % 2));
  }
  EXPECT_THAT(picturesOf(readBack(report, measured)), testing::SizeIs(1));
  report["figures"] = Json::array({figureJson("alike", "alike", "truth", 0.0, 1.0)});
  EXPECT_THAT(picturesOf(readBack(report, measured)), IsEmpty());
}

TEST(ReportPictures, SayWhatTheMetricSaysOfIndependentModels) {
  Json report = withStep("same-layer", Json::array({metricJson("tilt", "tilt")}));
  report["figures"] = Json::array({figureJson("tilt", "tilt", "number", nullptr, nullptr)});
  report["figures"][0]["strangers"] = "Independent models tilt by about 3.";
  std::vector<results::Observation> measured;
  for (int layer = 0; layer < 3; ++layer) {
    measured.push_back(observation("norms", "tilt", "tilt", layer, layer, layer));
  }
  EXPECT_THAT(find(picturesOf(readBack(report, measured)), "layers-tilt").caption,
              HasSubstr("Independent models tilt by about 3."));
}

TEST(ReportPictures, NameQuantilesByTheirShareLowestFirst) {
  Json report = withStep("same-layer", Json::array({metricJson("gap", "gap")}));
  report["figures"] =
      Json::array({figureJson("gap", "q50", "difference", 0.0, nullptr, "quantile", 0.5),
                   figureJson("gap", "q99", "difference", 0.0, nullptr, "quantile", 0.99),
                   figureJson("gap", "top", "difference", 0.0, nullptr, "quantile", 1.0)});
  std::vector<results::Observation> measured;
  for (const auto& [figure, value] : {std::pair("top", 8.0), {"q50", 1.0}, {"q99", 4.0}}) {
    measured.push_back(observation("norms", "gap", figure, 0, 0, value));
  }
  const Picture picture = find(picturesOf(readBack(report, measured)), "difference-quantiles");
  EXPECT_EQ(rows(picture).at("quantile"), Json::parse(R"(["half", "99 %", "all"])"));
  EXPECT_THAT(picture.summary, HasSubstr("half of the values differ by at most 1"));
}

TEST(ReportPictures, DrawControlsAsControls) {
  Json report = withStep("same-layer", Json::array({metricJson("mad", "mad")}));
  report["models"][1]["role"] = "control";
  std::vector<results::Observation> measured;
  for (int layer = 0; layer < 3; ++layer) {
    measured.push_back(observation("norms", "mad", "mad", layer, layer, 0.1 * layer));
    measured.push_back(observation("norms", "mad", "rms", layer, layer, 7));
  }
  const Picture picture = find(picturesOf(readBack(report, measured)), "layers-mad");
  EXPECT_EQ(rows(picture).at("value").size(), 3U);  // the first figure alone
  EXPECT_THAT(rows(picture).at("role"), Each("control"));
  EXPECT_THAT(rows(picture).at("part"), Each("norm"));
  EXPECT_THAT(picture.caption, HasSubstr("independent"));
}

TEST(ReportPictures, GiveAPairOneColourEverywhereSubjectsFirst) {
  Json report = withStep("same-layer", Json::array({metricJson("mad", "mad")}));
  report["models"].push_back(modelJson("astray", "control"));
  report["findings"][0]["by_layer"] = {{{"layer", 0}, {"coins", 100}, {"heads", 99}},
                                       {{"layer", 1}, {"coins", 400}, {"heads", 200}}};
  std::vector<results::Observation> measured;
  for (int layer = 0; layer < 3; ++layer) {
    measured.push_back(observation("norms", "mad", "mad", layer, layer, 0.2));
    measured.back().model_a = "astray";
    measured.push_back(observation("norms", "mad", "mad", layer, layer, 0.1 * layer));
  }
  const std::vector<Picture> pictures = picturesOf(readBack(report, measured));
  const Json both = Json::array({"one and two", "astray and two"});
  const Json lines = find(pictures, "layers-mad").spec.at("spec").at("encoding").at("color");
  EXPECT_EQ(lines.at("scale").at("domain"), both);
  EXPECT_EQ(lines.at("legend").at("values"), both);
  const Json dots = find(pictures, "coins-mlp-unit").spec.at("layer")[1].at("encoding").at("color");
  EXPECT_EQ(dots.at("scale").at("domain"), both);
  EXPECT_EQ(dots.at("legend").at("values"), Json::array({"one and two"}));
}

TEST(ReportPictures, PutCoinsAgainstTheBandOfAFairOne) {
  Json report = smallReport();
  report["findings"][0]["by_layer"] = {{{"layer", 0}, {"coins", 100}, {"heads", 99}},
                                       {{"layer", 1}, {"coins", 400}, {"heads", 200}}};
  const Picture picture = find(picturesOf(readBack(report)), "coins-mlp-unit");
  EXPECT_EQ(rows(picture).at("share"), Json::parse("[0.99,0.5,null,null]"));
  // 3.29 standard deviations of 0.5 / sqrt(100), and of 0.5 / sqrt(400).
  EXPECT_EQ(rows(picture).at("low"), Json::parse("[null,null,0.33547,0.41774]"));
  EXPECT_THAT(picture.summary, HasSubstr("299 heads of 500 coins"));
}

TEST(ReportPictures, PutAPermutationTestAgainstItsNull) {
  Json report = smallReport();
  report["findings"][0]["statistic"] = 9;
  report["findings"][0]["details"] = {{"null_mean", 5}, {"null_sd", 2}, {"null_skewness", 0}};
  const Picture picture = find(picturesOf(readBack(report)), "nulls");
  EXPECT_EQ(rows(picture).at("kind").back(), "observed");
  EXPECT_EQ(rows(picture).at("z").back(), 2);
  EXPECT_EQ(picture.table.rows.at(0).at(3), "5");
}

TEST(ReportPictures, MapLayersAndExperts) {
  Json report = smallReport();
  report["findings"][0]["matches"] = Json::parse(
      R"([{"layer_a": 5, "layer_b": 7, "expert_a": null, "expert_b": null},
          {"layer_a": 5, "layer_b": 7, "expert_a": 0, "expert_b": 3}])");
  const auto pictures = picturesOf(readBack(report));
  const Json layers = rows(find(pictures, "layer-map"));
  EXPECT_EQ(layers.at("b"), Json::parse("[7]"));
  EXPECT_EQ(layers.at("a"), Json::parse("[5]"));
  const Json experts = rows(find(pictures, "expert-map"));
  EXPECT_EQ(experts.at("b"), Json::parse("[3]"));
  EXPECT_EQ(experts.at("layer"), Json::parse("[7]"));
}

TEST(ReportPictures, CountDifferencesByPowersOfTwo) {
  std::vector<results::Observation> measured;
  for (const auto& [figure, value] : {std::pair("difference-histogram", 0.75),
                                      {"zero", 0.25},
                                      {"b00", 0.5},
                                      {"b27", 0.0},
                                      {"b28", 0.25}}) {
    measured.push_back(observation("norms", "difference-histogram", figure, 0, 0, value));
  }
  Json report = withStep("same-layer",
                         Json::array({metricJson("difference-histogram", "difference-histogram")}));
  const char* plugin = "difference-histogram";
  report["figures"] = Json::array({figureJson(plugin, "difference-histogram", "share", 0.0, 1.0),
                                   figureJson(plugin, "zero", "share", 0.0, 1.0, "bin", 0.0),
                                   figureJson(plugin, "b00", "share", 0.0, 1.0, "bin", 0x1p-24),
                                   figureJson(plugin, "b27", "share", 0.0, 1.0, "bin", 8.0),
                                   figureJson(plugin, "b28", "share", 0.0, 1.0, "bin", nullptr)});
  const Picture picture = find(picturesOf(readBack(report, measured)), "differences");
  EXPECT_EQ(rows(picture).at("bin"), Json::parse(R"(["equal", "< 2^-24", "< 2^3", ">= 2^3"])"));
  EXPECT_EQ(rows(picture).at("share"), Json::parse("[0.25,0.5,0.0,0.25]"));
}

TEST(ReportPictures, DrawBandsOfMoments) {
  Json report = smallReport();
  report["steps"].push_back(
      stepJson("norms", "one", "", "", Json::array({metricJson("moments", "moments")})));
  report["figures"] =
      Json::array({figureJson("moments", "moments", "value", nullptr, nullptr, "mean"),
                   figureJson("moments", "sd", "value", 0.0, nullptr, "deviation"),
                   figureJson("moments", "min", "value", nullptr, nullptr, "quantile", 0.0),
                   figureJson("moments", "max", "value", nullptr, nullptr, "quantile", 1.0)});
  std::vector<results::Observation> measured;
  for (int layer = 0; layer < 2; ++layer) {
    for (const auto& [figure, value] :
         {std::pair("moments", 2.0), {"sd", 0.5}, {"min", 0.0}, {"max", 4.0}}) {
      measured.push_back(observation("norms", "moments", figure, layer, -1, value));
      measured.back().model_b.clear();
      measured.back().tensor_b.clear();
    }
  }
  const Picture picture = find(picturesOf(readBack(report, measured)), "moments");
  EXPECT_THAT(rows(picture).at("low"), Each(1.5));
  EXPECT_THAT(rows(picture).at("high"), Each(2.5));
  const Json hills = rows(find(picturesOf(readBack(report, measured)), "ridges"));
  EXPECT_EQ(hills.at("base").front(), 0);
  EXPECT_EQ(hills.at("base").back(), -1);
  EXPECT_THAT(hills.at("x"), Each(testing::AllOf(testing::Ge(0.0), testing::Le(4.0))));
}

TEST(ReportPictures, ScatterPrincipalComponents) {
  std::vector<results::Observation> measured;
  for (int layer = 0; layer < 2; ++layer) {
    measured.push_back(observation("pca", "norm-pca", "pc1", layer, -1, 1));
    measured.push_back(observation("pca", "norm-pca", "pc2", layer, -1, 2));
  }
  Json report = smallReport();
  report["steps"].push_back(
      stepJson("pca", "one", "", "", Json::array({metricJson("norm-pca", "norm-pca")})));
  report["figures"] =
      Json::array({figureJson("norm-pca", "pc1", "number", nullptr, nullptr, "coordinate", 1.0),
                   figureJson("norm-pca", "pc2", "number", nullptr, nullptr, "coordinate", 2.0)});
  const Picture picture = find(picturesOf(readBack(report, measured)), "components-norm-pca");
  EXPECT_THAT(rows(picture).at("x"), Each(1));
  EXPECT_THAT(rows(picture).at("y"), Each(2));
}

TEST(ReportPictures, JoinRelativesOfManyModels) {
  Json report = smallReport();
  report["models"] = Json::array();
  report["pairs"] = Json::array();
  const std::vector<std::string> keys{"m0", "m1", "m2", "m3"};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    report["models"].push_back(modelJson(keys[i]));
    for (std::size_t j = 0; j < i; ++j) {
      const bool kin = i < 2;
      report["pairs"].push_back(
          pairJson(keys[j], keys[i], kin ? "shared-weights" : "no-evidence", kin ? -80 : 0));
    }
  }
  const auto pictures = picturesOf(readBack(report));
  const Picture graph = find(pictures, "families");
  EXPECT_EQ(rows(graph).at("kind"), Json::parse(R"(["pair", "model", "model", "model", "model"])"));
  EXPECT_THAT(graph.caption, HasSubstr("doesn't say who descends from whom"));
  EXPECT_EQ(rows(find(pictures, "all-pairs")).at("a").size(), 12U);
}

TEST(ReportPictures, ShowHostileNamesAsText) {
  Json report = smallReport();
  report["findings"][0]["model_a"] = "a\u202eb";
  report["findings"][0]["by_layer"] = {{{"layer", 0}, {"coins", 100}, {"heads", 99}}};
  const std::string spec = find(picturesOf(readBack(report)), "coins-mlp-unit").spec.dump();
  EXPECT_THAT(spec, Not(HasSubstr("\u202e")));
  EXPECT_THAT(spec, HasSubstr("a\\\\u202eb"));
}

}  // namespace
}  // namespace kindred::report
