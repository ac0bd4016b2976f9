#include "cli/execute.hpp"

#include <algorithm>
#include <iostream>
#include <thread>

#include "outcome/report_of.hpp"
#include "report/files.hpp"
#include "report/saved_run.hpp"
#include "words/names.hpp"

namespace kindred::cli {

steps::RunOptions runOptions(const Invocation& invocation) {
  steps::RunOptions options;
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  options.threads = static_cast<unsigned>(invocation.count("jobs", cores, 1, 1024));
  options.progress = !invocation.has("json");
  return options;
}

results::Report measure(Workspace& workspace, const Invocation& invocation,
                        const steps::RunOptions& options) {
  workspace.models().openRepositories();
  const steps::Plan plan = steps::makePlan(workspace.tools(), workspace.models());
  sayNotes(workspace.models());
  checkBudget(invocation, plan);
  return outcome::reportOf(workspace.recipe(), workspace.models(), workspace.plugins(),
                           steps::execute(workspace.recipe(), plan, workspace.models(), options),
                           invocation.argv);
}

results::Report execute(Workspace& workspace, const Invocation& invocation,
                        const steps::RunOptions& options, const std::filesystem::path& out) {
  report::prepareFolder(out);
  results::Report made = measure(workspace, invocation, options);
  report::writeAll(out, made);
  return made;
}

void sayWhere(const std::filesystem::path& out) {
  std::cout << "Report: " << words::escapedText((out / "report.html").string(), 4096) << '\n';
}

ExitCode exitCode(const results::Report& report) {
  if (!report.complete) return kInterrupted;
  const bool met = std::all_of(report.expectations.begin(), report.expectations.end(),
                               [](const results::ExpectationResult& e) { return e.met; });
  return met ? kDone : kUnmet;
}

}  // namespace kindred::cli
