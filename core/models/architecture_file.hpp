// One architecture file as written, before it is joined with what it extends.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/architecture_rules.hpp"
#include "models/yaml_fields.hpp"

namespace kindred::models {

struct ArchitectureFile {
  ArchitectureRules rules;
  std::string extends;
  std::vector<std::string> removed_roles;
  std::vector<std::string> removed_gauges;
  bool has_rotary = false;
  bool has_rotary_part = false;
  bool has_gains = false;
  bool has_splits = false;
  bool has_products = false;
  YAML::Node extends_node;
  std::map<std::string, YAML::Node> model_type_nodes;
  std::shared_ptr<YamlFile> yaml;  // for errors that show only later
};

ArchitectureFile readArchitectureFile(const std::filesystem::path& path, YamlIssues& issues);

}  // namespace kindred::models
