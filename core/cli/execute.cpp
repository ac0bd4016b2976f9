#include "cli/execute.hpp"

#include <algorithm>
#include <iostream>
#include <thread>

#include "models/names.hpp"
#include "report/files.hpp"

namespace kindred::cli {

run::RunOptions runOptions(const Invocation& invocation) {
  run::RunOptions options;
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  options.threads = static_cast<unsigned>(invocation.count("jobs", cores, 1, 1024));
  options.progress = !invocation.has("json");
  return options;
}

Executed measure(Workspace& workspace, const Invocation& invocation,
                 const run::RunOptions& options) {
  workspace.models().openRepositories();
  const plan::Plan plan = plan::makePlan(workspace.recipe(), workspace.tools(), workspace.models());
  sayNotes(workspace.models());
  checkBudget(invocation, plan);
  Executed done;
  done.results = run::execute(workspace.recipe(), plan, workspace.models(), options);
  done.context = report::contextOf(workspace.recipe(), workspace.models(), workspace.plugins(),
                                   done.results, invocation.argv);
  return done;
}

Executed execute(Workspace& workspace, const Invocation& invocation, const run::RunOptions& options,
                 const std::filesystem::path& out) {
  report::prepareFolder(out);
  Executed done = measure(workspace, invocation, options);
  report::writeAll(out, done.context, done.results);
  return done;
}

void sayWhere(const std::filesystem::path& out) {
  std::cout << "Report: " << models::escapedText((out / "report.html").string(), 4096) << '\n';
}

ExitCode exitCode(const results::Results& results) {
  if (!results.complete) return kInterrupted;
  const bool met = std::all_of(results.expectations.begin(), results.expectations.end(),
                               [](const results::ExpectationResult& e) { return e.met; });
  return met ? kDone : kUnmet;
}

}  // namespace kindred::cli
