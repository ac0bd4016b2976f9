// A recipe as a checked value: what the YAML file says, with the place of everything in it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "recipe/values.hpp"
#include "steps/step.hpp"

namespace kindred::steps {

struct Recipe : recipe::Given {
  std::string title;
  std::string question;
  std::string claim, why;  // for readers: who claims what, and what this can tell of it
  std::vector<Step> steps;
  std::vector<recipe::Expectation> expectations;
  std::filesystem::path file;
  std::string text;    // after --set; hashed into the manifest
  std::string source;  // the file's own text, for recipe::underlined()
};

struct Checked {
  Recipe recipe;                                // may be run only where diagnostics is empty
  std::vector<recipe::Diagnostic> diagnostics;  // all that is wrong, in order of place
};

// Reads and checks a recipe file; `settings` are the --set KEY=VALUE overrides, KEY a dotted path
// ("models.phi.role", "steps.same-layer.sample.head"). Throws only where the file can't be read.
Checked load(const std::filesystem::path& file, const std::vector<std::string>& settings = {});
// The same from text; `name` stands for the file in places.
Checked parse(std::string_view text, const std::string& name,
              const std::vector<std::string>& settings = {});

// One schema, three readers: load() checks by it, and these print it.
std::string referencePage();  // docs/recipes.md
std::string jsonSchema();     // for editors

}  // namespace kindred::steps
