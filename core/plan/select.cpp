#include "plan/select.hpp"

#include <charconv>
#include <set>

#include <kindred/error.hpp>

#include "plan/near_misses.hpp"
#include "words/names.hpp"
#include "words/pattern.hpp"

namespace kindred::plan {
namespace {

using Captures = std::vector<words::Capture>;

std::int64_t number(const Captures& captures, std::string_view name) {
  std::int64_t value = -1;
  for (const words::Capture& capture : captures) {
    if (capture.name != name) continue;
    const char* end = capture.value.data() + capture.value.size();
    if (std::from_chars(capture.value.data(), end, value).ec != std::errc{}) return -1;
  }
  return value;
}

std::string allButLayer(const Captures& captures) {
  std::string text;
  for (const words::Capture& capture : captures) {
    if (capture.name != "layer")
      text.append(" ").append(capture.name).append("=").append(capture.value);
  }
  return text;
}

class Selector {
 public:
  Selector(const Model& model, const recipe::Selection& selection)
      : model_(model), selection_(selection) {}

  std::vector<Selected> run() {
    if (model_.checkpoint.tensors().empty()) throw noTensors();
    if (selection_.patterns.empty() && selection_.roles.empty()) byPattern("*");
    for (const std::string& pattern : selection_.patterns) byPattern(pattern);
    for (const std::string& role : selection_.roles) byRole(role);
    if (selected_.empty() && selection_.layers) {
      throw inputError(recipe::text(selection_.place),
                       "no tensor selected of model '" + model_.key + "' lies in layers " +
                           std::to_string(selection_.layers->first) + " to " +
                           std::to_string(selection_.layers->second),
                       "layers are what {layer} captures in a pattern; kindred inspect lists them");
    }
    return std::move(selected_);
  }

 private:
  Error noTensors() const {
    const auto& files = model_.checkpoint.shards();
    return inputError(files.empty() ? "" : files.front().file->place(),
                      "model '" + model_.key + "' holds no tensor",
                      "name the file or folder that holds its weights");
  }

  // Of the pattern or role at hand.
  std::string place() {
    const std::size_t i = index_++;
    return recipe::text(i < selection_.places.size() ? selection_.places[i] : selection_.place);
  }

  void byPattern(const std::string& text) {
    const std::string at = place();
    const words::Pattern pattern(text);
    bool matched = false;
    for (const models::Tensor& tensor : model_.checkpoint.tensors()) {
      const auto captures = pattern.match(tensor.name);
      if (!captures) continue;
      matched = true;
      models::View view = models::whole(model_.checkpoint, tensor);
      view.info.layer = number(*captures, "layer");
      view.info.expert = number(*captures, "expert");
      if (model_.architecture != nullptr) view.info.role = model_.architecture->roleOf(tensor.name);
      add({std::move(view), text + allButLayer(*captures), tensor.name});
    }
    if (!matched) {
      throw inputError(at, "pattern '" + text + "' matches no tensor of model '" + model_.key + "'",
                       nearMisses(model_.checkpoint, text));
    }
  }

  void byRole(const std::string& role) {
    const std::string at = place();
    if (model_.architecture == nullptr) {
      throw inputError(at,
                       "model '" + model_.key +
                           "' is of no known architecture, so nothing is known to be its '" + role +
                           "'",
                       "select by name pattern");
    }
    std::vector<models::View> views = model_.architecture->resolve(model_.checkpoint, role);
    if (views.empty()) throw unknownRole(role, at);
    for (models::View& view : views) {
      if (!view.isRun()) throw notARun(role, view, at);
      const std::string group = role + " expert=" + std::to_string(view.info.expert);
      const std::string identity = group + " layer=" + std::to_string(view.info.layer);
      add({std::move(view), group, identity});
    }
  }

  static Error notARun(const std::string& role, const models::View& view, const std::string& at) {
    return inputError(at,
                      "rows of role '" + role + "' do not follow one another in '" +
                          words::escaped(view.info.name) + "' of model '" + view.info.model + "'",
                      "select the whole tensor by its name; tests of whole models read it by role");
  }

  Error unknownRole(const std::string& role, const std::string& at) const {
    const models::Architecture& architecture = *model_.architecture;
    const std::string near = recipe::didYouMean(role, architecture.roles());
    return inputError(at,
                      "model '" + model_.key + "' (" + architecture.name() +
                          ") has no tensor of role '" + role + "'",
                      near.empty() || near == role
                          ? "kindred architectures " + architecture.name() + " lists its roles"
                          : "did you mean '" + near + "'?");
  }

  void add(Selected selected) {
    const std::int64_t layer = selected.view.info.layer;
    const auto& wanted = selection_.layers;
    if (wanted && (layer < wanted->first || layer > wanted->second)) return;
    if (seen_.insert(selected.view.info.name).second) selected_.push_back(std::move(selected));
  }

  const Model& model_;
  const recipe::Selection& selection_;
  std::size_t index_ = 0;
  std::set<std::string> seen_;
  std::vector<Selected> selected_;
};

}  // namespace

std::vector<Selected> select(const Model& model, const recipe::Selection& selection) {
  return Selector(model, selection).run();
}

}  // namespace kindred::plan
