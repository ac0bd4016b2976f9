// Where the program's own files are, found from the running binary: the build tree and every
// installed prefix have the same shape (bin/, lib*/kindred/plugins, share/kindred).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace kindred::plugin {

// The running binary, symbolic links resolved.
std::filesystem::path executable();

// lib*/kindred/plugins of the binary's prefix.
std::filesystem::path builtinPlugins();

// share/kindred of the binary's prefix: configs/ and template/.
std::filesystem::path sharedFiles();

// Of the folders that `options` (--plugin-path) and KINDRED_PLUGIN_PATH name, those that are not
// there or hold no plugin, a line each: who named it, and what is wrong with it.
std::vector<std::string> idleFolders(const std::vector<std::string>& options);

// All folders to look for plugins in: the built-in one, then each of `options` (--plugin-path, each
// possibly several folders separated by ':'), then KINDRED_PLUGIN_PATH. Without repetitions.
std::vector<std::filesystem::path> pluginFolders(const std::vector<std::string>& options = {});

}  // namespace kindred::plugin
