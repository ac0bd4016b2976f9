// Lists of models: text files with one a line, and files that lie in a folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/model_argument.hpp"

namespace kindred::cli {

// Whether it is a file that by its ending may be a list: none, .txt or .list.
bool namesList(const std::filesystem::path& file);

// The models of a list, in its order; what follows # is a remark. What lies beside the list is
// found by its name. A line that names no model is an Error with its number.
std::vector<ModelArgument> listed(const std::filesystem::path& file);

// The paths of files of weights in a folder that are a model each, in order: none of a folder that
// is a model itself, and has a config.json, an index of shards or nothing but shards.
std::vector<std::string> looseModels(const std::filesystem::path& folder);

}  // namespace kindred::cli
