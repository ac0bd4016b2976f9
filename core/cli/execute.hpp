// Runs a workspace and writes its results: what `run` and `compare` have in common.
#pragma once

#include <filesystem>

#include "cli/workspace.hpp"
#include "report/render.hpp"
#include "run/runner.hpp"

namespace kindred::cli {

inline constexpr Option kJobs{"jobs", "N",
                              "threads (default: one a core); results do not depend on it"};

// --jobs, and whether to draw progress.
run::RunOptions runOptions(const Invocation& invocation);

struct Executed {
  results::Results results;
  report::Context context;  // refers to the workspace's recipe
};

// Plans, checks --max-bytes and runs.
Executed measure(Workspace& workspace, const Invocation& invocation,
                 const run::RunOptions& options);

// The same, and writes all files into `out`.
Executed execute(Workspace& workspace, const Invocation& invocation, const run::RunOptions& options,
                 const std::filesystem::path& out);

// The last line of a summary: where the report to look at is.
void sayWhere(const std::filesystem::path& out);

ExitCode exitCode(const results::Results& results);

}  // namespace kindred::cli
