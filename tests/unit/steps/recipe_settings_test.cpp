#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"

namespace kindred::steps::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kRecipe = withSteps(R"(  - name: one
    compare: [a, b]
    sample: all
    metrics: [cosine, {plugin: mad, as: distance}]
expect:
  - {figure: one.cosine.mean, at-least: 0.9}
)");

TEST(Setting, ChangesAValue) {
  const Recipe recipe = accepted(kRecipe, {"models.b.role=subject", "expect.0.at-least=-1e-3"});
  EXPECT_EQ(recipe.models.at(1).role, ModelRole::subject);
  EXPECT_EQ(recipe.expectations.at(0).least, -1e-3);
}

TEST(Setting, AddsAKeyThatTheSchemaKnows) {
  EXPECT_EQ(accepted(kRecipe, {"title=Norms of two"}).title, "Norms of two");
}

TEST(Setting, AddsAKeyToWhatIsWrittenShort) {
  const Recipe recipe = accepted(kRecipe, {"models.a.role=control", "steps.one.metrics.0.as=angle",
                                           "expect=[{figure: one.angle.mean, at-least: 0}]"});
  EXPECT_EQ(recipe.models.at(0).role, ModelRole::control);
  EXPECT_EQ(recipe.models.at(0).address, "alpha");
  EXPECT_EQ(pluginsOf(recipe.steps.at(0)).at(0).plugin, "cosine");
  EXPECT_EQ(pluginsOf(recipe.steps.at(0)).at(0).as, "angle");
}

TEST(Setting, NamesAStepByNameOrNumber) {
  for (const char* step : {"one", "0"}) {
    const Recipe recipe = accepted(kRecipe, {"steps." + std::string(step) + ".sample.head=100"});
    EXPECT_EQ(sampleOf(recipe.steps.at(0))->kind, Sample::Kind::head);
    EXPECT_EQ(sampleOf(recipe.steps.at(0))->count, 100u);
  }
}

TEST(Setting, MakesAMappingThatIsNotThereYet) {
  const Recipe recipe = accepted(kRecipe, {"steps.one.pair.layers=[3, 4]"});
  const recipe::Meeting& meeting = as<asked::Pairs>(recipe.steps.at(0)).meeting;
  EXPECT_EQ(meeting.by, Pairing::against_layers);
  EXPECT_THAT(meeting.layers, ElementsAre(3, 4));
}

TEST(Setting, AddsAPluginsParameter) {
  const Recipe recipe = accepted(kRecipe, {"sources.disk.read=pread"});
  const recipe::RawParameter& parameter = recipe.sources.at(0).use.parameters.at(1);
  EXPECT_EQ(parameter.name, "read");
  EXPECT_EQ(parameter.value, "pread");
  EXPECT_EQ(text(parameter.value_place), "--set sources.disk.read");
}

TEST(Setting, SwapsASourceInOneLine) {
  const Recipe recipe =
      accepted(kRecipe, {"sources.disk={plugin: http-range, endpoint: \"https://host/x\"}"});
  EXPECT_EQ(recipe.sources.at(0).use.plugin, "http-range");
  EXPECT_EQ(recipe.sources.at(0).use.parameters.at(0).value, "https://host/x");
}

TEST(Setting, AddsAWholeModel) {
  const Recipe recipe = accepted(kRecipe, {"models.c=disk:gamma", "steps.one.compare=[a, c]"});
  EXPECT_EQ(recipe.models.at(2).address, "gamma");
  EXPECT_THAT(recipe.steps.at(0).models, ElementsAre("a", "c"));
}

TEST(Setting, LetsTheLastOneWin) {
  EXPECT_EQ(accepted(kRecipe, {"title=x", "title=y"}).title, "y");
}

TEST(Setting, CountsARelativeRootFromTheWorkingFolder) {
  const Recipe recipe = accepted(kRecipe, {"sources.disk.root=data"}, "configs/x.yaml");
  EXPECT_EQ(recipe.sources.at(0).use.parameters.at(0).value,
            (std::filesystem::current_path() / "data").string());
}

TEST(Setting, LeavesTheFilesOwnRootAlone) {
  const Recipe recipe = accepted(kRecipe, {"title=x"}, "configs/x.yaml");
  EXPECT_EQ(recipe.sources.at(0).use.parameters.at(0).value, "configs/models");
}

// What two recipes mean, but for places.
void expectSame(const Recipe& a, const Recipe& b) {
  ASSERT_EQ(a.steps.size(), b.steps.size());
  for (std::size_t i = 0; i < a.steps.size(); ++i) {
    EXPECT_EQ(a.steps[i].name, b.steps[i].name);
    EXPECT_EQ(a.steps[i].models, b.steps[i].models);
    EXPECT_EQ(sampleOf(a.steps[i])->count, sampleOf(b.steps[i])->count);
    EXPECT_EQ(metricNames(a.steps[i]), metricNames(b.steps[i]));
  }
  ASSERT_EQ(a.sources.size(), b.sources.size());
  for (std::size_t i = 0; i < a.sources.size(); ++i) {
    ASSERT_EQ(a.sources[i].use.parameters.size(), b.sources[i].use.parameters.size());
    for (std::size_t k = 0; k < a.sources[i].use.parameters.size(); ++k) {
      EXPECT_EQ(a.sources[i].use.parameters[k].value, b.sources[i].use.parameters[k].value);
    }
  }
  EXPECT_EQ(a.title, b.title);
  EXPECT_EQ(a.expectations.size(), b.expectations.size());
}

TEST(Setting, GivesTheTextOfTheRecipeWithItsChanges) {
  const std::string yaml =
      "title: \"'[#: ~ \\\" \\\\ \\t \xc3\x84\"\n" +
      withSteps(
          "  - {name: one, compare: [a, b], metrics: [mad], pair: {map: {\"1\": \"true\", "
          "\"a: b\": \"- x\", \"null\": '\"'}}}\n"
          "  - {name: two, describe: a, select: [\"*\", \"{layer}\"], metrics: [mad]}\n");
  const Recipe changed = accepted(yaml, {"steps.two.sample.head=12", "sources.disk.root=/d"});
  EXPECT_EQ(changed.source, yaml);
  EXPECT_NE(changed.text, yaml);
  expectSame(changed, accepted(changed.text));
  const Recipe again = accepted(changed.text);
  EXPECT_THAT(as<asked::Pairs>(again.steps.at(0)).meeting.map,
              ElementsAre(::testing::Pair("1", "true"), ::testing::Pair("a: b", "- x"),
                          ::testing::Pair("null", "\"")));
  EXPECT_THAT(as<asked::Tensors>(again.steps.at(1)).selection.patterns,
              ElementsAre("*", "{layer}"));
}

}  // namespace
}  // namespace kindred::steps::testing
