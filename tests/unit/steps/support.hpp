// What the recipe tests share.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "steps/recipe.hpp"

namespace kindred::steps::testing {

using recipe::ModelRole;
using recipe::Pairing;
using recipe::Sample;

inline std::filesystem::path sourceFolder() { return KINDRED_SOURCE_DIR; }

inline std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::stringstream out;
  out << stream.rdbuf();
  return out.str();
}

// Compares with a committed file, or writes it where KINDRED_UPDATE_GOLDEN is set.
inline void expectGolden(const std::string& got, const std::filesystem::path& file) {
  if (std::getenv("KINDRED_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(file, std::ios::binary) << got;
  }
  EXPECT_EQ(got, contents(file));
}

// A recipe with two models and a selection, and the steps (and what follows) given.
inline std::string withSteps(const std::string& steps) {
  return R"(kindred: 1
sources:
  disk: {plugin: local-mmap, root: models}
models:
  a: disk:alpha
  b: {at: disk:org/beta@main, role: control}
selections:
  norms: ["model.layers.{layer}.input_layernorm.weight"]
steps:
)" + steps;
}

// What a step asks for, which must be of that kind.
template <class Asked>
const Asked& as(const Step& step) {
  return std::get<Asked>(step.kind);
}

// The recipe, which must be right.
inline Recipe accepted(const std::string& yaml, const std::vector<std::string>& settings = {},
                       const std::string& name = "recipe.yaml") {
  Checked checked = parse(yaml, name, settings);
  EXPECT_EQ(text(checked.diagnostics), "");
  return std::move(checked.recipe);
}

}  // namespace kindred::steps::testing
