// The commands, one file each.
#pragma once

#include "cli/command.hpp"

namespace kindred::cli {

extern const Command kCompareCommand;
extern const Command kFingerprintCommand;
extern const Command kIdentifyCommand;
extern const Command kReplayCommand;
extern const Command kRunCommand;
extern const Command kVerifyCommand;
extern const Command kPlanCommand;
extern const Command kCheckCommand;
extern const Command kInspectCommand;
extern const Command kPluginsCommand;
extern const Command kArchitecturesCommand;
extern const Command kReportCommand;
extern const Command kStatementCommand;
extern const Command kNewCommand;
extern const Command kCacheCommand;
extern const Command kSchemaCommand;
extern const Command kHelpCommand;
extern const Command kCompleteCommand;

}  // namespace kindred::cli
