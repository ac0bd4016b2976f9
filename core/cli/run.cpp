#include <filesystem>
#include <iostream>

#include "cli/bundled.hpp"
#include "cli/commands.hpp"
#include "cli/execute.hpp"
#include "report/terminal.hpp"
#include "results/write.hpp"

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
    kBundle,
    kJson,
};

int runVerb(const Invocation& invocation) {
  const steps::RunOptions options = runOptions(invocation);
  Keeping keeping(invocation);
  Workspace workspace(invocation, &keeping);
  if (!workspace.good()) return kBadInput;
  const std::filesystem::path recipe = invocation.positional.front();
  const std::filesystem::path out =
      invocation.value("out", (std::filesystem::path("out") / recipe.stem()).string());
  const results::Report made = execute(workspace, invocation, options, out);
  if (invocation.has("json")) {
    std::cout << results::reportJson(made);
  } else {
    std::cout << report::terminalSummary(made, report::Paint::forStandardOutput());
    sayWhere(out);
  }
  keeping.finish(workspace.recipe(), made, invocation.has("json"));
  return exitCode(made);
}

}  // namespace

const Command kRunCommand{
    "run",       "RECIPE", "Run a recipe, or what stands in a bundle, and write its results", 1, 1,
    kRunOptions, runVerb};

}  // namespace kindred::cli
