// kindred statement, and kindred verify of what it wrote.
#pragma once

#include <kindred/error.hpp>

#include "cli/command.hpp"

namespace kindred::cli {

// Whether a name on the command line is that of a statement.
bool namesStatement(const std::string& name);
// Whether it is that of the bill of materials, which lies beside it.
bool namesBill(const std::string& name);
// What such a file is, and what can be verified in its place.
Error noRunIn(const std::string& bill);

// Runs the statement's recipe again and holds every member against what comes out. The exit code
// is kUnmet where something differs.
int verifyStatement(const Invocation& invocation);

}  // namespace kindred::cli
