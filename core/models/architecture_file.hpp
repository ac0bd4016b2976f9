// One architecture file as written, before it is joined with what it extends.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "models/architecture_rules.hpp"
#include "yaml/diagnostics.hpp"

namespace kindred::models {

struct ArchitectureFile {
  ArchitectureRules rules;
  std::string extends;
  std::vector<std::string> removed_roles;
  std::vector<Gauge> removed_gauges;
  bool has_rotary = false;
  bool has_rotary_part = false;
  bool has_gains = false;
  bool has_splits = false;
  bool has_products = false;
  // For errors that show only later.
  yaml::Place extends_place;
  std::map<std::string, yaml::Place> model_type_places;
};

// Adds what is wrong with the file, and reads what is right.
ArchitectureFile readArchitectureFile(const std::filesystem::path& path,
                                      std::vector<yaml::Diagnostic>& diagnostics);

}  // namespace kindred::models
