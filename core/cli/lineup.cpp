#include "cli/lineup.hpp"

#include <map>
#include <tuple>

#include <kindred/error.hpp>

#include "cli/workspace.hpp"
#include "fingerprint/file.hpp"
#include "fingerprint/make.hpp"
#include "plugin/guard.hpp"
#include "plugin/installation.hpp"

namespace kindred::cli {
namespace {

recipe::SourceSpec sourceOf(const ModelArgument& model, std::string name) {
  recipe::SourceSpec spec;
  spec.name = std::move(name);
  spec.use.plugin = model.plugin;
  const auto give = [&](const char* parameter, const std::string& value) {
    if (!value.empty()) spec.use.parameters.push_back({parameter, value, true, {}, {}});
  };
  give("root", model.root);
  give("endpoint", model.endpoint);
  if (model.layout != addresses::Layout::hub) {
    give("layout", std::string(addresses::name(model.layout)));
  }
  return spec;
}

fingerprint::Fingerprint named(fingerprint::Fingerprint print, const std::string& key) {
  print.model = key;
  for (fingerprint::Fingerprint& other : print.others) other.model = key;
  return print;
}

}  // namespace

bool namesFingerprint(const std::string& text) { return text.ends_with(fingerprint::kEnding); }

Lineup::Lineup(const Invocation& invocation, std::vector<ModelArgument> models)
    : registry_(plugin::pluginFolders(invocation.values("plugin-path"))),
      architectures_(models::architectureFolder(invocation.executable)),
      models_(std::move(models)) {
  makeKeysDistinct(models_);
  std::map<std::tuple<std::string, std::string, std::string, addresses::Layout>, std::string> names;
  for (const ModelArgument& model : models_) {
    const auto [at, fresh] =
        names.try_emplace({model.plugin, model.root, model.endpoint, model.layout},
                          "source-" + std::to_string(names.size() + 1));
    if (fresh) given_.sources.push_back(sourceOf(model, at->second));
    given_.models.push_back(
        {.key = model.key, .source = at->second, .address = model.address, .place = {}});
  }
  std::vector<recipe::Diagnostic> diagnostics;
  opened_ = std::make_unique<plan::Models>(given_, registry_, architectures_,
                                           sourceOverrides(invocation), diagnostics);
  if (!diagnostics.empty()) {
    throw inputError("", diagnostics.front().message, diagnostics.front().hint);
  }
  formats_ = std::make_unique<formats::Formats>(registry_);
}

fingerprint::Fingerprint Lineup::of(std::size_t i, const Making& making) {
  const ModelArgument& argument = models_[i];
  std::unique_lock lock(mutex_);
  const plan::Repository& repository = opened_->repository(argument.key);
  if (namesFingerprint(argument.address)) {
    lock.unlock();
    fingerprint::Fingerprint read;
    plugin::guard(argument.plugin, [&] {
      read = fingerprint::read(*repository.source, *repository.location, *formats_);
    });
    return named(std::move(read), argument.key);
  }
  const plan::Model& model = opened_->model(argument.key);
  sayNotes(model.checkpoint);
  lock.unlock();
  const std::uint64_t usual =
      repository.source->remote() ? plan::kDefaultRead : std::uint64_t{1} << 62;
  fingerprint::Fingerprint made =
      fingerprint::make(model, making.size, making.read > 0 ? making.read : usual);
  return named(std::move(made), argument.key);
}

}  // namespace kindred::cli
