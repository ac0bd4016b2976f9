// What a right recipe means, as values.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <kindred/error.hpp>

#include "support.hpp"

#include "support/refusal.hpp"

namespace kindred::steps::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

Step firstStep(const std::string& yaml) {
  const Recipe recipe = accepted(withSteps("  - name: one\n" + yaml));
  return recipe.steps.empty() ? Step{} : recipe.steps.front();
}

TEST(Recipe, KeepsTitleQuestionFileAndText) {
  const std::string yaml =
      "title: Norms\nquestion: Whose?\n" + withSteps("  - {name: x, describe: a, metrics: [m]}\n");
  const Recipe recipe = accepted(yaml, {}, "folder/norms.yaml");
  EXPECT_EQ(recipe.title, "Norms");
  EXPECT_EQ(recipe.question, "Whose?");
  EXPECT_EQ(recipe.file, "folder/norms.yaml");
  EXPECT_EQ(recipe.text, yaml);
  EXPECT_EQ(recipe.source, yaml);
}

TEST(Recipe, TakesANumberForAText) {
  EXPECT_EQ(
      accepted("title: 2024\n" + withSteps("  - {name: x, describe: a, metrics: [m]}\n")).title,
      "2024");
}

TEST(RecipeModel, SplitsItsAddressAtTheFirstColon) {
  const Recipe recipe = accepted(
      "kindred: 1\nsources: {hub: {plugin: http-range}}\n"
      "models: {m: \"hub:org/name@refs/pr:1\"}\nsteps: [{name: x, describe: m, metrics: [mad]}]\n");
  ASSERT_EQ(recipe.models.size(), 1u);
  EXPECT_EQ(recipe.models[0].source, "hub");
  EXPECT_EQ(recipe.models[0].address, "org/name@refs/pr:1");
  EXPECT_EQ(recipe.models[0].role, ModelRole::subject);
}

TEST(RecipeModel, MayBeAControl) {
  const Recipe recipe = accepted(withSteps("  - {name: x, describe: a, metrics: [m]}\n"));
  ASSERT_EQ(recipe.models.size(), 2u);
  EXPECT_EQ(recipe.models[1].key, "b");
  EXPECT_EQ(recipe.models[1].address, "org/beta@main");
  EXPECT_EQ(recipe.models[1].role, ModelRole::control);
}

std::string rootOf(const std::string& root, const std::string& file) {
  const Recipe recipe = accepted("kindred: 1\nsources: {disk: {plugin: local-mmap, root: " + root +
                                     "}}\nmodels: {m: disk:x}\n"
                                     "steps: [{name: x, describe: m, metrics: [mad]}]\n",
                                 {}, file);
  return recipe.sources.at(0).use.parameters.at(0).value;
}

TEST(RecipeSource, CountsARelativeRootFromTheRecipesFolder) {
  EXPECT_EQ(rootOf("models", "configs/x.yaml"), "configs/models");
  EXPECT_EQ(rootOf("../models", "configs/x.yaml"), "models");
  EXPECT_EQ(rootOf("models", "x.yaml"), "models");
  EXPECT_EQ(rootOf("/data", "configs/x.yaml"), "/data");
}

TEST(RecipeSource, HasAFolderToOpenWhereTheRootIsTheRecipesOwn) {
  EXPECT_TRUE(std::filesystem::equivalent(rootOf(".", "x.yaml"), "."));
  EXPECT_EQ(std::filesystem::path(rootOf(".", "configs/x.yaml")).parent_path().filename().string() +
                std::filesystem::path(rootOf(".", "configs/x.yaml")).filename().string(),
            "configs");
}

TEST(RecipeStep, ComparesTensorsOfTheSameNameWhereNothingElseIsSaid) {
  const Step step = firstStep("    compare: [a, b]\n    metrics: [cosine]\n");
  EXPECT_EQ(step.name, "one");
  EXPECT_EQ(word(step), "compare");
  EXPECT_THAT(step.models, ElementsAre("a", "b"));
  const auto& pairs = as<asked::Pairs>(step);
  EXPECT_EQ(pairs.meeting.by, Pairing::same_name);
  EXPECT_EQ(pairs.sample.kind, Sample::Kind::all);
  EXPECT_THAT(pairs.selection.patterns, IsEmpty());
  EXPECT_THAT(pairs.selection.roles, IsEmpty());
}

TEST(RecipeStep, KnowsEveryPairing) {
  const auto pairing = [](const std::string& written) {
    return pairingOf(
        firstStep("    compare: [a, b]\n    metrics: [m]\n    pair: " + written + "\n"));
  };
  for (const char* word : {"same-name", "same-layer", "all-layers", "content", "counterparts"}) {
    EXPECT_EQ(pairing(word), word);
  }
  EXPECT_EQ(pairing("{layers: [1]}"), "against-layers");
  EXPECT_EQ(pairing("{map: {x: y}}"), "map");
}

