// Which files of a folder are its model, told from their names alone, as transformers decides it: a
// file that is the whole model by its name, else what the index of such a name lists, else the one
// set of files that can be meant, all in the format with the strongest claim. The only place that
// knows, for disks, hubs and web servers alike.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/formats.hpp"

namespace kindred::formats {

struct Folder {
  std::string model;               // for errors
  std::vector<std::string> names;  // of its files, '/' between parts
  std::string chosen;              // the one file that the user named; empty: none
  // How a user names a file or folder below it.
  std::function<std::string(const std::string&)> address = {};
  std::string unlisted = {};  // why names may lack some, for errors; empty: they do not
  // The first bytes of a file: asked for where the user named one whose name says nothing.
  std::function<std::vector<std::byte>(const std::string&)> beginning = {};
};

struct WeightFiles {
  const UsableFormat* format = nullptr;
  std::string index;                // its shards are the model; empty: `shards` are
  std::vector<std::string> shards;  // in natural order
  std::vector<std::string> notes;   // sentences on what was left out, and why
  bool adapter = false;             // they are called as an adapter's, which changes another model
};

// Where there is no model but one adapter, that is chosen.
// An Error where the folder holds no weights that can be read, less than a whole model, or several
// models: it names what is missing, what there is instead, and how to name what is meant.
WeightFiles chooseWeights(const Folder& folder, const Formats& formats);

// The files that an index will probably name: the one numbered set that is called as it is. Empty:
// there is none, or more than one.
std::vector<std::string> probableShards(const std::vector<std::string>& names,
                                        const std::string& index, const UsableFormat& format);

// Shards at the top of the folder that its index does not name, as a sentence; empty: none.
std::string unnamedShards(const std::vector<std::string>& names,
                          const std::vector<std::string>& shards, const UsableFormat& format);

// "a, b and 3 more"
std::string listed(const std::vector<std::string>& names);

}  // namespace kindred::formats
