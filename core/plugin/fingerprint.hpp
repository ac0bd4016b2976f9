// What a library was built with, as the name of its kindred_abi_... symbol says, against the host.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::plugin {

// "kindred_abi_1_gcc12_cxx11_1a2b3c4d" of this host.
std::string_view hostFingerprint();

// Throws an Error that names `file` unless exactly the host's fingerprint is among the symbols that
// the library exports, beside kindred_plugin. Says which part differs and what to rebuild.
void checkFingerprint(const std::filesystem::path& file, const std::vector<std::string>& symbols);

}  // namespace kindred::plugin
