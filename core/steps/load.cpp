#include <algorithm>
#include <optional>

#include <kindred/error.hpp>

#include "recipe/check.hpp"
#include "recipe/foreach.hpp"
#include "recipe/json_schema.hpp"
#include "recipe/reader.hpp"
#include "recipe/settings.hpp"
#include "recipe/told_once.hpp"
#include "steps/addresses.hpp"
#include "steps/reading.hpp"
#include "steps/recipe.hpp"
#include "steps/schema.hpp"
#include "words/near.hpp"

namespace kindred::steps {
namespace {

using recipe::Diagnostic;
using yaml::Node;

std::string readFile(const std::filesystem::path& file) {
  std::error_code problem;
  if (!std::filesystem::exists(file, problem)) {
    const std::string near = words::nearPath(file.string());
    throw inputError(file.string(), "no such file",
                     near.empty() ? "name a recipe, for example configs/demo.yaml"
                                  : "did you mean '" + near + "'?");
  }
  if (std::filesystem::is_directory(file, problem)) {
    throw inputError(file.string(), "this is a folder", "name a recipe in it");
  }
  std::optional<std::string> bytes = yaml::readText(file);
  if (!bytes) {
    throw inputError(file.string(), "the recipe can't be read", "check the file's permissions");
  }
  return *std::move(bytes);
}

recipe::Expectation readExpectation(const Node& node, const std::vector<Step>& steps,
                                    recipe::Reading& reading) {
  recipe::Expectation expectation;
  expectation.place = node.place;
  expectation.origin = recipe::textOf(node.find("origin"));
  const Node* figure = node.find("figure");
  if (figure != nullptr && figure->kind == Node::Kind::scalar) {
    expectation.figure = figure->scalar;
    expectation.place = figure->place;
    expectation.address = readFigureAddress(*figure, steps, reading);
  }
  if (const Node* between = node.find("between"); between && between->items.size() == 2) {
    expectation.least = recipe::numberIn(&between->items[0]);
    expectation.most = recipe::numberIn(&between->items[1]);
  }
  if (const Node* least = node.find("at-least")) expectation.least = recipe::numberIn(least);
  if (const Node* most = node.find("at-most")) expectation.most = recipe::numberIn(most);
  if (const Node* equals = node.find("equals")) {
    expectation.least = recipe::numberIn(equals) - recipe::numberIn(node.find("tolerance"));
    expectation.most = recipe::numberIn(equals) + recipe::numberIn(node.find("tolerance"));
  }
  if (!node.find("equals") && expectation.least && expectation.most &&
      *expectation.least > *expectation.most) {
    reading.report(node.place, "no value is within these bounds", "the lower bound comes first");
  }
  return expectation;
}

// A part of the recipe, unless it is missing or larger than check() lets pass: looking up a million
// references would take its time.
const Node* section(const Node& root, const char* name) {
  const Node* node = root.find(name);
  if (node == nullptr) return nullptr;
  const std::size_t most = recipe::findKey(recipeShape(), name)->shape->most_items;
  return std::max(node->items.size(), node->members.size()) > most ? nullptr : node;
}

void readRecipe(const Node& root, Recipe& recipe, std::vector<Diagnostic>& diagnostics) {
  recipe::Reading reading{recipe, diagnostics};
  recipe.title = recipe::textOf(root.find("title"));
  recipe.question = recipe::textOf(root.find("question"));
  recipe.claim = recipe::textOf(root.find("claim"));
  recipe.why = recipe::textOf(root.find("why"));
  if (const Node* beacon = root.find("beacon")) {
    recipe.beacon = recipe::textOf(beacon);
    if (!recipe::isBeacon(recipe.beacon)) {
      reading.report(beacon->place, recipe::kBeaconIs, recipe::kNameABeacon);
    }
  }
  if (const Node* redraws = root.find("check-null")) {
    recipe.check_null = static_cast<std::uint64_t>(recipe::integerIn(redraws));
  }
  if (const Node* sources = section(root, "sources")) recipe::readSources(*sources, reading);
  if (const Node* models = section(root, "models")) recipe::readModels(*models, reading);
  if (const Node* named = section(root, "selections")) recipe::readSelections(*named, reading);
  if (const Node* steps = section(root, "steps")) recipe.steps = readSteps(*steps, reading);
  const Node* expectations = section(root, "expect");
  if (expectations == nullptr || recipe.steps.empty()) return;
  for (const Node& node : expectations->items) {
    if (node.kind != Node::Kind::map || node.reported) continue;
    recipe.expectations.push_back(readExpectation(node, recipe.steps, reading));
  }
}

}  // namespace

Checked parse(std::string_view text, const std::string& name,
              const std::vector<std::string>& settings) {
  Checked checked;
  checked.recipe.file = name;
  checked.recipe.text = checked.recipe.source = text;
  yaml::Document document = yaml::readDocument(text, name);
  checked.diagnostics = std::move(document.diagnostics);
  if (!document.readable) return checked;
  for (const std::string& setting : settings) {
    recipe::applySetting(document.root, recipeShape(), setting, checked.diagnostics);
  }
  if (!settings.empty()) checked.recipe.text = yaml::emit(document.root);
  for (const char* repeated : {"steps", "expect"}) {
    if (Node* list = document.root.find(repeated)) {
      recipe::expandForeach(*list, checked.diagnostics);
    }
  }
  recipe::check(document.root, recipeShape(), checked.diagnostics);
  readRecipe(document.root, checked.recipe, checked.diagnostics);
  recipe::tellOnce(checked.diagnostics, name);
  return checked;
}

Checked load(const std::filesystem::path& file, const std::vector<std::string>& settings) {
  return parse(readFile(file), file.string(), settings);
}

std::string jsonSchema() { return recipe::jsonSchema(recipeShape(), titledShapes()); }

}  // namespace kindred::steps
