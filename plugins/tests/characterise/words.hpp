// What was found, in words.
#pragma once

#include <string>
#include <vector>

#include "correspondence.hpp"
#include "difference.hpp"

namespace kindred::characterise {

// One statement a part ("layers", "units", ...), in the order of reading.
struct Statement {
  std::string what, seen;
};

std::vector<Statement> statements(const MatrixTask& task, const Correspondence& found,
                                  const std::vector<Difference>& differences);

}  // namespace kindred::characterise
