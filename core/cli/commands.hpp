// The commands, one file each.
#pragma once

#include "cli/command.hpp"

namespace kindred::cli {

extern const Command kRunCommand;
extern const Command kPlanCommand;
extern const Command kCheckCommand;
extern const Command kHelpCommand;

}  // namespace kindred::cli
