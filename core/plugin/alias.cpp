#include "plugin/alias.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <kindred/declaration.hpp>
#include <kindred/error.hpp>

namespace kindred::plugin {
namespace {

constexpr std::size_t kLongest = 4096;  // bytes

Error badAlias(const std::filesystem::path& file, const std::string& what) {
  return Error(Category::plugin, file.string(), what,
               "write one line: the plugin, NAME=VALUE for what is set, NAME for what stays open");
}

const Entry& parameterOf(const Plugin& plugin, const std::string& name,
                         const std::filesystem::path& file) {
  const auto found = std::find_if(plugin.parameters.begin(), plugin.parameters.end(),
                                  [&](const Entry& entry) { return name == entry.name; });
  if (found != plugin.parameters.end()) return *found;
  throw badAlias(file, "names the parameter '" + name + "', which plugin '" + plugin.name() +
                           "' does not have");
}

}  // namespace

AliasFile readAlias(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(kLongest + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad() || text.empty()) throw badAlias(file, "is empty, or can't be read");
  const std::size_t end = text.find('\n');
  if (text.size() > kLongest || (end != std::string::npos && end + 1 != text.size())) {
    throw badAlias(file, "is not one line");
  }
  AliasFile read;
  std::istringstream words(text);
  words >> read.plugin;
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) {
      read.open.push_back(word);
    } else {
      read.set.push_back({word.substr(0, equals), word.substr(equals + 1)});
    }
  }
  if (!isPluginName(read.plugin)) throw badAlias(file, "names no plugin");
  return read;
}

Plugin aliased(const std::string& name, const std::filesystem::path& file, const AliasFile& read,
               const Plugin& plugin) {
  Plugin result = plugin;
  result.parameters.clear();
  for (const std::string& open : read.open) {
    result.parameters.push_back(parameterOf(plugin, open, file));
  }
  Alias alias{name, {}, "'" + plugin.name() + "'"};
  for (const Given& given : read.set) {
    const auto value = valueOf(parameterOf(plugin, given.name, file), given.value);
    if (!value) {
      throw badAlias(file, "sets the parameter '" + given.name + "' of plugin '" + plugin.name() +
                               "' to '" + given.value + "', which it can't be");
    }
    alias.set.set(given.name, *value);
    alias.meaning +=
        (&given == &read.set.front() ? " with " : " and ") + given.name + " " + given.value;
  }
  for (const Entry& entry : plugin.parameters) {  // what is neither set nor open
    const bool left = std::any_of(result.parameters.begin(), result.parameters.end(),
                                  [&](const Entry& open) { return open.name == entry.name; });
    if (left || alias.set.values().contains(entry.name)) continue;
    if (entry.fallback == nullptr) {
      throw badAlias(file, "leaves out the parameter '" + std::string(entry.name) +
                               "', which plugin '" + plugin.name() + "' needs");
    }
    alias.set.set(entry.name, *valueOf(entry, entry.fallback));
  }
  result.alias = std::move(alias);
  return result;
}

}  // namespace kindred::plugin
