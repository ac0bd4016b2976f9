// The case library: each recipe of configs/cases on stand-ins whose origin is known. Every
// expectation of a recipe must come out, the verdict must be the truth, and the figures that were
// published say beside it what they say.
#include <cstring>
#include <map>

#include "cases/case_run.hpp"

namespace kindred::casetest {
namespace {

TEST_F(Cases, OneBitAWeightIsToldFromAStranger) {
  run("bonsai");
  EXPECT_EQ(verdict("qwen", "bonsai"), "shared-weights");
  EXPECT_EQ(verdict("qwen", "ternary"), "shared-weights");
  EXPECT_EQ(verdict("qwen", "smol"), "no-evidence");
  EXPECT_EQ(summary("norms", "changed").at("max"), 0) << "norms are kept to the last bit";
  EXPECT_GT(mean("norms-stranger", "cosine"), 0.95) << "the popular figure accuses a stranger";
  EXPECT_GT(mean("rows", "changed"), 0.99) << "and by values nothing is the same";
  EXPECT_NEAR(mean("rows", "cosine"), 0.798, 0.005);
  EXPECT_NEAR(mean("rows-ternary", "cosine"), 0.890, 0.005);
  expectInTable(mean("norms-stranger", "cosine"), 3);
  expectInTable(mean("rows", "cosine"), 2);
  expectBytesInTable();
  EXPECT_THAT(report_.at("claim").get<std::string>(), HasSubstr("The maker's paper: built from"));
  for (const char* file : {"report.html", "report.md"}) {
    EXPECT_THAT(
        support::readFile(dir_ / "out" / file),
        AllOf(HasSubstr("Claim: Press, April 2026"), HasSubstr("Why: The tests look at signs")))
        << file;
  }
  EXPECT_THAT(printed_, AllOf(HasSubstr("Claim: Press, April 2026"), HasSubstr("Why: The tests")));
  EXPECT_THAT(support::readFile(dir_ / "out/report.html"),
              HasSubstr("Claim: @Clashluke, 2026: LayerNorms are kept as they are."))
      << "a step's claim stands in the page";
}

TEST_F(Cases, AnInnocentModelIsClearedBesideADescendantThatIsFound) {
  run("yi-llama");
  EXPECT_EQ(verdict("llama", "yi"), "no-evidence");
  EXPECT_EQ(verdict("llama", "codellama"), "shared-weights");
  EXPECT_GT(mean("norms", "cosine"), 0.95) << "the popular figure accuses it";
  EXPECT_NEAR(mean("norms", "cosine"), mean("norms", "shuffled-cosine"), 0.005)
      << "and any order of the same numbers";
  EXPECT_NEAR(mean("rows", "cosine"), 0, 0.01);
  EXPECT_GT(mean("layout", "configs", "same"), 8) << "the configurations are alike";
  EXPECT_THAT(printed_, testing::ContainsRegex(
                            "99[ \n]+times[ \n]+in[ \n]+100,[ \n]+would[ \n]+be[ \n]+a[ \n]+copy"));
  expectInTable(mean("norms", "cosine"), 3);
  expectBytesInTable();
}

// The weight of the first parent by the formula that was published, and the cosine beside it.
struct Fit {
  double weight = 0, cosine = 0;
};
Fit publishedFormula(const std::vector<double>& child, const std::vector<double>& first,
                     const std::vector<double>& second) {
  double cf = 0, cc = 0, ff = 0;
  for (std::size_t i = 0; i < child.size(); ++i) {
    const double c = child[i] - second[i], f = first[i] - second[i];
    cf += c * f, cc += c * c, ff += f * f;
  }
  return {cf / ff, cf / std::sqrt(cc * ff)};
}

TEST_F(Cases, AMergeComesOutAsOneConstantRecipeAndAgainToTheLastBit) {
  run("rio");
  for (const auto& [a, b] : {std::pair{"rio", "nex"}, {"rio", "qwen"}, {"nex", "qwen"}}) {
    EXPECT_EQ(verdict(a, b), "shared-weights") << "kinship cannot tell a merge";
  }
  // The published formula gives another weight for each matrix of this one recipe.
  const auto fit = [&](const std::string& tensor) {
    const std::string name = "model.language_model.layers." + tensor + ".weight";
    return publishedFormula(values("prefeitura-rio/Rio-3.5-Open-397B", name),
                            values("nex-agi/Nex-N2-Pro", name),
                            values("Qwen/Qwen3.5-397B-A17B", name));
  };
  struct Published {
    const char* tensor;
    double weight, cosine;
  };
  const Published published[] = {{"0.mlp.gate", 0.573, 0.992},
                                 {"15.mlp.gate", 0.647, 0.962},
                                 {"30.mlp.gate", 0.627, 0.967},
                                 {"45.mlp.gate", 0.582, 0.987},
                                 {"59.mlp.gate", 0.567, 0.997}};
  for (const Published& router : published) {
    const Fit made = fit(router.tensor);
    EXPECT_NEAR(made.weight, router.weight, 0.03) << router.tensor;
    EXPECT_NEAR(made.cosine, router.cosine, 0.01) << router.tensor;
    const std::string step =
        "router-" + std::string(router.tensor, std::strchr(router.tensor, '.'));
    char shown[32];
    std::snprintf(shown, sizeof shown, " %.3f    %.3f ", made.weight,
                  mean(step, "nex-and-qwen", "merge-weights", "nex"));
    EXPECT_THAT(support::readFile(kPages / "rio.md"), HasSubstr(shown)) << "the page's picture";
  }
  EXPECT_GT(fit("0.input_layernorm").weight, 0.6) << "norms, a step or two apart, most of all";
  expectInTable(fit("15.mlp.gate").weight, 2);
  EXPECT_NEAR(mean("router-15", "nex-and-qwen", "along"), fit("15.mlp.gate").weight, 1e-4)
      << "the recipe carries the published formula";
  const double of_nex = mean("projections", "nex-and-qwen", "merge-weights", "nex");
  EXPECT_NEAR(of_nex, 4.0 / 7, 0.002) << "the rounding is fitted with the weights";
  expectIntervalsHold("nex", 4.0 / 7);
  expectIntervalsHold("qwen", 3.0 / 7);
  expectInTable(of_nex, 2);
  expectBytesInTable();

  RunOptions options;
  options.environment = {{"HF_ENDPOINT", server_->endpoint()},
                         {"XDG_CACHE_HOME", (dir_ / "own-cache").string()}};
  const auto replayed = [&](const fs::path& merge) {
    const RunResult replay = support::run(
        {"replay", merge.string(), "prefeitura-rio/Rio-3.5-Open-397B", "--json"}, options);
    EXPECT_EQ(replay.exit_code, 0) << replay.err;
    return json::parse(replay.out).at("share").get<double>();
  };
  EXPECT_EQ(replayed(kRecipes / "merges/rio.yaml"), 1);
  std::string other = support::readFile(kRecipes / "merges/rio.yaml");
  other.replace(other.find("weight: 0.8"), 11, "weight: 0.9");  // 0.6 and 0.4, as was claimed
  EXPECT_NEAR(replayed(dir_.write("claimed.yaml", other)), 0.744, 0.01);
}

TEST_F(Cases, APublishedMergeIsTakenApartAndComputedAgain) {
  run("neuralpipe");
  EXPECT_EQ(verdict("pipe", "hermes"), "shared-weights");
  const double of_hermes = mean("attention-8", "mix", "merge-weights", "hermes");
  EXPECT_NEAR(of_hermes, 0.4935, 0.005) << "the card's weight of that layer";
  EXPECT_LT(mean("attention-8", "mix", "unexplained"), 1e-4);
  expectInTable(of_hermes, 3);
  expectPublishedInTable("0.489");
  expectPublishedInTable("0.4935");
  expectBytesInTable();
  RunOptions options;
  options.environment = {{"HF_ENDPOINT", server_->endpoint()},
                         {"XDG_CACHE_HOME", (dir_ / "own-cache").string()}};
  const RunResult replay = support::run({"replay", (kRecipes / "merges/neuralpipe.yaml").string(),
                                         "mlabonne/NeuralPipe-7B-slerp", "--json"},
                                        options);
  EXPECT_EQ(replay.exit_code, 0) << replay.err;
  EXPECT_GT(json::parse(replay.out).at("share").get<double>(), 0.9999);
}

TEST_F(Cases, SharesOfParentsThatAreTooAlikeAreSaidToBeIllDetermined) {
  run("monarch");
  EXPECT_THAT(oneLine(printed_), HasSubstr("they are so alike that small changes of the model"));
  double sum = 0;
  for (const char* parent : {"omnitruthy", "neubeagle", "neuralomni", "mistral"}) {
    sum += mean("mixture", "mix", "merge-weights", parent);
  }
  EXPECT_NEAR(sum, 1, 0.003) << "the sum is certain";
  EXPECT_GT(mean("mixture", "mix", "error", "neubeagle"), 0.05) << "a share is not";
  expectInTable(mean("mixture", "mix", "condition"), 0);
  expectBytesInTable();
}

TEST_F(Cases, EachComponentHasAVerdictAndANearestCandidateOfItsOwn) {
  run("hyperclova-vision");
  const auto parts = [&](const std::string& other) {
    std::map<std::string, std::string> classes;
    for (const json& pair : report_.at("pairs")) {
      if (pair.at("b") != other) continue;
      for (const json& part : pair.at("components")) {
        classes[part.at("component")] = part.at("verdict").at("class");
      }
    }
    return classes;
  };
  using Classes = std::map<std::string, std::string>;
  for (const char* seer : {"qwen-3b", "qwen-7b", "qwen-32b", "qwen-72b"}) {
    EXPECT_EQ(verdict("clova", seer), "partial") << seer;
    EXPECT_EQ(parts(seer).at("vision tower"), "shared-weights") << seer;
    EXPECT_EQ(parts(seer).at("language model"), "no-evidence") << seer;
  }
  for (const char* listener : {"qwen-audio", "whisper"}) {
    EXPECT_EQ(verdict("clova", listener), "partial") << listener;
    EXPECT_EQ(parts(listener).at("audio tower"), "shared-weights") << listener;
    EXPECT_FALSE(parts(listener).contains("vision tower")) << listener;
  }
  Classes nearest;
  for (const json& of : report_.at("families").at(0).at("nearest")) {
    nearest[of.at("model")] = of.at("kin").at(0).at("model");
    EXPECT_GT(of.at("lead").get<double>(), 2 * of.at("lead_error").get<double>()) << of;
  }
  EXPECT_EQ(nearest, (Classes{{"clova (vision tower)", "qwen-32b (vision tower)"},
                              {"clova (audio tower)", "qwen-audio (audio tower)"}}))
      << "of which they were made";
  EXPECT_THAT(oneLine(printed_), HasSubstr("the nearest is qwen-32b (vision tower)"));
  EXPECT_NEAR(mean("tower", "cosine"), 0.9951, 0.001) << "as published";
  for (const char* size : {"72b", "7b", "3b"}) {
    char shown[16];
    std::snprintf(shown, sizeof shown, " %.3f\n", mean(std::string("tower-") + size, "cosine"));
    EXPECT_THAT(support::readFile(kPages / "hyperclova-vision.md"), HasSubstr(shown)) << size;
  }
  EXPECT_GT(mean("text-norms", "cosine"), 0.95) << "the same figure where nothing was taken";
  expectInTable(mean("tower", "cosine"), 4);
  expectInTable(mean("text-norms", "cosine"), 3);
  expectBytesInTable();
}

TEST_F(Cases, ADescendantIsFoundAmongStrangersOfItsShapeAndItsNearestParentTold) {
  run("deepseek-family");
  for (const char* kin : {"v3", "v3-base", "v3-0324", "v3-1", "r1", "cogito"}) {
    EXPECT_EQ(verdict("rakuten", kin), "shared-weights") << kin;
  }
  for (const auto& [a, b] : {std::pair{"v3", "kimi"},
                             {"v3", "axk1"},
                             {"v3", "gigachat"},
                             {"v3", "mistral"},
                             {"v3", "pangu"},
                             {"v3", "sarvam"},
                             {"kimi", "axk1"}}) {
    EXPECT_EQ(verdict(a, b), "no-evidence") << a << " and " << b << " have one plan and no more";
  }
  EXPECT_GT(mean("norms-axk1", "cosine"), 0.95) << "the popular figure accuses strangers";
  EXPECT_GT(mean("norms-mistral", "cosine"), 0.95) << "under whatever names their norms stand";
  EXPECT_LT(mean("cut-pangu", "truncation"), 0.1) << "a wider stranger holds no part of it";
  EXPECT_NEAR(mean("layer-0", "cosine"), 0.9996, 0.0005) << "about as published";
  const json odd = summary("layer-3-all", "cosine");
  const std::string odd_name = "model.layers.3.mlp.experts.2.down_proj.weight";
  EXPECT_EQ(odd.at("min_of"), odd_name) << "the tensor that no publication names";
  EXPECT_NEAR(odd.at("min").get<double>(), 0.8677, 0.005);
  EXPECT_THAT(support::readFile(dir_ / "out/report.html"), HasSubstr(odd_name));
  const json& nearest = report_.at("families").at(0).at("nearest").at(0);
  EXPECT_EQ(nearest.at("model"), "rakuten");
  EXPECT_EQ(nearest.at("kin").at(0).at("model"), "v3-0324") << "of which it was made";
  EXPECT_GT(nearest.at("lead").get<double>(), 2 * nearest.at("lead_error").get<double>());
  const std::string said = "the nearest is v3-0324";
  EXPECT_THAT(oneLine(printed_), HasSubstr(said));
  for (const char* file : {"report.html", "report.md"}) {
    EXPECT_THAT(support::readFile(dir_ / "out" / file), HasSubstr(said)) << file;
  }
  const std::string page = support::readFile(kPages / "deepseek-family.md");
  EXPECT_THAT(page, HasSubstr(odd_name));
  for (int layer = 0; layer < 10; ++layer) {
    char cell[16];
    std::snprintf(cell, sizeof cell, "| %.4f ", mean("layer-" + std::to_string(layer), "cosine"));
    EXPECT_THAT(page, HasSubstr(cell)) << "the page's table, layer " << layer;
  }
  expectInTable(mean("norms-axk1", "cosine"), 3);
  expectInTable(mean("layer-0", "cosine"), 4);
  expectBytesInTable();
}

TEST_F(Cases, CurvesOfStrangersRunAlikeAndTheirCoinsDoNot) {
  run("pangu-qwen");
  EXPECT_EQ(verdict("qwen", "pangu"), "no-evidence");
  EXPECT_EQ(verdict("qwen", "instruct"), "shared-weights");
  EXPECT_EQ(verdict("llama", "deepseek"), "no-evidence");
  EXPECT_GT(mean("control", "layer-curves", "pearson"), 0.88)
      << "strangers, by the published figure";
  const std::string page = support::readFile(kPages / "pangu-qwen.md");
  for (const char* step : {"curves", "control", "descendant"}) {
    char shown[16];
    std::snprintf(shown, sizeof shown, " %.2f", mean(step, "layer-curves"));
    EXPECT_THAT(page, HasSubstr(shown)) << "the page's picture of steps from layer to layer";
  }
  expectInTable(mean("curves", "layer-curves", "pearson"), 2);
  expectInTable(mean("control", "layer-curves", "pearson"), 2);
  expectBytesInTable();
}

TEST_F(Cases, RepeatedLayersAreFoundWhereTheyStandNow) {
  run("solar-10.7b");
  EXPECT_EQ(verdict("solar", "mistral"), "shared-weights");
  EXPECT_EQ(verdict("mistral", "llama"), "no-evidence");
  EXPECT_NEAR(mean("same-number-late", "cosine"), 0, 0.05) << "layers of one number are strangers";
  std::string said;  // without the terminal's line ends
  for (const json& table : report_.at("tables")) said += table.at("note").get<std::string>();
  EXPECT_THAT(said, HasSubstr("layers 0-23 and 24-47 of solar correspond to 0-23 and 8-31 of "
                              "mistral"));
  expectInTable(std::abs(mean("same-number-late", "cosine")), 2);
  expectInTable(mean("behind-the-seam", "cosine"), 2);
  expectBytesInTable();
}

TEST_F(Cases, ExpertsThatBeganAsOneMlpAreToldFromFreshOnes) {
  run("mixtral-mistral");
  EXPECT_EQ(verdict("mixtral", "mistral"), "shared-weights");
  EXPECT_EQ(verdict("mistral", "llama"), "no-evidence");
  EXPECT_THAT(support::readFile(dir_ / "out/report.json"),
              HasSubstr("experts up-cycled: several correspond to one MLP, in all of their units"));
  expectInTable(mean("experts", "cosine"), 2);
  expectBytesInTable();
}

TEST_F(Cases, ExpertsOfWhichHalfBeganAnewStillTell) {
  run("qwen-moe");
  EXPECT_EQ(verdict("dense", "moe"), "shared-weights");
  EXPECT_EQ(verdict("next", "moe"), "shared-weights");
  EXPECT_EQ(verdict("dense", "smol"), "no-evidence");
  EXPECT_GT(mean("norms", "pearson", "cosine"), 0.9);
  EXPECT_THAT(support::readFile(dir_ / "out/report.json"),
              HasSubstr("in 50 % of their units, the others being no more alike than strangers'"));
  expectInTable("in 50 % of their units");
  expectPublishedInTable("4.03");
  expectPublishedInTable("0.57");
  for (const json& table : report_.at("tables")) {
    const std::vector<std::string> columns = table.at("columns");
    const auto share = std::find(columns.begin(), columns.end(), "units found");
    if (share == columns.end()) continue;
    for (const json& row : table.at("rows")) {
      const std::string part = row.at(0);
      if (part.find("expert") == std::string::npos) continue;
      EXPECT_NEAR(std::stod(row.at(share - columns.begin()).get<std::string>()), 50, 7) << row;
    }
  }
  const json& nearest = report_.at("families").at(0).at("nearest").at(0);
  EXPECT_EQ(nearest.at("model"), "moe");
  EXPECT_EQ(nearest.at("kin").at(0).at("model"), "dense") << "the parent that was named";
  expectInTable(mean("values", "cosine"), 2);
  expectBytesInTable();
}

TEST_F(Cases, AModelThatWasCutToHalfItsWidthIsFoundByItsCoins) {
  run("llama-3.2-1b");
  EXPECT_EQ(verdict("large", "small"), "shared-weights");
  EXPECT_EQ(verdict("large", "smol"), "no-evidence");
  EXPECT_EQ(mean("tokenizers", "tokenizers", "jaccard"), 1) << "shared, and decides nothing";
  EXPECT_GT(mean("norms", "cosine"), 0.95) << "the popular figure accuses the stranger";
  EXPECT_NEAR(mean("norms", "cosine"), mean("norms", "shuffled-cosine"), 0.005);
  EXPECT_NEAR(mean("curves", "layer-curves", "pearson"),
              mean("curves-stranger", "layer-curves", "pearson"), 0.2)
      << "and curves tell no relative from a stranger";
  expectInTable(mean("norms", "cosine"), 3);
  expectInTable(mean("curves", "layer-curves", "pearson"), 2);
  expectInTable(mean("curves-stranger", "layer-curves", "pearson"), 2);
  for (const json& pair : report_.at("pairs")) {
    if (pair.at("b") != "small") continue;
    EXPECT_THAT(pair.dump(), Not(HasSubstr("residual-dim"))) << "widths differ";
    EXPECT_GT(pair.at("coverage").at("compared").at("bytes").get<double>(), 1e6)
        << "rows of other lengths were read and count as covered";
  }
  expectBytesInTable();
}

TEST_F(Cases, AFrameIsSeenForTheCornerThatItIsOrNotAtAll) {
  run("framed");
  EXPECT_EQ(verdict("accuser", "innocent"), "no-evidence");
  EXPECT_EQ(verdict("accuser", "planted"), "partial") << "planted rows are real copies";
  EXPECT_EQ(verdict("accuser", "arranged"), "arranged") << "order and signs alone are no weights";
  EXPECT_NEAR(mean("planted-rows", "changed"), 0.75, 0.01) << "what an accuser would show";
  EXPECT_EQ(mean("other-rows", "changed"), mean("innocent-rows", "changed"))
      << "and what he would not: the other layers are a stranger's";
  EXPECT_THAT(support::readFile(dir_ / "out/report.json"),
              AllOf(HasSubstr("a few rows or layers of one in the other look like this"),
                    HasSubstr("in 6 % of the units")));
  expectInTable(mean("planted-rows", "changed"), 2);
  expectBytesInTable();
}

}  // namespace
}  // namespace kindred::casetest
