#include <filesystem>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/execute.hpp"
#include "report/json.hpp"
#include "report/terminal.hpp"

namespace kindred::cli {
namespace {

constexpr Option kRunOptions[] = {
    {"out", "DIR", "where the results go (default: out/ and the recipe's name)"},
    kSet,
    kJobs,
    kPluginPath,
    kOffline,
    kCacheSize,
    kMaxBytes,
    kJson,
};

int runVerb(const Invocation& invocation) {
  const run::RunOptions options = runOptions(invocation);
  Workspace workspace(invocation);
  if (!workspace.good()) return kBadInput;
  const std::filesystem::path recipe = invocation.positional.front();
  const std::filesystem::path out =
      invocation.value("out", (std::filesystem::path("out") / recipe.stem()).string());
  const Executed done = execute(workspace, invocation, options, out);
  if (invocation.has("json")) {
    std::cout << report::reportJson(done.context, done.results);
  } else {
    std::cout << report::terminalSummary(done.context, done.results,
                                         report::Paint::forStandardOutput());
    sayWhere(out);
  }
  return exitCode(done.results);
}

}  // namespace

const Command kRunCommand{"run",       "RECIPE", "Run a recipe and write its results", 1, 1,
                          kRunOptions, runVerb};

}  // namespace kindred::cli
