// When models were published: what the user knows and no weight tells.
#pragma once

#include <filesystem>
#include <vector>

#include "cli/model_argument.hpp"

namespace kindred::cli {

// Sets the dates of models from a text file: a model's name and a day a line, "alpha 2026-01-31";
// what follows # is a remark. A line that is no such pair, a name that none of the models has and
// one that stands twice are Errors with file and line.
void readDates(const std::filesystem::path& file, std::vector<ModelArgument>& models);

}  // namespace kindred::cli
