// Runs a workspace and writes its results: what `run` and `compare` have in common.
#pragma once

#include <filesystem>

#include "cli/workspace.hpp"
#include "results/report.hpp"
#include "steps/runner.hpp"

namespace kindred::cli {

inline constexpr Option kJobs{"jobs", "N",
                              "threads (default: one a core); results do not depend on it"};

// --jobs, and whether to draw progress.
steps::RunOptions runOptions(const Invocation& invocation);

// Plans, checks --max-bytes and runs.
results::Report measure(Workspace& workspace, const Invocation& invocation,
                        const steps::RunOptions& options);

// The same, and writes all files into `out`.
results::Report execute(Workspace& workspace, const Invocation& invocation,
                        const steps::RunOptions& options, const std::filesystem::path& out);

// The last line of a summary: where the report to look at is.
void sayWhere(const std::filesystem::path& out);

ExitCode exitCode(const results::Report& report);

}  // namespace kindred::cli
