// Where single files go that a command writes: over nothing that is there, unless --force says so.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "cli/command.hpp"

namespace kindred::cli {

inline constexpr Option kForce{"force", nullptr, "replace what an earlier call wrote there"};

// An Error where the file is there and --force is not given.
void refuseToReplace(const Invocation& invocation, const std::filesystem::path& file);

// Where files of one name and these endings go. With --out, which named `stem`, one that is there
// is an Error; without, they get the first of the names STEM, STEM-2, STEM-3, ... of which there is
// none, which is said on standard error.
std::string outStem(const Invocation& invocation, const std::string& stem,
                    std::span<const char* const> endings);

// usual, or the first of usual-2, usual-3, ... that is not taken.
std::string unusedName(const std::string& usual,
                       const std::function<bool(const std::string&)>& taken);

}  // namespace kindred::cli
