// What is saved, as text: by the table of fields (fields.hpp).
#pragma once

#include <optional>
#include <string>

#include "results/report.hpp"

namespace kindred::results {

// report.json and manifest.json. Bytes of names that are no UTF-8 become replacement characters.
std::string reportJson(const Report& report);
std::string manifestJson(const Manifest& manifest);

// Everything that a step came to, to go on from: stepResultOf() (read.hpp) gives it back. None: a
// name in it is no UTF-8.
std::optional<std::string> stepJson(const StepResult& result);

// The JSON Schema of report.json (docs/report.schema.json).
std::string reportSchema();

}  // namespace kindred::results
