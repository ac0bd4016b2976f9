// Pictures that `kindred report --svg` wrote into a run's folder, held against what the saved
// results give.
#pragma once

#include <string>
#include <vector>

#include "report/saved_run.hpp"

namespace kindred::cli {

struct CheckedPictures {
  std::vector<std::string> files;  // by name: those that are there and were drawn again
  std::vector<results::Difference> differences;
  std::string unchecked;  // why none could be drawn; empty: nothing hindered it
};

CheckedPictures checkPictures(const report::SavedRun& saved);

}  // namespace kindred::cli
