// The models of a folder, for commands that take many.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "formats/formats.hpp"

namespace kindred::cli {

// Whether a format reads files of this name.
bool isWeights(const std::filesystem::path& file, const formats::Formats& formats);

// Whether a folder holds weights or an index of components, or is a model's in the Hub's local
// cache.
bool isModelFolder(const std::filesystem::path& folder, const formats::Formats& formats);

struct FolderModels {
  std::vector<std::string> models;  // paths, in order
  std::vector<std::string> others;  // folders in it that hold no model
  bool itself = false;              // the folder is a model, whatever else is in it
};

// A folder's fingerprints, files of weights that are a model each, folders of models, and those in
// folders that are none (org/name). Of a folder that has a config.json, an index of shards or
// nothing but shards no file is a model, of one with components none of its folders.
FolderModels modelsIn(const std::filesystem::path& folder, const formats::Formats& formats);

}  // namespace kindred::cli
