// Two runs of one recipe, held against each other field by field.
#pragma once

#include <string>
#include <vector>

#include "results/report.hpp"

namespace kindred::results {

struct Difference {
  std::string where;  // "bytes of a/model.safetensors, 4096 from 1024 on", "report.json /pairs/0/a"
  std::string saved, now;  // empty: it is not there
};

// Bytes read, and every field of report and manifest that a repetition must have the same; rows of
// observations and findings stand in files that are compared as texts.
std::vector<Difference> differences(const Report& saved, const Report& now);

}  // namespace kindred::results
