// Steps about documents, as read from a recipe.
#include "steps/documents/documents.hpp"
#include "support.hpp"

namespace kindred::steps::testing {
namespace {

TEST(RecipeDocuments, NameTheirModelsAndVerb) {
  const Recipe recipe =
      accepted(withSteps("  - {name: one, configs: [a, b]}\n"
                         "  - {name: two, manifests: [b]}\n"
                         "  - {name: three, model-code: [b, a]}\n"));
  EXPECT_EQ(word(recipe.steps[0]), "configs");
  EXPECT_EQ(recipe.steps[0].models, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(word(recipe.steps[1]), "manifests");
  EXPECT_EQ(recipe.steps[1].models, std::vector<std::string>{"b"});
  EXPECT_EQ(word(recipe.steps[2]), "model-code");
}

TEST(RecipeDocuments, HoldALicenceAgainstAnIdOrAFileBesideTheRecipe) {
  const Recipe recipe =
      accepted(withSteps("  - {name: one, licence: a, against: Apache-2.0}\n"
                         "  - {name: two, licence: a, against: \"file:texts/own.txt\"}\n"),
               {}, "folder/recipe.yaml");
  EXPECT_EQ(recipe.steps[0].models, std::vector<std::string>{"a"});
  EXPECT_EQ(as<asked::Licence>(recipe.steps[0]).against, "Apache-2.0");
  EXPECT_EQ(as<asked::Licence>(recipe.steps[1]).against, "file:folder/texts/own.txt");
}

TEST(RecipeDocuments, KeepWhatACardClaims) {
  const Recipe recipe = accepted(
      withSteps("  - {name: one, inventory: [a], claims: {total: 102.6e9, active: 12e9}}\n"));
  EXPECT_EQ(as<asked::Inventory>(recipe.steps[0]).claims.total, 102.6e9);
  EXPECT_EQ(as<asked::Inventory>(recipe.steps[0]).claims.active, 12e9);
}

TEST(RecipeDocuments, HaveFiguresByTheNameOfTheVerb) {
  const Recipe recipe =
      accepted(withSteps("  - {name: one, model-code: [a, b]}\n"
                         "expect:\n"
                         "  - {figure: one.model-code.identical.mean, equals: 0}\n"
                         "  - {figure: one.model-code.p05, at-most: 1}\n"));
  EXPECT_EQ(recipe.expectations[0].address.metric, "model-code");
  EXPECT_EQ(recipe.expectations[0].address.figure, "identical");
  EXPECT_EQ(recipe.expectations[1].address.figure, "similarity") << "the first";
  EXPECT_EQ(recipe.expectations[1].address.aggregate, "p05");
}

TEST(RecipeDocuments, AreListedInTheReference) {
  const std::string page = contents(sourceFolder() / "docs/recipes.md");
  forEach(DocumentSteps::Asked(), [&]<class Asked>(std::type_identity<Asked>) {
    for (const DocumentFigure& figure : Asked::kKind.figures) {
      EXPECT_NE(page.find('`' + std::string(figure.name) + '`'), std::string::npos) << figure.name;
    }
  });
}

}  // namespace
}  // namespace kindred::steps::testing
