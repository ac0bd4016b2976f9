#include "recipe/reader.hpp"

#include <algorithm>

#include "recipe/schema.hpp"
#include "recipe/words.hpp"

namespace kindred::recipe {
namespace {

// What is wrong with a name pattern, or empty.
std::string patternProblem(std::string_view pattern) {
  std::vector<std::string> captures;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '}') return "'}' without a '{' before it";
    if (pattern[i] != '{') continue;
    const std::size_t close = pattern.find('}', i);
    if (close == std::string_view::npos) return "'{' without a '}' behind it";
    std::string name(pattern.substr(i + 1, close - i - 1));
    if (!isName(name)) return "expected a name in the braces, but got " + quote(name);
    if (std::find(captures.begin(), captures.end(), name) != captures.end()) {
      return "{" + name + "} is captured twice";
    }
    captures.push_back(std::move(name));
    i = close;
  }
  return {};
}

void addPatterns(const Node& list, Selection& selection, Reading& reading) {
  for (const Node& item : list.items) {
    if (item.kind != Node::Kind::scalar) continue;
    const std::string problem = patternProblem(item.scalar);
    if (!problem.empty()) {
      reading.report(item.place, "bad pattern " + quote(item.scalar) + ": " + problem);
    }
    selection.patterns.push_back(item.scalar);
    selection.places.push_back(item.place);
  }
}

std::string joined(const std::filesystem::path& folder, const std::string& path) {
  const std::filesystem::path whole = (folder / path).lexically_normal();
  return whole.empty() ? "." : whole.string();
}

// A source's root counts from the recipe's folder; the settings have made theirs absolute already.
void resolveRoot(PluginUse& use) {
  for (RawParameter& parameter : use.parameters) {
    if (parameter.name != "root" || !parameter.is_scalar) continue;
    parameter.value =
        joined(std::filesystem::path(parameter.value_place.file).parent_path(), parameter.value);
  }
}

void readSources(const Node& sources, Reading& reading) {
  for (const auto& [key, value] : sources.members) {
    SourceSpec source{key.scalar, readPluginUse(value)};
    if (value.kind != Node::Kind::map) source.use.place = value.place;
    resolveRoot(source.use);
    reading.recipe.sources.push_back(std::move(source));
  }
}

std::vector<std::string> sourceNames(const Recipe& recipe) {
  std::vector<std::string> names;
  for (const SourceSpec& source : recipe.sources) names.push_back(source.name);
  return names;
}

void readAddress(const Node& at, ModelSpec& model, Reading& reading) {
  const std::size_t colon = at.scalar.find(':');
  const std::vector<std::string> sources = sourceNames(reading.recipe);
  if (colon == std::string::npos || colon == 0 || colon + 1 == at.scalar.size()) {
    reading.report(at.place, "expected SOURCE:ADDRESS, but got " + described(at),
                   sources.empty() ? "" : "for example " + sources.front() + ":org/name");
    return;
  }
  model.source = at.scalar.substr(0, colon);
  model.address = at.scalar.substr(colon + 1);
  if (std::find(sources.begin(), sources.end(), model.source) == sources.end()) {
    reading.report(at.place, "unknown source " + quote(model.source),
                   reading.near(model.source, sources, "nothing stands under 'sources'"));
  }
}

void readModels(const Node& models, Reading& reading) {
  for (const auto& [key, value] : models.members) {
    ModelSpec model;
    model.key = key.scalar;
    model.place = key.place;
    const Node* at = value.kind == Node::Kind::scalar ? &value : value.find("at");
    if (at != nullptr && at->kind == Node::Kind::scalar && !at->scalar.empty()) {
      readAddress(*at, model, reading);
    }
    if (textOf(value.find("role")) == "control") model.role = ModelRole::control;
    reading.recipe.models.push_back(std::move(model));
  }
}

void readSelections(const Node& selections, Reading& reading) {
  for (const auto& [key, value] : selections.members) {
    Selection selection = readSelection(value, reading);
    selection.name = key.scalar;
    reading.recipe.selections.push_back(std::move(selection));
  }
}

