#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "steps/schema.hpp"
#include "support.hpp"

namespace kindred::steps::testing {
namespace {

using ::testing::HasSubstr;

TEST(RecipeReference, IsTheCommittedPage) {
  expectGolden(referencePage(), sourceFolder() / "docs/recipes.md");
}

TEST(RecipeReference, BeginsWithARecipeThatIsAccepted) {
  EXPECT_THAT(referencePage(), HasSubstr(exampleRecipe()));
  const Recipe recipe = accepted(exampleRecipe());
  EXPECT_EQ(recipe.steps.size(), 4u);
  EXPECT_EQ(recipe.expectations.size(), 2u);
}

TEST(RecipeReference, NamesEveryKeyWithItsMeaning) {
  const std::string page = referencePage();
  for (const recipe::Shape* shape : titledShapes()) {
    for (const recipe::Key& key : shape->keys) {
      ASSERT_NE(key.meaning, nullptr) << key.name;
      ASSERT_NE(key.example, nullptr) << key.name;
      EXPECT_THAT(page, HasSubstr(std::string("`") + key.name + "`"));
    }
  }
}

// Whether every $ref in a JSON Schema points into its $defs.
void expectDefined(const nlohmann::json& json, const nlohmann::json& defs) {
  const std::string prefix = "#/$defs/";
  if (json.is_object() && json.contains("$ref")) {
    const std::string target = json["$ref"];
    ASSERT_EQ(target.rfind(prefix, 0), 0u) << target;
    EXPECT_TRUE(defs.contains(target.substr(prefix.size()))) << target;
  }
  for (const auto& child : json) {
    if (child.is_structured()) expectDefined(child, defs);
  }
}

TEST(JsonSchema, DefinesWhatItRefersTo) {
  const nlohmann::json schema = nlohmann::json::parse(jsonSchema());
  expectDefined(schema, schema["$defs"]);
}

TEST(JsonSchema, ListsTheKeysOfEveryTitledShape) {
  const nlohmann::json schema = nlohmann::json::parse(jsonSchema());
  for (const recipe::Shape* shape : titledShapes()) {
    const std::string defined = schema["$defs"][shape->title].dump();
    for (const recipe::Key& key : shape->keys) {
      EXPECT_THAT(defined, HasSubstr('"' + std::string(key.name) + "\":")) << shape->title;
    }
  }
}

TEST(JsonSchema, RefusesUnknownKeysExceptWherePluginsTakeParameters) {
  const nlohmann::json defs = nlohmann::json::parse(jsonSchema())["$defs"];
  EXPECT_EQ(defs["The recipe"]["additionalProperties"], false);
  EXPECT_EQ(defs["A step"]["additionalProperties"], false);
  EXPECT_EQ(defs["A source"]["additionalProperties"], true);
}

}  // namespace
}  // namespace kindred::steps::testing
