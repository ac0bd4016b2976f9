// Models of the command line, opened as those of a recipe are: sources once, headers when asked
// for.
#pragma once

#include <memory>
#include <vector>

#include "cli/command.hpp"
#include "cli/model_argument.hpp"
#include "plan/models.hpp"
#include "plugin/registry.hpp"

namespace kindred::cli {

// A model whose word before the colon is no source plugin is an Error that names what was typed.
void checkSources(const std::vector<ModelArgument>& models, plugin::Registry& registry);

// Not movable: its parts refer to each other.
class OpenModels {
 public:
  // Keys become distinct. Opens no model.
  OpenModels(const Invocation& invocation, std::vector<ModelArgument> models);
  OpenModels(const OpenModels&) = delete;
  OpenModels& operator=(const OpenModels&) = delete;

  const std::vector<ModelArgument>& arguments() const { return arguments_; }
  plan::Models& models() { return *opened_; }
  const plan::Model& model(std::size_t i) { return opened_->model(arguments_[i].key); }
  plugin::Registry& registry() { return registry_; }

 private:
  plugin::Registry registry_;
  models::ArchitectureRegistry architectures_;
  std::vector<ModelArgument> arguments_;
  recipe::Given given_;
  std::unique_ptr<plan::Models> opened_;
};

}  // namespace kindred::cli
