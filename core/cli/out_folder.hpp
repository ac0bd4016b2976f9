// Where a command's results go: over nothing that is there, unless --force says so.
#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "cli/claimed_folder.hpp"
#include "cli/command.hpp"
#include "cli/out_file.hpp"

namespace kindred::cli {

// The files that a run writes; a manifest says whose the others are.
inline constexpr const char* kRunFiles[] = {"manifest.json", "report.json", "observations.csv",
                                            "findings.csv",  "report.html", "report.md"};

// The folder that --resume or --out names, claimed for this run until its end. One that another
// run has claimed is an Error; one that holds one of `files` is, or is replaced with --force,
// unless no run wrote that; one with a run that did not end is an Error without --force, and a
// model's own folder always. Without --out it is `usual`, or the first of usual-2, usual-3, ...
// that holds none and is nobody's, which is said on standard error.
class OutFolder {
 public:
  OutFolder(const Invocation& invocation, const std::filesystem::path& usual,
            std::span<const char* const> files = kRunFiles);

  const std::filesystem::path& path() const { return path_; }

 private:
  void claim();
  void findUnused(const std::filesystem::path& usual, std::span<const char* const> files);

  std::filesystem::path path_;
  std::unique_ptr<ClaimedFolder> claimed_;  // by the first process of several
};

}  // namespace kindred::cli
