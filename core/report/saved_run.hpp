// An earlier run's folder, held against the same run done again.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/context.hpp"
#include "results/results.hpp"

namespace kindred::report {

struct SavedRun {
  std::string recipe;                 // its text
  std::filesystem::path recipe_file;  // where it was, for paths that count from it
  std::vector<results::RangeRead> ranges;
  std::string observations, findings, report, manifest, html, markdown;  // the files' texts
  // Pages of another version of the program may look differently, and are not compared.
  bool same_version = true;
  std::filesystem::path folder;
};

// Files that are missing or damaged, and a run that was interrupted, are Errors.
SavedRun readSavedRun(const std::filesystem::path& folder);

// What else lies in the folder, by name: no part of the results, though it may be taken for one.
std::vector<std::string> otherFiles(const SavedRun& saved);

struct Difference {
  std::string where;       // "range a/model.safetensors 1024+4096", "observations.csv row 7"
  std::string saved, now;  // empty: it is not there
};

// Bytes read, every row of observations and findings, report.json but for version, cost and places,
// and the pages, which must be what the saved results give.
std::vector<Difference> differences(const SavedRun& saved, const Context& context,
                                    const results::Results& results);

}  // namespace kindred::report