void readExpectation(const Node& node, Reading& reading) {
  Expectation expectation;
  expectation.place = node.place;
  expectation.origin = textOf(node.find("origin"));
  const Node* figure = node.find("figure");
  if (figure != nullptr && figure->kind == Node::Kind::scalar) {
    expectation.figure = figure->scalar;
    expectation.place = figure->place;
    expectation.address = readFigureAddress(*figure, reading);
  }
  if (const Node* between = node.find("between"); between && between->items.size() == 2) {
    expectation.least = numberIn(&between->items[0]);
    expectation.most = numberIn(&between->items[1]);
  }
  if (const Node* least = node.find("at-least")) expectation.least = numberIn(least);
  if (const Node* most = node.find("at-most")) expectation.most = numberIn(most);
  if (const Node* equals = node.find("equals")) {
    expectation.least = numberIn(equals) - numberIn(node.find("tolerance"));
    expectation.most = numberIn(equals) + numberIn(node.find("tolerance"));
  }
  if (!node.find("equals") && expectation.least && expectation.most &&
      *expectation.least > *expectation.most) {
    reading.report(node.place, "no value is within these bounds", "the lower bound comes first");
  }
  reading.recipe.expectations.push_back(std::move(expectation));
}

// A part of the recipe, unless it is missing or larger than check() lets pass: looking up a million
// references would take its time.
const Node* section(const Node& root, const char* name) {
  const Node* node = root.find(name);
  if (node == nullptr) return nullptr;
  const std::size_t most = findKey(recipeShape(), name)->shape->most_items;
  return std::max(node->items.size(), node->members.size()) > most ? nullptr : node;
}

}  // namespace

std::string Reading::near(std::string_view word, const std::vector<std::string>& known,
                          std::string_view none) const {
  return diagnostics.size() < kMostGuesses ? nearest(word, known, none) : std::string();
}

std::string textOf(const Node* node) {
  return node != nullptr && node->kind == Node::Kind::scalar ? node->scalar : std::string();
}

double numberIn(const Node* node) { return numberOf(textOf(node)).value_or(0); }

std::int64_t integerIn(const Node* node) { return integerOf(textOf(node)).value_or(0); }

Selection readSelection(const Node& node, Reading& reading) {
  Selection selection;
  selection.place = node.place;
  if (node.kind == Node::Kind::list) addPatterns(node, selection, reading);
  if (const Node* names = node.find("names")) addPatterns(*names, selection, reading);
  const auto add_role = [&](const Node& role) {
    if (role.kind != Node::Kind::scalar) return;
    selection.roles.push_back(role.scalar);
    selection.places.push_back(role.place);
  };
  if (const Node* role = node.find("role")) add_role(*role);
  if (const Node* roles = node.find("roles")) {
    for (const Node& role : roles->items) add_role(role);
  }
  if (const Node* layers = node.find("layers"); layers && layers->items.size() == 2) {
    selection.layers = {integerIn(&layers->items[0]), integerIn(&layers->items[1])};
    if (selection.layers->first > selection.layers->second) {
      reading.report(layers->place, "no layer lies between these", "the first layer comes first");
    }
  }
  return selection;
}

PluginUse readPluginUse(const Node& node) {
  PluginUse use;
  use.place = node.place;
  if (node.kind == Node::Kind::scalar) use.plugin = node.scalar;
  for (const auto& [key, value] : node.members) {
    if (key.scalar == "plugin") {
      use.plugin = textOf(&value);
      use.place = value.place;
    } else if (key.scalar == "as") {
      use.as = textOf(&value);
    } else {
      const bool is_scalar = value.kind == Node::Kind::scalar;
      use.parameters.push_back({key.scalar, is_scalar ? value.scalar : described(value), is_scalar,
                                key.place, value.place});
    }
  }
  if (use.as.empty()) use.as = use.plugin;
  return use;
}

void readExpectations(const Node& expectations, Reading& reading) {
  for (const Node& node : expectations.items) {
    if (node.kind == Node::Kind::map) readExpectation(node, reading);
  }
}

void readRecipe(const Node& root, Recipe& recipe, std::vector<Diagnostic>& diagnostics) {
  Reading reading{recipe, diagnostics};
  recipe.title = textOf(root.find("title"));
  recipe.question = textOf(root.find("question"));
  if (const Node* sources = section(root, "sources")) readSources(*sources, reading);
  if (const Node* models = section(root, "models")) readModels(*models, reading);
  if (const Node* selections = section(root, "selections")) readSelections(*selections, reading);
  if (const Node* steps = section(root, "steps")) readSteps(*steps, reading);
  if (const Node* expectations = section(root, "expect")) readExpectations(*expectations, reading);
}

}  // namespace kindred::recipe
