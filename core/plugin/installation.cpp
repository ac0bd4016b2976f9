#include "plugin/installation.hpp"

#include <algorithm>
#include <boost/dll/runtime_symbol_info.hpp>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include <kindred/error.hpp>

#include "plugin/registry.hpp"

namespace kindred::plugin {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPluginPathVariable = "KINDRED_PLUGIN_PATH";

// The first of two candidates that exists: KINDRED_..._FROM_BIN is how the configured prefix lays
// its folders out (Debian's libdir may be lib/x86_64-linux-gnu), the other is the build tree's way.
fs::path besideBinary(const char* configured, const char* usual) {
  const fs::path bin = executable().parent_path();
  std::error_code ignored;
  fs::path found = (bin / configured).lexically_normal();
  return fs::exists(found, ignored) ? found : (bin / usual).lexically_normal();
}

void addList(std::string_view list, std::vector<fs::path>& folders) {
  while (!list.empty()) {
    const std::size_t colon = list.find(':');
    const fs::path folder(list.substr(0, colon));
    if (!folder.empty() && std::find(folders.begin(), folders.end(), folder) == folders.end()) {
      folders.push_back(folder);
    }
    if (colon == std::string_view::npos) return;
    list.remove_prefix(colon + 1);
  }
}

// Why nothing comes of looking for plugins there; null: something may.
const char* whyIdle(const fs::path& folder) {
  std::error_code problem;
  if (!fs::is_directory(folder, problem)) return "is no folder";
  for (fs::directory_iterator at(folder, problem), end; !problem && at != end;
       at.increment(problem)) {
    if (Registry::isPluginFile(at->path())) return nullptr;
  }
  return problem ? "can't be listed" : "holds no plugin (files NAME.so)";
}

}  // namespace

fs::path executable() {
  boost::dll::fs::error_code problem;
  const fs::path path = boost::dll::program_location(problem);
  if (problem) {
    throw Error(Category::internal, "",
                "the program can't find its own file: " + problem.message());
  }
  return fs::weakly_canonical(path);
}

fs::path builtinPlugins() {
  return besideBinary(KINDRED_PLUGINS_FROM_BIN, "../lib/kindred/plugins");
}

fs::path sharedFiles() { return besideBinary(KINDRED_SHARE_FROM_BIN, "../share/kindred"); }

std::vector<std::string> idleFolders(const std::vector<std::string>& options) {
  std::vector<std::string> lines;
  const auto look = [&](const char* named_by, std::string_view list) {
    std::vector<fs::path> folders;
    addList(list, folders);
    for (const fs::path& folder : folders) {
      if (const char* why = whyIdle(folder)) {
        lines.push_back(std::string(named_by) + ": '" + folder.string() + "' " + why);
      }
    }
  };
  for (const std::string& option : options) look("--plugin-path", option);
  if (const char* list = std::getenv(kPluginPathVariable)) look(kPluginPathVariable, list);
  return lines;
}

std::vector<fs::path> pluginFolders(const std::vector<std::string>& options) {
  std::vector<fs::path> folders{builtinPlugins()};
  for (const std::string& option : options) addList(option, folders);
  if (const char* list = std::getenv(kPluginPathVariable)) addList(list, folders);
  return folders;
}

}  // namespace kindred::plugin
