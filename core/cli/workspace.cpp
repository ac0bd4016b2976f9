#include "cli/workspace.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <kindred/error.hpp>

#include "cli/bundled.hpp"
#include "plan/roles.hpp"
#include "plugin/installation.hpp"
#include "recipe/told_once.hpp"
#include "recipe/words.hpp"
#include "words/names.hpp"
#include "words/quantities.hpp"

namespace kindred::cli {
namespace {

// --beacon as a setting of the recipe, where it is given.
void addBeacon(const Invocation& invocation, std::vector<std::string>& settings) {
  const std::string beacon = beaconOf(invocation);
  if (!beacon.empty()) settings.push_back("beacon=" + nlohmann::json(beacon).dump());
}

steps::Checked loaded(const Invocation& invocation) {
  const std::string& file = invocation.positional.front();
  std::vector<std::string> settings = invocation.values("set");
  addBeacon(invocation, settings);
  return bundle::namesBundle(file) ? loadBundled(file, settings) : steps::load(file, settings);
}

// What has moved is still found under its old name by way of a relative link: of the file, or of
// its folder.
void sayWhereItMoved(const std::filesystem::path& file) {
  std::error_code none;
  for (const bool folder : {false, true}) {
    const std::filesystem::path link = folder ? file.parent_path() : file;
    const std::filesystem::path target = std::filesystem::read_symlink(link, none);
    if (target.empty() || target.is_absolute()) continue;
    const std::filesystem::path now = link.parent_path() / target;
    std::cerr << fmt::format(
        "kindred: '{}' is now '{}'\n", words::escaped(file.string()),
        words::escaped((folder ? now / file.filename() : now).lexically_normal().string()));
    return;
  }
}

}  // namespace

std::string beaconOf(const Invocation& invocation) {
  const std::string beacon = invocation.value("beacon");
  if (!invocation.has("beacon") || recipe::isBeacon(beacon)) return beacon;
  throw inputError("--beacon", recipe::kBeaconIs, recipe::kNameABeacon);
}

plan::SourceOverrides sourceOverrides(const Invocation& invocation) {
  plan::SourceOverrides list;
  if (invocation.has("offline")) list["offline"] = "true";
  if (invocation.has("cache-size")) {
    list["cache-size"] = std::to_string(invocation.bytes("cache-size", 0));
  }
  return list;
}

void sayNotes(const models::Checkpoint& checkpoint) {
  for (const std::string& note : checkpoint.notes()) {
    std::cerr << fmt::format("kindred: model '{}': {}\n", words::escaped(checkpoint.model()), note);
  }
}

void sayNotes(const plan::Models& models) {
  for (const plan::Model* model : models.opened()) sayNotes(model->checkpoint);
  for (const auto& [key, why] : models.missing()) {
    std::cerr << fmt::format("kindred: {}; steps that name it are not run\n",
                             plan::unopenedText(key, why));
  }
}

Workspace::Workspace(const Invocation& invocation, Keeping* keeping)
    : Workspace(loaded(invocation), invocation, keeping) {
  if (!good_ || bundle::namesBundle(invocation.positional.front())) return;  // nobody edits these
  sayWhereItMoved(invocation.positional.front());
  for (const plugin::Plugin* plugin : plugins()) {
    if (!plugin->alias) continue;
    std::cerr << "kindred: '" << plugin->name() << "' is now " << plugin->alias->meaning << '\n';
  }
}

Workspace::Workspace(steps::Checked checked, const Invocation& invocation, Keeping* keeping)
    : registry_(plugin::pluginFolders(invocation.values("plugin-path"))),
      architectures_(models::architectureFolder(invocation.executable)) {
  recipe_ = std::move(checked.recipe);
  std::vector<recipe::Diagnostic>& diagnostics = checked.diagnostics;
  if (bundle::namesBundle(recipe_.file.string())) readFromBundle(recipe_, diagnostics);
  if (diagnostics.size() <= recipe::kMostDiagnostics) {
    std::vector<recipe::Diagnostic> later;
    tools_ = steps::makeTools(recipe_, registry_, later);
    plan::checkRoles(recipe_.roles, architectures_, later);
    models_ = std::make_unique<plan::Models>(
        recipe_, registry_, architectures_, sourceOverrides(invocation), later,
        keeping == nullptr ? plan::AroundSource() : keeping->around(recipe_));
    recipe::addLater(diagnostics, std::move(later));
    recipe::tellOnce(diagnostics, recipe_.file.string());
  }
  good_ = diagnostics.empty();
  if (good_) return;
  std::cerr << (::isatty(STDERR_FILENO) == 1 ? recipe::underlined(diagnostics, recipe_.source)
                                             : recipe::text(diagnostics));
}

std::vector<const plugin::Plugin*> Workspace::plugins() {
  std::set<std::string> names = steps::pluginNames(recipe_, tools_);
  for (const plan::Model* model : models_->opened()) {
    names.insert(model->checkpoint.format().plugin);
  }
  std::vector<const plugin::Plugin*> list;
  for (const std::string& name : names) list.push_back(&registry_.load(name));
  return list;
}

void checkBudget(const Invocation& invocation, const steps::Plan& plan) {
  if (!invocation.has("max-bytes")) return;
  const std::uint64_t most = invocation.bytes("max-bytes", 0);
  for (const auto& [model, bytes] : steps::bytesByModel(plan)) {
    if (bytes <= most) continue;
    throw inputError("",
                     fmt::format("the plan reads {} of model '{}', but --max-bytes allows {}",
                                 words::byteCount(bytes), model, words::byteCount(most)),
                     "kindred plan shows which step reads what; sample less or allow more");
  }
}

}  // namespace kindred::cli
