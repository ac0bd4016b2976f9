// kindred statement, and kindred verify of what it wrote.
#pragma once

#include "cli/command.hpp"

namespace kindred::cli {

// Whether a name on the command line is that of a statement.
bool namesStatement(const std::string& name);

// Runs the statement's recipe again and holds every member against what comes out. The exit code
// is kUnmet where something differs.
int verifyStatement(const Invocation& invocation);

}  // namespace kindred::cli
