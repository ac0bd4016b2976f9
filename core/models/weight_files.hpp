// Which files of a folder are its model, told from their names alone, as transformers decides it:
// model.safetensors, else what model.safetensors.index.json names. Where neither is there: the one
// set of files that can be meant; where there are no safetensors at all, files of torch, then GGUF.
// The only place that knows, for disks, hubs and web servers alike.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::models {

struct Folder {
  std::string model;               // for errors
  std::vector<std::string> names;  // of its files, '/' between parts
  std::string chosen;              // the one file that the user named; empty: none
  // How a user names a file or folder below it.
  std::function<std::string(const std::string&)> address = {};
  std::string unlisted = {};  // why names may lack some, for errors; empty: they do not
};

enum class Format { safetensors, torch, gguf };

struct WeightFiles {
  Format format = Format::safetensors;
  std::string index;                // its shards are the model; empty: `shards` are
  std::vector<std::string> shards;  // in natural order
  std::vector<std::string> notes;   // sentences on what was left out, and why
};

// An Error where the folder holds no weights that can be read, less than a whole model, or several
// models: it names what is missing, what there is instead, and how to name what is meant.
WeightFiles chooseWeights(const Folder& folder);

// The files that an index will probably name: the one numbered set that is called as it is. Empty:
// there is none, or more than one.
std::vector<std::string> probableShards(const std::vector<std::string>& names,
                                        const std::string& index);

// Shards at the top of the folder that its index does not name, as a sentence; empty: none.
std::string unnamedShards(const std::vector<std::string>& names,
                          const std::vector<std::string>& shards);

// "a, b and 3 more"
std::string listed(const std::vector<std::string>& names);

}  // namespace kindred::models
