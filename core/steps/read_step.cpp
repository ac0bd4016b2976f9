// From a recipe's tree to its steps.
#include <algorithm>
#include <map>

#include "recipe/check.hpp"
#include "steps/reading.hpp"
#include "steps/schema.hpp"
#include "words/names.hpp"

namespace kindred::steps {
namespace {

void reportNameAgain(const yaml::Node& step, recipe::Reading& reading,
                     std::map<std::string, int>& lines) {
  const yaml::Node* name = step.find("name");
  if (recipe::textOf(name).empty()) return;
  const auto [first, is_new] = lines.emplace(name->scalar, name->place.line);
  if (is_new) return;
  reading.report(name->place, "a step named " + recipe::quote(name->scalar) + " exists already",
                 first->second > 0 ? "on line " + std::to_string(first->second) : "");
}

// The keys that say of which kind a step is, and what it measures.
std::vector<std::string> tellingKeys() {
  std::vector<std::string> keys{"pair", "metrics"};
  forEach(Folders(), [&]<class Folder>(std::type_identity<Folder>) {
    for (std::string& word : recipe::split(Folder::kWords)) keys.push_back(std::move(word));
  });
  return keys;
}

// Whether these stand in the step as the schema wants them; a mistake in others changes nothing of
// what it measures.
bool isSound(const yaml::Node& node, const recipe::Shape& shape) {
  static const std::vector<std::string> kTelling = tellingKeys();
  if (node.reported) return false;
  const auto stands = [&](const std::string& key) { return node.find(key) != nullptr; };
  for (const auto& [name, value] : node.members) {
    const recipe::Key* key = recipe::findKey(shape, name.scalar);
    const std::string meant =
        key != nullptr ? name.scalar : recipe::didYouMean(name.scalar, recipe::keyNames(shape));
    if (!words::contains(kTelling, meant)) continue;
    if (key == nullptr) return false;
    std::vector<recipe::Diagnostic> wrong;
    recipe::check(value, *key->shape, wrong);
    const std::vector<std::string> excluded = recipe::split(key->excludes);
    if (!wrong.empty() || std::any_of(excluded.begin(), excluded.end(), stands)) return false;
  }
  const std::vector<std::string> groups = recipe::split(shape.one_of, ' ');
  return std::all_of(groups.begin(), groups.end(), [&](const std::string& group) {
    const std::vector<std::string> keys = recipe::split(group.c_str());
    return std::any_of(keys.begin(), keys.end(), stands);
  });
}

template <class Asked>
Kind toKind(Asked asked) {
  return asked;
}
template <class... Asked>
Kind toKind(std::variant<Asked...> asked) {
  return std::visit([](auto& one) -> Kind { return std::move(one); }, asked);
}

// The kind whose key stands in the step: of several (which the schema reports) the last; of none
// the first.
Kind readKind(StepReading& reading) {
  const auto has = [&](const std::string& word) { return reading.node.find(word) != nullptr; };
  std::size_t chosen = 0, at = 0;
  forEach(Folders(), [&]<class Folder>(std::type_identity<Folder>) {
    const std::vector<std::string> words = recipe::split(Folder::kWords);
    if (std::any_of(words.begin(), words.end(), has)) chosen = at;
    ++at;
  });
  Kind kind;
  at = 0;
  forEach(Folders(), [&]<class Folder>(std::type_identity<Folder>) {
    if (at++ == chosen) kind = toKind(Folder::read(reading));
  });
  return kind;
}

}  // namespace

void StepReading::readModels(const char* key) {
  const yaml::Node* list = node.find(key);
  if (list == nullptr) return;
  std::vector<std::string> known;
  for (const recipe::ModelSpec& spec : given.models) known.push_back(spec.key);
  const auto add = [&](const yaml::Node& model) {
    if (model.kind != yaml::Node::Kind::scalar) return;
    const bool missing = std::find(known.begin(), known.end(), model.scalar) == known.end();
    if (missing && !known.empty()) {  // a recipe without models is wrong as a whole
      report(model.place, "unknown model " + recipe::quote(model.scalar),
             near(model.scalar, known, ""));
    }
    step.models.push_back(model.scalar);
  };
  if (list->kind == yaml::Node::Kind::scalar) add(*list);
  for (const yaml::Node& model : list->items) add(model);
}

void StepReading::checkDifferent(const yaml::Node& list, const char* reason) {
  std::vector<std::string> sorted = step.models;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice == sorted.end()) return;
  report(list.place, "model " + recipe::quote(*twice) + " is named twice", reason);
}

std::vector<Step> readSteps(const yaml::Node& steps, recipe::Reading& reading) {
  const recipe::Shape& shape = *recipe::findKey(recipeShape(), "steps")->shape->items;
  std::map<std::string, int> lines;
  std::vector<Step> list;
  for (const yaml::Node& node : steps.items) {
    Step step;
    step.place = node.place;
    step.sound = isSound(node, shape);
    if (node.reported || node.kind != yaml::Node::Kind::map) {
      list.push_back(std::move(step));
      continue;
    }
    reportNameAgain(node, reading, lines);
    step.name = recipe::textOf(node.find("name"));
    step.note = recipe::textOf(node.find("note"));
    step.claim = recipe::textOf(node.find("claim"));
    step.why = recipe::textOf(node.find("why"));
    StepReading of_step{reading, node, list, step};
    step.kind = readKind(of_step);
    list.push_back(std::move(step));
  }
  return list;
}

}  // namespace kindred::steps
