// The recipe that answers the question for pairs of models, as kindred compare writes and runs it.
#pragma once

#include <cstdint>
#include <string>

#include "cli/compared.hpp"

namespace kindred::cli {

// What the options ask of the tests.
struct Asked {
  bool deep = false;
  std::uint64_t most = 0;  // bytes of each model that tests read
  std::string beacon;      // empty: none is given
  bool check_null = false;
};

// The steps for every pair of subjects, and of each subject with each control. `why`: what the run
// cannot tell, for readers; empty: nothing is said.
std::string comparisonRecipe(const Compared& compared, const Asked& asked, const std::string& why);

}  // namespace kindred::cli
