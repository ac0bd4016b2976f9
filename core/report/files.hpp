// Writing results so that a reader never sees half a file.
#pragma once

#include <filesystem>
#include <string_view>

namespace kindred::report {

// Creates the folder (and those above it) where it is missing and checks that it can be written,
// before anything is measured.
void prepareFolder(const std::filesystem::path& folder);

// Writes beside the final name, syncs, renames.
void writeAtomically(const std::filesystem::path& file, std::string_view content);

}  // namespace kindred::report