TEST(RecipeStep, ComparesOneModelWithinItself) {
  for (const char* models : {"a", "[a]"}) {
    const Step step = firstStep("    compare: " + std::string(models) +
                                "\n    pair: within\n    metrics: [cosine]\n");
    EXPECT_EQ(as<asked::Pairs>(step).meeting.by, Pairing::within);
    EXPECT_THAT(step.models, ElementsAre("a"));
  }
}

TEST(RecipeStep, ComparesAModelWithLayersOfItsOwn) {
  const Step step =
      firstStep("    compare: [a, a]\n    pair: {layers: [10, 20]}\n    metrics: [cosine]\n");
  EXPECT_EQ(as<asked::Pairs>(step).meeting.by, Pairing::against_layers);
  EXPECT_THAT(as<asked::Pairs>(step).meeting.layers, ElementsAre(10, 20));
}

TEST(RecipeStep, PairsByAMapOfNames) {
  const Step step = firstStep(
      "    compare: [a, b]\n    metrics: [cosine]\n"
      "    pair: {map: {encoder.0.weight: conv1.weight, 7: seven}}\n");
  const recipe::Meeting& meeting = as<asked::Pairs>(step).meeting;
  EXPECT_EQ(meeting.by, Pairing::map);
  EXPECT_THAT(meeting.map,
              ElementsAre(Pair("encoder.0.weight", "conv1.weight"), Pair("7", "seven")));
  ASSERT_EQ(meeting.map_places.size(), 2u);
  EXPECT_EQ(text(meeting.map_places[1]), "recipe.yaml:13:50");
}

TEST(RecipeStep, CopiesItsSelectionIn) {
  const Step step = firstStep("    compare: [a, b]\n    select: norms\n    metrics: [cosine]\n");
  const recipe::Selection& selection = as<asked::Pairs>(step).selection;
  EXPECT_EQ(selection.name, "norms");
  EXPECT_THAT(selection.patterns, ElementsAre("model.layers.{layer}.input_layernorm.weight"));
  ASSERT_EQ(selection.places.size(), 1u);
  EXPECT_EQ(text(selection.places[0]), "recipe.yaml:8:11");
}

TEST(RecipeStep, SelectsByPatternsAndRolesOfItsOwn) {
  const auto selection = [](const std::string& written) {
    return as<asked::Pairs>(
               firstStep("    compare: [a, b]\n    metrics: [m]\n    select: " + written + "\n"))
        .selection;
  };
  EXPECT_THAT(selection("[\"*.weight\", x]").patterns, ElementsAre("*.weight", "x"));
  EXPECT_THAT(selection("{names: [x]}").patterns, ElementsAre("x"));
  EXPECT_THAT(selection("{role: mlp.up}").roles, ElementsAre("mlp.up"));
  EXPECT_THAT(selection("{roles: [mlp.up, mlp.gate]}").roles, ElementsAre("mlp.up", "mlp.gate"));
  EXPECT_EQ(selection("{names: [x], role: y}").places.size(), 2u);
  EXPECT_EQ(selection("[x]").name, "");
}

TEST(RecipeStep, SamplesHeadsAndBlocks) {
  const auto sample = [](const std::string& written) {
    return as<asked::Tensors>(
               firstStep("    describe: a\n    metrics: [m]\n    sample: " + written + "\n"))
        .sample;
  };
  EXPECT_EQ(sample("all").kind, Sample::Kind::all);
  EXPECT_EQ(sample("{head: 1000}").kind, Sample::Kind::head);
  EXPECT_EQ(sample("{head: 1000}").count, 1000u);
  const Sample blocks = sample("{blocks: 16, of: 4096, seed: 7}");
  EXPECT_EQ(blocks.kind, Sample::Kind::blocks);
  EXPECT_EQ(blocks.count, 16u);
  EXPECT_EQ(blocks.size, 4096u);
  EXPECT_EQ(blocks.seed, 7u);
}

TEST(RecipeStep, KeepsMetricsWithTheirParametersAndPlaces) {
  const Step step = firstStep(
      "    compare: [a, b]\n"
      "    metrics: [cosine, {plugin: cosine, centred: true, as: pearson}]\n");
  const std::vector<recipe::PluginUse>& metrics = as<asked::Pairs>(step).metrics;
  ASSERT_EQ(metrics.size(), 2u);
  EXPECT_EQ(metrics[0].plugin, "cosine");
  EXPECT_EQ(metrics[0].as, "cosine");
  EXPECT_EQ(metrics[1].plugin, "cosine");
  EXPECT_EQ(metrics[1].as, "pearson");
  ASSERT_EQ(metrics[1].parameters.size(), 1u);
  const recipe::RawParameter& centred = metrics[1].parameters[0];
  EXPECT_EQ(centred.name, "centred");
  EXPECT_EQ(centred.value, "true");
  EXPECT_EQ(text(centred.name_place), "recipe.yaml:12:40");
  EXPECT_EQ(text(centred.value_place), "recipe.yaml:12:49");
}

