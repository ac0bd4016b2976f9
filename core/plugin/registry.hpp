// Finds plugins by name and opens only those that are asked for.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <kindred/error.hpp>

#include "plugin/plugin.hpp"

namespace kindred::plugin {

// A library that may be a plugin, as `kindred plugins` lists it.
struct Candidate {
  std::string name;  // by its file: cosine.so and libcosine.so are 'cosine'
  std::filesystem::path file;
  const Plugin* plugin = nullptr;  // null: see `error`
  std::optional<Error> error;
};

// A plugin NAME is the file NAME.so or libNAME.so in one of the folders, or NAME.alias for an older
// name of another one (plugin/alias.hpp). Two files of one name are an error for whoever needs that
// name, and for nobody else; so is a broken library.
class Registry {
 public:
  // Folders that don't exist are passed over; the message about an unknown plugin lists them.
  explicit Registry(std::vector<std::filesystem::path> folders);

  // Opens the plugin's library at first use. The result stays valid as long as the registry.
  // Errors: unknown name (with near misses and the folders searched), two files of that name, or
  // what openPlugin() refuses. [any-thread]
  const Plugin& load(const std::string& name);

  // Whether a file in a folder of plugins is one, by its name.
  static bool isPluginFile(const std::filesystem::path& file);

  // All names found, sorted; opens nothing. [any-thread]
  std::vector<std::string> names() const;

  // Names of those that say in their symbol tables that they are formats, sorted; opens nothing. A
  // file that has no such table is none. [any-thread]
  std::vector<std::string> formats() const;

  // Every library and older name found, sorted by name, all of them opened. [any-thread]
  std::vector<Candidate> list();

 private:
  using Files = std::vector<std::filesystem::path>;
  using Outcome = std::variant<Plugin, Error>;

  const Outcome& opened(const std::string& name, const Files& files);
  const Outcome& openedLocked(const std::string& name, const Files& files);
  Plugin meantBy(const std::string& name, const std::filesystem::path& alias);
  Error unknown(const std::string& name) const;

  std::vector<std::filesystem::path> folders_;
  std::map<std::string, Files> files_;
  std::mutex mutex_;
  std::map<std::string, Outcome> outcomes_;  // each name is tried once
};

}  // namespace kindred::plugin
