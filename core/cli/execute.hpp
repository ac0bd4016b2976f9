// Runs a workspace and writes its results: what `run` and `compare` have in common.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "cli/resume.hpp"
#include "cli/workspace.hpp"
#include "report/terminal.hpp"
#include "results/report.hpp"
#include "steps/runner.hpp"

namespace kindred::cli {

inline constexpr Option kJobs{"jobs", "N",
                              "threads (default: one a core); results do not depend on it"};

// --jobs.
steps::RunOptions runOptions(const Invocation& invocation);
// Whether a run says on a terminal what it is at.
bool watched(const Invocation& invocation);

// Plans, checks --max-bytes and runs. `resumable`, where it is given, keeps what is finished.
results::Report measure(Workspace& workspace, const Invocation& invocation,
                        steps::RunOptions options, Resumable* resumable = nullptr);

// The same, and writes all files into `out`, where that is for this process to do. What is
// finished is kept there until all is written; it isn't where a bundle is, which needs all that a
// run reads.
results::Report execute(Workspace& workspace, const Invocation& invocation,
                        const steps::RunOptions& options, const std::filesystem::path& out);

inline constexpr Option kVerbose{"verbose", nullptr,
                                 "show nulls, assumptions and all that was and was not covered"};

// How the summary of a run is to be shown.
report::TerminalView terminalView(const Invocation& invocation);

// The last line of a summary: where the report to look at is.
void sayWhere(const std::filesystem::path& out);

inline constexpr Option kFailOn{"fail-on", "CLASS[,CLASS]",
                                "exit with 3 where a pair asked about has one of these verdicts",
                                true};

// The verdicts that --fail-on names. A word that is none is an Error.
std::set<evidence::Class> failOn(const Invocation& invocation);

// Says on standard error that the verdict on a pair, and on so many others, is one of --fail-on.
void sayFailed(const std::string& a, const std::string& b, evidence::Class verdict,
               std::size_t more = 0);

// Where a pair asked about has a verdict of `fail_on`, that is said.
ExitCode exitCode(const results::Report& report, const std::set<evidence::Class>& fail_on);
// The same of a comparison, which is no quiet success where nothing could be compared.
ExitCode comparisonCode(const results::Report& report, const std::set<evidence::Class>& fail_on);

}  // namespace kindred::cli
