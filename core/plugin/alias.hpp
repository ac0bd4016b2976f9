// Older names of plugins. A plugin that took another one in keeps the other's name working for
// recipes that are written: the file OLD-NAME.alias beside the plugins holds one line,
//
//   fixed-points gauge=mlp-unit draws
//
// the plugin that is meant, which of its parameters are set to what, and which of them a recipe may
// still give under the older name. The rest take their defaults.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "plugin/bind.hpp"

namespace kindred::plugin {

struct AliasFile {
  std::string plugin;
  std::vector<Given> set;
  std::vector<std::string> open;  // parameters
};

// An Error names the file: it can't be read, or is no line as above.
AliasFile readAlias(const std::filesystem::path& file);

// The plugin under the older name. An Error names the file: parameters that `plugin` does not have,
// or values that it does not take.
Plugin aliased(const std::string& name, const std::filesystem::path& file, const AliasFile& read,
               const Plugin& plugin);

}  // namespace kindred::plugin
