// Lists of models: text files with one a line.
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

}  // namespace kindred::cli
