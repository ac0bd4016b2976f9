// observations.csv and findings.csv, as RFC 4180 has them: lines end with a line feed, texts are
// quoted where they must be. A text that a spreadsheet would compute (it begins with = + - @, a
// tab, a return or an apostrophe) has an apostrophe in front, which is taken off where it is read
// back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "results/results.hpp"

namespace kindred::results {

// Values with 17 significant digits, undefined ones as "nan"; absent layers and experts are empty.
std::string observationsCsv(const std::vector<Observation>& rows);
std::string findingsCsv(const std::vector<evidence::StepFinding>& rows);

// Reads observations.csv back. `file` stands for the file in errors, which name line and column.
std::vector<Observation> observationsOf(const std::string& file, std::string_view text);

}  // namespace kindred::results
