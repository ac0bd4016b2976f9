#include "plan/models.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <filesystem>
#include <functional>
#include <future>
#include <utility>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "models/components.hpp"
#include "models/told_by_names.hpp"
#include "plan/joined_source.hpp"
#include "plan/parameters.hpp"
#include "plugin/guard.hpp"
#include "reading/adapted.hpp"
#include "reading/open.hpp"
#include "words/names.hpp"
#include "words/near.hpp"

namespace kindred::plan {
namespace {

// Without the place: reports name no folder of this machine, and a model's address stands there.
std::string reasonOf(const Error& error) {
  constexpr std::size_t kLongest = 2000;
  const std::string remedy = error.remedy().empty() ? "" : " (" + error.remedy() + ")";
  return words::escapedText(error.message() + remedy, kLongest);
}

// The recipe's parameters, then what the command line sets where the plugin knows the name.
recipe::PluginUse overridden(recipe::PluginUse use, const plugin::Plugin& plugin,
                             const SourceOverrides& overrides) {
  for (const auto& [name, value] : overrides) {
    const bool declared =
        std::any_of(plugin.parameters.begin(), plugin.parameters.end(),
                    [&name = name](const Entry& entry) { return entry.name == name; });
    if (!declared) continue;
    std::erase_if(use.parameters,
                  [&name = name](const recipe::RawParameter& given) { return given.name == name; });
    use.parameters.push_back({name, value, true, use.place, use.place});
  }
  return use;
}

// Calls open(0) to open(count - 1), several at a time, and throws the first error by number.
void together(std::size_t count, const std::function<void(std::size_t)>& open) {
  constexpr std::size_t kAtOnce = 16;
  std::vector<std::exception_ptr> errors(count);
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> failed = false;
  const auto work = [&] {
    for (std::size_t i = next++; i < count && !failed; i = next++) {
      try {
        open(i);
      } catch (...) {
        errors[i] = std::current_exception();
        failed = true;
      }
    }
  };
  {
    std::vector<std::future<void>> workers;
    for (std::size_t i = 0; i < std::min(count, kAtOnce); ++i) {
      workers.push_back(std::async(std::launch::async, work));
    }
  }
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

// The root of a model's source where that is not there, so that nothing below it is; else null.
const recipe::RawParameter* missingRoot(const recipe::Given& given, const std::string& source) {
  for (const recipe::SourceSpec& spec : given.sources) {
    if (spec.name != source) continue;
    for (const recipe::RawParameter& parameter : spec.use.parameters) {
      std::error_code problem;
      const bool missing = parameter.name == "root" &&
                           !std::filesystem::exists(parameter.value, problem) && !problem;
      if (missing) return &parameter;
    }
  }
  return nullptr;
}

// "disk:base" where an address below a root that is there leads to nothing, but nearly to that;
// else empty.
std::string nearAddress(const recipe::Given& given, const std::string& source,
                        const std::string& address) {
  for (const recipe::SourceSpec& spec : given.sources) {
    if (spec.name != source) continue;
    const auto root = std::find_if(spec.use.parameters.begin(), spec.use.parameters.end(),
                                   [](const auto& one) { return one.name == "root"; });
    if (root == spec.use.parameters.end()) continue;
    const std::filesystem::path near = words::nearPath(root->value + "/" + address);
    if (near.empty()) continue;
    const std::string below =
        near.lexically_relative(std::filesystem::path(root->value).lexically_normal()).string();
    if (!below.empty() && !below.starts_with("..")) return source + ":" + below;
  }
  return {};
}

// What is wrong with a model, with the place of the recipe that asks for it.
template <class Open>
auto askedFor(const recipe::Given& given, const std::string& key, Open&& open) {
  try {
    return open();
  } catch (const Error& error) {
    const auto spec = std::find_if(given.models.begin(), given.models.end(),
                                   [&](const recipe::ModelSpec& m) { return m.key == key; });
    const bool of_the_world =
        error.category() == Category::input || error.category() == Category::network;
    if (given.made || !of_the_world || spec == given.models.end()) throw;
    if (const recipe::RawParameter* root = missingRoot(given, spec->source)) {
      const std::string near = words::nearPath(root->value);
      throw inputError(recipe::text(root->value_place),
                       words::escaped(root->value) + ": there is no such folder",
                       near.empty() ? "name the folder that the models lie in"
                                    : "did you mean '" + words::escaped(near) + "'?");
    }
    std::string near = nearAddress(given, spec->source, spec->address);
    if (near.empty()) near = nearAddress(given, spec->adapter_source, spec->adapter_address);
    const std::string where = error.place().empty() ? "" : error.place() + ": ";
    throw Error(error.category(), recipe::text(spec->place), where + error.message(),
                near.empty() ? error.remedy() : "did you mean '" + words::escaped(near) + "'?");
  }
}

// As it is pinned to what was opened.
std::string addressOf(const std::string& source, const std::string& address,
                      const Location& location) {
  const std::string pinned = location.pinned();
  return source + ":" + (pinned.empty() ? address : pinned);
}

void applyAdapter(Model& model, const formats::Formats& formats) {
  models::Checkpoint adapter =
      reading::openCheckpoint(model.key, *model.adapter_source, *model.adapter, formats);
  if (model.adapter_source != model.source) {
    std::set<const File*> files;
    for (const models::Shard& shard : adapter.shards()) files.insert(shard.file.get());
    model.joined =
        std::make_shared<JoinedSource>(*model.source, *model.adapter_source, std::move(files));
    model.source = model.joined.get();
  }
  model.checkpoint = reading::adapted(std::move(model.checkpoint), std::move(adapter));
}

}  // namespace

std::string unopenedText(const std::string& key, const std::string& why) {
  return fmt::format("model '{}' could not be opened: {}", words::escaped(key), why);
}

Models::Models(const recipe::Given& given, plugin::Registry& registry,
               const models::ArchitectureRegistry& architectures, const SourceOverrides& overrides,
               std::vector<recipe::Diagnostic>& diagnostics, const AroundSource& around)
    : given_(given), registry_(registry), architectures_(architectures) {
  for (const recipe::SourceSpec& spec : given.sources) {
    if (!words::isName(spec.use.plugin)) continue;  // reported by the schema
    try {
      const plugin::Plugin& plugin = registry.load(spec.use.plugin);
      const std::size_t before = diagnostics.size();
      const Parameters parameters =
          plan::bind(overridden(spec.use, plugin, overrides), plugin, diagnostics);
      if (diagnostics.size() > before) continue;
      std::unique_ptr<Source> source = plugin.makeSource(parameters);
      sources_[spec.name] = around ? around(spec, std::move(source)) : std::move(source);
    } catch (const Error& error) {
      if (given.made) throw;  // no user's recipe has the place
      const std::string where = error.place().empty() ? "" : error.place() + ": ";
      diagnostics.push_back({spec.use.place, where + error.message(), error.remedy()});
    }
  }
}

const Model& Models::model(const std::string& key) {
  const auto known = models_.find(key);
  if (known != models_.end()) return *known->second;
  const auto open = [&] { return openModel(repository(key)); };
  return *models_.emplace(key, askedFor(given_, key, open)).first->second;
}

std::unique_ptr<Model> Models::openModel(const Repository& repository) const {
  auto model = std::make_unique<Model>();
  static_cast<Repository&>(*model) = repository;
  plugin::guard(model->address.substr(0, model->address.find(':')), [&] {
    model->checkpoint =
        reading::openCheckpoint(model->key, *model->source, *model->location, formats());
    if (model->adapter != nullptr) applyAdapter(*model, formats());
  });
  models::stateByNames(model->checkpoint, architectures_);
  model->architecture = architectures_.recognise(model->checkpoint);
  for (models::ComponentPart& part :
       models::componentsOf(model->checkpoint, model->architecture, architectures_)) {
    auto component = std::make_unique<Model>();
    static_cast<Repository&>(*component) = repository;
    component->source = model->source;
    component->key = part.checkpoint.model();
    component->checkpoint = std::move(part.checkpoint);
    component->architecture = std::move(part.architecture);
    component->whole = model.get();
    model->components.push_back(std::move(component));
  }
  if (on_opened_) on_opened_();
  return model;
}

std::vector<ComponentPair> componentPairs(const Model& a, const Model& b) {
  std::vector<ComponentPair> pairs;
  if (a.components.empty() && b.components.empty()) return pairs;
  const auto partsOf = [](const Model& model) {
    std::vector<const Model*> list;
    for (const auto& component : model.components) list.push_back(component.get());
    if (list.empty() && model.architecture != nullptr) list.push_back(&model);
    return list;
  };
  const auto isOwn = [](const Model& part, const Model& whole) {
    return whole.architecture != nullptr &&
           part.architecture->component() == whole.architecture->component();
  };
  for (const Model* of_a : partsOf(a)) {
    for (const Model* of_b : partsOf(b)) {
      const models::Component kind = of_a->architecture->component();
      if (kind != of_b->architecture->component()) continue;
      pairs.push_back({kind, of_a, of_b, isOwn(*of_a, a) && isOwn(*of_b, b)});
    }
  }
  return pairs;
}

const formats::Formats& Models::formats() const {
  std::call_once(formats_once_, [&] { formats_ = std::make_unique<formats::Formats>(registry_); });
  return *formats_;
}

const Repository& Models::repository(const std::string& key) {
  const auto known = repositories_.find(key);
  if (known != repositories_.end()) return *known->second;
  const auto spec = std::find_if(given_.models.begin(), given_.models.end(),
                                 [&](const recipe::ModelSpec& m) { return m.key == key; });
  if (spec == given_.models.end()) {
    throw Error(Category::internal, "", "no model '" + key + "' in a checked recipe");
  }
  return *repositories_.emplace(key, openRepository(*spec)).first->second;
}

std::unique_ptr<Repository> Models::openRepository(const recipe::ModelSpec& spec) const {
  auto repository = std::make_unique<Repository>();
  repository->key = spec.key;
  repository->role = spec.role;
  repository->date = spec.date;
  repository->source = sources_.at(spec.source).get();
  plugin::guard(spec.source,
                [&] { repository->location = repository->source->open(spec.address); });
  repository->address = addressOf(spec.source, spec.address, *repository->location);
  if (spec.adapter_source.empty()) return repository;
  repository->adapter_source = sources_.at(spec.adapter_source).get();
  plugin::guard(spec.adapter_source, [&] {
    repository->adapter = repository->adapter_source->open(spec.adapter_address);
  });
  repository->address +=
      " + " + addressOf(spec.adapter_source, spec.adapter_address, *repository->adapter);
  return repository;
}

template <class T>
std::vector<std::pair<std::string, std::unique_ptr<T>>> Models::openAll(
    const std::function<bool(const recipe::ModelSpec&)>& due,
    const std::function<std::unique_ptr<T>(const recipe::ModelSpec&)>& open) {
  std::vector<const recipe::ModelSpec*> specs;
  for (const recipe::ModelSpec& spec : given_.models) {
    if (!missing_.contains(spec.key) && due(spec)) specs.push_back(&spec);
  }
  std::vector<std::pair<std::string, std::unique_ptr<T>>> opened(specs.size());
  std::vector<std::string> reasons(specs.size());
  together(specs.size(), [&](std::size_t i) {
    const recipe::ModelSpec& spec = *specs[i];
    const auto tried = [&] {
      try {
        return open(spec);
      } catch (const Error& error) {
        if (!spec.optional || error.category() == Category::internal) throw;
        reasons[i] = reasonOf(error);
        return std::unique_ptr<T>();
      }
    };
    opened[i] = {spec.key, askedFor(given_, spec.key, tried)};
  });
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (!opened[i].second) missing_.emplace(specs[i]->key, std::move(reasons[i]));
  }
  std::erase_if(opened, [](const auto& entry) { return !entry.second; });
  return opened;
}

void Models::openRepositories() {
  const auto due = [&](const recipe::ModelSpec& spec) {
    return !repositories_.contains(spec.key) &&
           (spec.optional || sources_.at(spec.source)->remote());
  };
  const auto open = [&](const recipe::ModelSpec& spec) { return openRepository(spec); };
  for (auto& [key, repository] : openAll<Repository>(due, open)) {
    repositories_.emplace(key, std::move(repository));
  }
}

void Models::openTogether(const std::set<std::string>& keys) {
  openRepositories();
  const auto due = [&](const recipe::ModelSpec& spec) {
    return keys.contains(spec.key) && !models_.contains(spec.key) &&
           (spec.optional || sources_.at(spec.source)->remote());
  };
  const auto open = [&](const recipe::ModelSpec& spec) {
    return openModel(*repositories_.at(spec.key));
  };
  for (auto& [key, model] : openAll<Model>(due, open)) models_.emplace(key, std::move(model));
}

std::vector<std::string> Models::controlKeys() const {
  std::vector<std::string> keys;
  for (const recipe::ModelSpec& spec : given_.models) {
    const bool control = spec.role == recipe::ModelRole::control;
    if (control && !missing_.contains(spec.key)) keys.push_back(spec.key);
  }
  return keys;
}

std::vector<const Model*> Models::controls() {
  std::vector<const Model*> list;
  for (const std::string& key : controlKeys()) list.push_back(&model(key));
  return list;
}

std::vector<const Model*> Models::opened() const {
  std::vector<const Model*> list;
  for (const auto& [key, model] : models_) list.push_back(model.get());
  return list;
}

std::vector<const Repository*> Models::repositories() const {
  std::vector<const Repository*> list;
  for (const auto& [key, repository] : repositories_) list.push_back(repository.get());
  return list;
}

Cost Models::spent() const {
  Cost total;
  for (const auto& [name, source] : sources_) {
    const Cost cost = source->spent();
    total.bytes += cost.bytes;
    total.requests += cost.requests;
  }
  return total;
}

}  // namespace kindred::plan
