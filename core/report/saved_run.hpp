// An earlier run's folder, held against the same run done again.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/context.hpp"
#include "run/results.hpp"

namespace kindred::report {

struct SavedRun {
  std::string recipe;                 // its text
  std::filesystem::path recipe_file;  // where it was, for paths that count from it
  std::vector<run::RangeRead> ranges;
  std::string observations, findings, report;  // the files' texts
};

// Files that are missing or damaged, and a run that was interrupted, are Errors.
SavedRun readSavedRun(const std::filesystem::path& folder);

struct Difference {
  std::string where;       // "range a/model.safetensors 1024+4096", "observations.csv row 7"
  std::string saved, now;  // empty: it is not there
};

// Bytes read, every row of observations and findings, and report.json but for version, cost and
// places.
std::vector<Difference> differences(const SavedRun& saved, const Context& context,
                                    const run::Results& results);

}  // namespace kindred::report
