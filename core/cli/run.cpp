#include <filesystem>
#include <ostream>

#include "cli/bundled.hpp"
#include "cli/commands.hpp"
#include "cli/execute.hpp"
#include "cli/out_folder.hpp"
#include "cli/output.hpp"
#include "report/terminal.hpp"
#include "results/write.hpp"

namespace kindred::cli {
namespace {

constexpr Option kRunOptions[] = {
    {"out", "DIR", "where the results go (default: out/ and the recipe's name)"},
    kForce,
    kResume,
    kTrust,
    kPluginTime,
    kFailOn,
    kSet,
    kBeacon,
    kJobs,
    kPluginPath,
    kOffline,
    kCacheSize,
    kMaxBytes,
    kBundle,
    kVerbose,
    kJson,
};

int runVerb(const Invocation& invocation) {
  const steps::RunOptions options = runOptions(invocation);
  const std::set<evidence::Class> fail_on = failOn(invocation);
  Keeping keeping(invocation);
  Workspace workspace(invocation, &keeping);
  if (!workspace.good()) return kBadInput;
  const std::filesystem::path recipe = invocation.positional.front();
  const OutFolder folder(invocation, std::filesystem::path("out") / recipe.stem());
  const std::filesystem::path& out = folder.path();
  const results::Report made = execute(workspace, invocation, options, out);
  if (invocation.has("json")) {
    output() << results::reportJson(made);
  } else {
    output() << report::terminalSummary(made, terminalView(invocation));
    sayWhere(out);
  }
  keeping.finish(workspace.recipe(), made, invocation.has("json"));
  return exitCode(made, fail_on);
}

}  // namespace

const Command kRunCommand{
    "run",   "RECIPE", "Run a recipe, or what stands in a bundle, and write its results",
    1,       1,        kRunOptions,
    runVerb, true,     true};

}  // namespace kindred::cli
