// Who is compared: the models that a command line, a folder or a list names, and controls.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/model_argument.hpp"
#include "plan/models.hpp"
#include "plugin/registry.hpp"

namespace kindred::cli {

struct Compared {
  std::vector<ModelArgument> models;  // subjects, then controls; their keys are distinct
  std::size_t controls = 0;

  std::size_t subjects() const { return models.size() - controls; }
};

// Whether two arguments name one model, neither changed by an adapter.
bool isSame(const ModelArgument& a, const ModelArgument& b);

// Two models, or with --all every one of a folder, a list or those named. Says on standard error
// what of these is no model. Nothing is opened; a control that is compared itself is an Error.
Compared comparedModels(const Invocation& invocation, plugin::Registry& registry);

// Says on standard error that a model is left out.
void sayLeftOut(const std::string& what, const std::string& why);
// The same in a sentence for the report.
std::string leftOutText(const std::string& what, const std::string& why);

// Takes out of a folder's models those that can't be read and says of each why: to whoever looks
// on, and in sentences for the report, which name no folder of this machine.
std::string leaveOutUnreadable(Compared& compared, plan::Models& opened, const std::string& folder);

}  // namespace kindred::cli
