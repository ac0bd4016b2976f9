// One model of the command line, opened: its source, its headers and its family.
#pragma once

#include <memory>
#include <string>

#include <kindred/source.hpp>

#include "checkpoint/architecture.hpp"
#include "checkpoint/checkpoint.hpp"
#include "cli/command.hpp"
#include "cli/model_argument.hpp"
#include "plugin/registry.hpp"

namespace kindred::cli {

// Not movable: its parts refer to each other.
class OpenModel {
 public:
  OpenModel(const Invocation& invocation, const std::string& argument);
  OpenModel(const OpenModel&) = delete;
  OpenModel& operator=(const OpenModel&) = delete;

  const checkpoint::Checkpoint& checkpoint() const { return checkpoint_; }
  // Null: unknown.
  const checkpoint::Architecture* architecture() const { return architecture_.get(); }

 private:
  plugin::Registry registry_;
  checkpoint::ArchitectureRegistry architectures_;
  std::unique_ptr<Source> source_;
  std::unique_ptr<Location> location_;
  checkpoint::Checkpoint checkpoint_;
  std::shared_ptr<const checkpoint::Architecture> architecture_;
};

}  // namespace kindred::cli
