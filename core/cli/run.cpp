#include <filesystem>
#include <iostream>
#include <thread>

#include "cli/commands.hpp"
#include "cli/workspace.hpp"
#include "report/files.hpp"
#include "report/json.hpp"
#include "report/render.hpp"
#include "report/terminal.hpp"
#include "run/runner.hpp"

namespace kindred::cli {
namespace {

constexpr Option kOptions[] = {
    {"out", "DIR", "where the results go (default: out/ and the recipe's name)"},
    kSet,
    {"jobs", "N", "threads (default: one a core); results do not depend on it"},
    kPluginPath,
    kOffline,
    kCacheSize,
    kMaxBytes,
    kJson,
};

std::filesystem::path outFolder(const Invocation& invocation) {
  const std::filesystem::path recipe = invocation.positional.front();
  return invocation.value("out", (std::filesystem::path("out") / recipe.stem()).string());
}

int exitCode(const run::Results& results) {
  if (!results.complete) return kInterrupted;
  for (const run::ExpectationResult& expectation : results.expectations) {
    if (!expectation.met) return kUnmet;
  }
  return kDone;
}

int run(const Invocation& invocation) {
  run::RunOptions options;
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  options.threads = static_cast<unsigned>(invocation.count("jobs", cores, 1, 1024));
  options.progress = !invocation.has("json");

  Workspace workspace(invocation);
  if (!workspace.good()) return kBadInput;
  const std::filesystem::path out = outFolder(invocation);
  report::prepareFolder(out);
  const plan::Plan plan =
      plan::makePlan(workspace.recipe(), workspace.tools(), workspace.models());
  checkBudget(invocation, plan);
  const run::Results results =
      run::execute(workspace.recipe(), plan, workspace.models(), options);
  const report::Context context = report::contextOf(workspace.recipe(), workspace.models(),
                                                    workspace.plugins(), results, invocation.argv);
  report::writeAll(out, context, results);
  if (invocation.has("json")) {
    std::cout << report::reportJson(context, results);
  } else {
    std::cout << report::terminalSummary(context, results);
  }
  return exitCode(results);
}

}  // namespace

const Command kRunCommand{"run",    "RECIPE", "Run a recipe and write its results", 1, 1,
                          kOptions, run};

}  // namespace kindred::cli
