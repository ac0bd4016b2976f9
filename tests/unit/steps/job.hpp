// A recipe over models in a folder of its own, planned and run as the program does.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <kindred/error.hpp>

#include "plugin/registry.hpp"
#include "steps/plan.hpp"
#include "steps/recipe.hpp"
#include "steps/runner.hpp"
#include "steps/tools.hpp"
#include "support/safetensors.hpp"
#include "support/small_model.hpp"
#include "support/temp_dir.hpp"

namespace kindred::steps::testing {

class Job {
 public:
  void put(const std::string& model, const std::vector<support::TestTensor>& tensors) {
    support::writeSafetensors(folder_ / model / "model.safetensors", tensors);
    add(model, "");
  }
  void put(const std::string& model, const support::SmallModel& content,
           const std::string& role = {}) {
    content.save(folder_ / model);
    add(model, role);
  }
  const support::TempDir& folder() const { return folder_; }

  // Reads the steps (and what follows them) and makes their tools; what is wrong, a line each.
  std::string make(const std::string& steps) {
    Checked checked =
        parse("kindred: 1\nsources: {disk: {plugin: local-mmap, root: \"" + folder_.text() +
                  "\"}}\nmodels:\n" + models_text_ + "steps:\n" + steps,
              "recipe.yaml");
    recipe_ = std::move(checked.recipe);
    std::vector<recipe::Diagnostic>& diagnostics = checked.diagnostics;
    if (diagnostics.empty()) {
      tools_ = makeTools(recipe_, registry_, diagnostics);
      models_ = std::make_unique<plan::Models>(recipe_, registry_, families_,
                                               plan::SourceOverrides{}, diagnostics);
    }
    return recipe::text(diagnostics);
  }
  Plan plan(const std::string& steps) {
    EXPECT_EQ(make(steps), "");
    return makePlan(tools_, *models_);
  }
  // The error that planning ends with.
  Error refusal(const std::string& steps) {
    try {
      plan(steps);
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "was planned";
    return Error(Category::internal, "", "");
  }
  std::set<std::string> plugins() const { return pluginNames(recipe_, tools_); }
  results::Results run(const Plan& plan, unsigned threads = 1) {
    return execute(recipe_, plan, *models_, {.threads = threads});
  }

 private:
  void add(const std::string& model, const std::string& role) {
    models_text_ += "  " + model + ": {at: \"disk:" + model + "\"" +
                    (role.empty() ? "" : ", role: " + role) + "}\n";
  }

  support::TempDir folder_;
  std::string models_text_;
  plugin::Registry registry_{{KINDRED_PLUGIN_DIR}};
  models::ArchitectureRegistry families_{KINDRED_SOURCE_DIR "/configs/architectures"};
  Recipe recipe_;
  std::vector<ReadyStep> tools_;
  std::unique_ptr<plan::Models> models_;
};

}  // namespace kindred::steps::testing
