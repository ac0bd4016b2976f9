// From a tree to a Recipe, with the checks that need more than one place at once: references, names
// used twice, counts of models. Nodes of a wrong type are passed over: check() reports them.
#pragma once

#include <string>
#include <vector>

#include "recipe/document.hpp"
#include "recipe/recipe.hpp"

namespace kindred::recipe {

// Fills all of `recipe` but file, text and source.
void readRecipe(const Node& root, Recipe& recipe, std::vector<Diagnostic>& diagnostics);

// Parts of the above, shared by its source files.
struct Reading {
  Recipe& recipe;
  std::vector<Diagnostic>& diagnostics;

  void report(const Place& place, std::string message, std::string hint = {}) {
    diagnostics.push_back({place, std::move(message), std::move(hint)});
  }
  // As nearest(), but empty once there are many diagnostics: each costs a pass over all names.
  std::string near(std::string_view word, const std::vector<std::string>& known,
                   std::string_view none) const;
};

// The text of a scalar; empty where there is none.
std::string textOf(const Node* node);
// The numbers of scalars that check() has let pass; zero where it has not.
double numberIn(const Node* node);
std::int64_t integerIn(const Node* node);

void readSteps(const Node& steps, Reading& reading);
void readExpectations(const Node& expectations, Reading& reading);
Selection readSelection(const Node& node, Reading& reading);
// {plugin: NAME, as: NAME, anything: else}
PluginUse readPluginUse(const Node& node);

// Reads "STEP.METRIC[.FIGURE]" of a step before `limit`, and reports what does not exist.
FigureAddress readTableAddress(const Node& node, std::size_t limit, Reading& reading);
// Reads what an expectation may name.
FigureAddress readFigureAddress(const Node& node, Reading& reading);

}  // namespace kindred::recipe
