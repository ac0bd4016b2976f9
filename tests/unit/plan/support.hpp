// What the tests of plans share: models in memory, opened as a run opens them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "plan/models.hpp"
#include "plan/select.hpp"
#include "reading/open.hpp"
#include "support/open_model.hpp"
#include "support/safetensors.hpp"
#include "support/small_model.hpp"
#include "support/sources.hpp"

namespace kindred::plan::testing {

inline const models::ArchitectureRegistry& families() {
  static const models::ArchitectureRegistry registry(KINDRED_SOURCE_DIR "/configs/architectures");
  return registry;
}

class MemoryModel {
 public:
  MemoryModel(const std::string& key, const std::vector<support::TestTensor>& tensors,
              const std::string& config = {}) {
    source_.put("org/m", "model.safetensors", support::safetensorsBytes(tensors));
    if (!config.empty()) source_.put("org/m", "config.json", config);
    model_.key = key;
    model_.source = &source_;
    model_.location = source_.open("org/m");
    model_.checkpoint =
        reading::openCheckpoint(key, source_, *model_.location, support::builtFormats());
    model_.architecture = families().recognise(model_.checkpoint);
  }
  MemoryModel(const std::string& key, const support::SmallModel& model)
      : MemoryModel(key, model.tensors, configText(model)) {}
  MemoryModel(const MemoryModel&) = delete;

  const Model& model() const { return model_; }
  // What a selection takes of it: patterns, or everything.
  std::vector<Selected> selected(std::vector<std::string> patterns = {}) const {
    recipe::Selection selection;
    selection.patterns = std::move(patterns);
    return select(model_, selection);
  }

 private:
  static std::string configText(const support::SmallModel& model) {
    std::string text;
    for (const auto& [key, value] : model.config) {
      text += (text.empty() ? "{" : ", ") + support::jsonString(key) + ": " + value;
    }
    return text + "}";
  }

  support::MemorySource source_;
  Model model_;
};

// F32 tensors of small random numbers, by name and shape.
inline std::vector<support::TestTensor> tensors(
    const std::vector<std::pair<std::string, std::vector<std::uint64_t>>>& shapes) {
  std::vector<support::TestTensor> list;
  std::uint64_t seed = 1;
  for (const auto& [name, shape] : shapes) {
    list.push_back(support::randomTensor(name, DType::F32, shape, seed++));
  }
  return list;
}

}  // namespace kindred::plan::testing
