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

// "layers 0-3 and 4-7 of B are like 0-3 and 2-5 of A"
std::string layerWords(const std::map<std::int64_t, std::int64_t>& layers, const std::string& a,
                       const std::string& b);

}  // namespace kindred::characterise
