// Reads which names a shared library exports, without loading it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace kindred::plugin {

// The names that the library's dynamic symbol table defines for others, in no particular order. A
// file that is no shared library of this machine, or is damaged, is an Error that names it.
std::vector<std::string> exportedSymbols(const std::filesystem::path& library);

}  // namespace kindred::plugin
