// What a command answers: standard output, which is the command's alone. Whatever else writes to
// the descriptor of standard output, as plugins may, writes to standard error.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>

namespace kindred::cli {

// Takes standard output for output(). Once, before a plugin is loaded.
void claimStandardOutput();

// From now on nothing that this process says is seen.
void silence();

// Where results go.
std::ostream& output();

// The descriptor behind it.
int outputDescriptor();

// How wide its terminal is, as the terminal says, else as COLUMNS says, else 80; at least 40. None:
// it is no terminal, and COLUMNS says nothing.
std::optional<std::size_t> outputColumns();

}  // namespace kindred::cli
