#include <ostream>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/workspace.hpp"

namespace kindred::cli {
namespace {

constexpr Option kCheckOptions[] = {kSet, kPluginPath};

int checkVerb(const Invocation& invocation) {
  Workspace workspace(invocation);
  if (!workspace.good()) return kBadInput;
  output() << invocation.positional.front() << ": good (" << workspace.recipe().steps.size()
           << " steps, " << workspace.recipe().models.size() << " models)\n";
  return kDone;
}

}  // namespace

const Command kCheckCommand{"check",  "RECIPE", "Check a recipe; opens no model, uses no network",
                            1,        1,        kCheckOptions,
                            checkVerb};

}  // namespace kindred::cli
