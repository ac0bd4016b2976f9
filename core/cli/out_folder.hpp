// Where a command's results go: over nothing that is there, unless --force says so.
#pragma once

#include <filesystem>
#include <span>

#include "cli/command.hpp"
#include "cli/out_file.hpp"

namespace kindred::cli {

// The files that a run writes; a manifest says whose the others are.
inline constexpr const char* kRunFiles[] = {"manifest.json", "report.json", "observations.csv",
                                            "findings.csv",  "report.html", "report.md"};

// The folder that --resume or --out names; nothing is made or written yet. One that holds one of
// `files` is an Error, or replaced with --force, unless no run wrote that; one with a run that did
// not end is an Error without --force, and a model's own folder always. Without --out it is
// `usual`, or the first of usual-2, usual-3, ... that holds none, which is said on standard error.
std::filesystem::path outFolder(const Invocation& invocation, const std::filesystem::path& usual,
                                std::span<const char* const> files = kRunFiles);

}  // namespace kindred::cli