TEST(RecipeStep, TestsATableOfAStepAbove) {
  const Recipe recipe = accepted(withSteps(
      "  - {name: one, compare: [a, b], metrics: [mad]}\n"
      "  - {name: two, test: {plugin: permutation-test, of: one.mad.p50, permutations: 99}}\n"));
  ASSERT_EQ(recipe.steps.size(), 2u);
  EXPECT_EQ(word(recipe.steps[1]), "test");
  const auto& asked = as<asked::TableTest>(recipe.steps[1]);
  EXPECT_EQ(asked.of, "one.mad.p50");
  EXPECT_EQ(asked.address.step, "one");
  EXPECT_EQ(asked.address.metric, "mad");
  EXPECT_EQ(asked.address.figure, "p50");
  ASSERT_EQ(asked.test.parameters.size(), 1u) << "'of' is no parameter of the plugin";
  EXPECT_EQ(asked.test.parameters[0].name, "permutations");
}

TEST(RecipeStep, TestsRowsOfTwoModels) {
  const Step step = firstStep(
      "    compare: [a, b]\n    select: {role: mlp.up}\n    pair: same-layer\n"
      "    test: {plugin: permutation-test}\n");
  EXPECT_EQ(word(step), "test");
  EXPECT_THAT(step.models, ElementsAre("a", "b"));
  EXPECT_THAT(as<asked::PairTest>(step).selection.roles, ElementsAre("mlp.up"));
  EXPECT_EQ(as<asked::PairTest>(step).meeting.by, Pairing::same_layer);
  EXPECT_THAT(as<asked::PairTest>(step).read, ElementsAre(plan::kDefaultRead));
}

TEST(RecipeExpectation, BoundsAFigure) {
  const Recipe recipe = accepted(withSteps(R"(  - {name: one, compare: [a, b], metrics: [mad]}
  - {name: two, test: {plugin: permutation-test, of: one.mad}}
expect:
  - {figure: one.mad.mean, between: [-0.05, 0.05], origin: table 2}
  - {figure: one.mad.p99.p05, at-least: 1}
  - {figure: two.log10_p, at-most: -2}
  - {figure: one.mad.max, equals: 0.5, tolerance: 0.125}
  - {figure: one.mad.count, equals: 12}
)"));
  const std::vector<recipe::Expectation>& all = recipe.expectations;
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[0].figure, "one.mad.mean");
  EXPECT_EQ(all[0].least, -0.05);
  EXPECT_EQ(all[0].most, 0.05);
  EXPECT_EQ(all[0].origin, "table 2");
  EXPECT_EQ(all[1].address.figure, "p99");
  EXPECT_EQ(all[1].address.aggregate, "p05");
  EXPECT_EQ(all[1].least, 1.0);
  EXPECT_FALSE(all[1].most.has_value());
  EXPECT_EQ(all[2].address.metric, "log10_p");
  EXPECT_EQ(all[2].address.aggregate, "");
  EXPECT_EQ(all[3].least, 0.375);
  EXPECT_EQ(all[3].most, 0.625);
  EXPECT_EQ(all[4].least, all[4].most);
}

TEST(RecipeExpectation, ReadsAPercentileAsTheAggregate) {
  const Recipe recipe =
      accepted(withSteps("  - {name: one, compare: [a, b], metrics: [mad]}\nexpect: [{figure: "
                         "one.mad.p99, at-most: 1}]\n"));
  ASSERT_EQ(recipe.expectations.size(), 1u);
  EXPECT_EQ(recipe.expectations[0].address.figure, "");
  EXPECT_EQ(recipe.expectations[0].address.aggregate, "p99");
}

TEST(Recipe, WritesOutAliases) {
  const Recipe recipe = accepted(withSteps(R"(  - name: one
    compare: [a, b]
    metrics: &both [cosine, mad]
  - name: two
    describe: a
    metrics: *both
)"));
  ASSERT_EQ(recipe.steps.size(), 2u);
  EXPECT_THAT(metricNames(recipe.steps[1]), ElementsAre("cosine", "mad"));
}

TEST(RecipeLoad, SaysWhichFileIsMissing) {
  try {
    load("no/such/recipe.yaml");
    FAIL() << "nothing thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.category(), Category::input);
    EXPECT_EQ(error.place(), "no/such/recipe.yaml");
  }
}

TEST(RecipeLoad, RefusesAFolder) {
  const Error refusal = support::refusalOf([] { load(sourceFolder()); });
  EXPECT_EQ(refusal.place(), std::filesystem::path(sourceFolder()).string());
  EXPECT_EQ(refusal.message(), "this is a folder");
  EXPECT_EQ(refusal.remedy(), "name a recipe in it");
}

TEST(RecipeLoad, AcceptsTheRecipesThatAreShipped) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(sourceFolder() / "configs")) {
    if (entry.path().extension() != ".yaml") continue;
    EXPECT_EQ(text(load(entry.path()).diagnostics), "");
    ++count;
  }
  EXPECT_GE(count, 3u);
}

}  // namespace
}  // namespace kindred::steps::testing
