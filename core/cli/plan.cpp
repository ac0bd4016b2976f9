#include <ostream>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/workspace.hpp"

namespace kindred::cli {
namespace {

constexpr Option kPlanOptions[] = {kSet,       kBeacon,   kPluginPath, kOffline,
                                   kCacheSize, kMaxBytes, kJson};

int planVerb(const Invocation& invocation) {
  Workspace workspace(invocation);
  if (!workspace.good()) return kBadInput;
  const steps::Plan plan = steps::makePlan(workspace.tools(), workspace.models());
  sayNotes(workspace.models());
  output() << (invocation.has("json") ? steps::toJson(plan) : steps::describe(plan));
  checkBudget(invocation, plan);
  return kDone;
}

}  // namespace

const Command kPlanCommand{"plan",  "RECIPE", "Show what a recipe would read, from headers alone",
                           1,       1,        kPlanOptions,
                           planVerb};

}  // namespace kindred::cli
