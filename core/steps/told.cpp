#include "steps/told.hpp"

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "evidence/checked.hpp"
#include "words/names.hpp"

namespace kindred::steps {
namespace {

class Told {
 public:
  Told(const std::string& plugin, const std::set<std::string>& steps,
       const std::set<std::string>& models)
      : plugin_(plugin), steps_(steps), models_(models) {}

  template <class Rows>
  void ofSteps(const Rows& rows) const {
    for (const auto& row : rows) {
      if (!steps_.contains(row.step)) refuse("step", row.step);
    }
  }
  template <class Rows>
  void ofModels(const Rows& rows) const {
    for (const auto& row : rows) ofModel(row.model);
  }
  void ofModel(const std::string& model) const {
    if (!models_.contains(model)) refuse("model", model);
  }
  void ofTests(const std::vector<evidence::StepFinding>& rows) const {
    for (const evidence::StepFinding& row : rows) {
      if (row.finding.basis == Basis::calibrated || row.drawn) refuse("step", row.step);
      evidence::checked(plugin_, row.finding.basis, {row.finding});
    }
  }

 private:
  [[noreturn]] void refuse(const char* what, const std::string& name) const {
    throw Error(Category::plugin, fmt::format("plugin '{}'", plugin_),
                fmt::format("told what is not its own, of {} '{}'", what, words::escaped(name)),
                "a fault in the plugin, or worse: tell its author");
  }

  const std::string& plugin_;
  const std::set<std::string>& steps_;
  const std::set<std::string>& models_;
};

}  // namespace

void checkTold(const std::string& plugin, const std::set<std::string>& steps,
               const std::vector<const plan::Model*>& models, const results::StepResult& result) {
  std::set<std::string> keys;
  for (const plan::Model* model : models) keys.insert({model->key, model->filesKey()});
  const Told told(plugin, steps, keys);
  told.ofSteps(result.observations);
  told.ofSteps(result.notes);
  told.ofSteps(result.tables);
  told.ofSteps(result.findings);
  told.ofSteps(result.refused);
  told.ofSteps(result.skipped);
  told.ofSteps(result.left_out);
  told.ofTests(result.findings);
  for (const results::PlainCosine& cosine : result.cosines) {
    told.ofModel(cosine.model_a);
    told.ofModel(cosine.model_b);
  }
  told.ofModels(result.ranges);
  told.ofModels(result.contents);
  told.ofModels(result.files);
}

}  // namespace kindred::steps
