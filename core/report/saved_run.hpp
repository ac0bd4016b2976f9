// A run's results folder: written, and held against the same run done again.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "results/compare.hpp"
#include "results/read.hpp"

namespace kindred::report {

// report.json, observations.csv, findings.csv, manifest.json, and the pages made of them.
void writeAll(const std::filesystem::path& folder, const results::Report& report);

// report.html and report.md, from nothing but what is saved.
void writePages(const results::Texts& texts);

struct SavedRun {
  results::Report report;
  results::Texts texts;
  std::string findings, html, markdown;  // the other files' texts
};

// Files that are missing or damaged, and a run that was interrupted, are Errors.
SavedRun readSavedRun(const std::filesystem::path& folder);

// What else lies in the folder, by name: no part of the results, though it may be taken for one.
std::vector<std::string> otherFiles(const SavedRun& saved);

// Every field and row, each file to the byte, and the pages, which must be what the saved results
// give; those of another version of the program may look differently, and are not compared.
std::vector<results::Difference> differences(const SavedRun& saved, const results::Report& now);

}  // namespace kindred::report
