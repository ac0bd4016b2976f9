// What config.json says, as far as anyone asks.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/architecture.hpp"

namespace kindred::models {

// Top-level scalars, those of the language model's own part (text_config) before them; the rest of
// the file may hold anything.
struct ModelConfig {
  std::string place;
  std::vector<std::string> model_types;       // the text model's own last
  std::vector<std::string> classes;           // "architectures"
  std::map<std::string, std::string> values;  // numbers and words as written
  // Of each description of the rotation the layers that it is for ("full_attention"; empty: all),
  // and the part of a head that turns (empty: not stated there).
  struct Rotation {
    std::string layers, part;
  };
  std::vector<Rotation> rotations = {};
  // Lists of numbers and words with an entry for each layer, as written.
  std::map<std::string, std::vector<std::string>> lists = {};
  // Sentences for people: parts that are no description, and are read as if they were not there.
  std::vector<std::string> notes = {};
};

// Of the text of a config.json; an Error that names `place` where it is no JSON object.
ModelConfig readConfig(const std::string& text, const std::string& place);
// Nothing in it where the checkpoint has no config.json; an Error where that is no JSON object.
ModelConfig readConfig(const Checkpoint& checkpoint);

// A dimension by the name that architecture files use: "heads".
struct DimensionName {
  std::string_view name;
  std::uint64_t Dimensions::*value;
};
std::span<const DimensionName> dimensionNames();

// The same for one layer: where config.json says which heads each has, those of this one.
Dimensions ofLayer(const Dimensions& all, std::int64_t layer);

}  // namespace kindred::models
