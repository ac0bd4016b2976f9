// One model of the command line, opened: its source, its headers and its family.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <kindred/source.hpp>

#include "cli/command.hpp"
#include "cli/model_argument.hpp"
#include "formats/formats.hpp"
#include "models/architecture.hpp"
#include "models/checkpoint.hpp"
#include "models/components.hpp"
#include "plugin/registry.hpp"

namespace kindred::cli {

// Not movable: its parts refer to each other.
class OpenModel {
 public:
  OpenModel(const Invocation& invocation, const std::string& argument);
  OpenModel(const OpenModel&) = delete;
  OpenModel& operator=(const OpenModel&) = delete;

  const models::Checkpoint& checkpoint() const { return checkpoint_; }
  // Of a composite; they refer to the checkpoint's files.
  const std::vector<models::ComponentPart>& components() const { return components_; }
  // Null: unknown.
  const models::Architecture* architecture() const { return architecture_.get(); }

 private:
  struct Opened {
    std::unique_ptr<Source> source;
    std::unique_ptr<Location> location;
  };
  models::Checkpoint open(const Invocation& invocation, const ModelArgument& model,
                          const formats::Formats& formats);

  plugin::Registry registry_;
  models::ArchitectureRegistry architectures_;
  std::vector<Opened> opened_;  // the model's, its adapter's
  models::Checkpoint checkpoint_;
  std::shared_ptr<const models::Architecture> architecture_;
  std::vector<models::ComponentPart> components_;
};

}  // namespace kindred::cli
