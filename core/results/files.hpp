// Writing results so that a reader never sees half a file.
#pragma once

#include <filesystem>
#include <string_view>

namespace kindred::results {

// Creates the folder (and those above it) where it is missing and checks that it can be written,
// before anything is measured.
void prepareFolder(const std::filesystem::path& folder);

// Writes beside the final name, syncs where `durable`, renames. What is not synced may be cut off
// after the machine itself failed.
void writeAtomically(const std::filesystem::path& file, std::string_view content,
                     bool durable = true);

}  // namespace kindred::results
