#include "cli/commands.hpp"

#include <array>

namespace kindred::cli {

std::span<const Command* const> commands() {
  static constexpr std::array kAll{&kCompareCommand,       &kIdentifyCommand, &kFingerprintCommand,
                                   &kReplayCommand,        &kRunCommand,      &kPlanCommand,
                                   &kCheckCommand,         &kReportCommand,   &kVerifyCommand,
                                   &kStatementCommand,     &kInspectCommand,  &kPluginsCommand,
                                   &kArchitecturesCommand, &kNewCommand,      &kSchemaCommand,
                                   &kCacheCommand,         &kHelpCommand,     &kCompleteCommand};
  return kAll;
}

}  // namespace kindred::cli
