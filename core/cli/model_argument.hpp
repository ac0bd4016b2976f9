// A model as the command line names it: a local path, or org/name[@revision] on the Hub.
#pragma once

#include <string>
#include <vector>

namespace kindred::cli {

struct ModelArgument {
  std::string key;      // its name in results: letters, digits, '.', '_' and '-'
  std::string plugin;   // local-mmap or http-range
  std::string root;     // local: the folder above the model, absolute
  std::string address;  // below the root, or the Hub's name
};

// What exists as a path is a path; the prefixes file: and hub: settle doubt. Anything else that
// does not look like org/name is an Error.
ModelArgument modelArgument(const std::string& text);

// Keys that are equal get their place behind them: x, x-2.
void makeKeysDistinct(std::vector<ModelArgument>& models);

// The sources: and models: parts of a recipe over these models. The last `controls` of them are
// controls.
std::string recipeHead(const std::vector<ModelArgument>& models, std::size_t controls);

}  // namespace kindred::cli
