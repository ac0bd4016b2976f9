#include "plugin/registry.hpp"

#include <algorithm>
#include <set>
#include <system_error>

#include "plugin/alias.hpp"
#include "plugin/symbols.hpp"
#include "words/near.hpp"

namespace kindred::plugin {
namespace {

namespace fs = std::filesystem;

std::string nameOf(const fs::path& file) {
  const std::string stem = file.stem().string();
  return stem.starts_with("lib") ? stem.substr(3) : stem;
}

// One file reached by two paths (a folder given twice, a symbolic link) is one plugin.
bool holds(const std::vector<fs::path>& files, const fs::path& file) {
  return std::any_of(files.begin(), files.end(), [&](const fs::path& other) {
    std::error_code ignored;
    return fs::equivalent(other, file, ignored);
  });
}

}  // namespace

Registry::Registry(std::vector<fs::path> folders) : folders_(std::move(folders)) {
  for (const fs::path& folder : folders_) {
    std::error_code problem;
    std::set<fs::path> libraries;  // sorted: a folder's own order means nothing
    for (fs::directory_iterator at(folder, problem), end; !problem && at != end;
         at.increment(problem)) {
      if (isPluginFile(at->path())) libraries.insert(at->path());
    }
    for (const fs::path& file : libraries) {
      // A library that was left behind when its name became an older one.
      if (file.extension() == ".so" && libraries.contains(folder / (nameOf(file) + ".alias"))) {
        continue;
      }
      Files& known = files_[nameOf(file)];
      if (!holds(known, file)) known.push_back(file);
    }
  }
}

bool Registry::isPluginFile(const fs::path& file) {
  const fs::path kind = file.extension();
  return kind == ".so" || kind == ".alias";
}

std::vector<std::string> Registry::names() const {
  std::vector<std::string> found;
  for (const auto& [name, files] : files_) found.push_back(name);
  return found;
}

std::vector<std::string> Registry::formats() const {
  const auto is_format = [](const fs::path& file) {
    try {
      const std::vector<std::string> symbols = exportedSymbols(file);
      return std::find(symbols.begin(), symbols.end(), "kindred_is_format") != symbols.end();
    } catch (const Error&) {
      return false;  // whoever needs it by name is told why
    }
  };
  std::vector<std::string> found;
  for (const auto& [name, files] : files_) {
    if (std::any_of(files.begin(), files.end(), is_format)) found.push_back(name);
  }
  return found;
}

const Plugin& Registry::load(const std::string& name) {
  const auto found = files_.find(name);
  if (found == files_.end()) throw unknown(name);
  const Outcome& outcome = opened(name, found->second);
  if (const Error* error = std::get_if<Error>(&outcome)) throw Error(*error);
  return std::get<Plugin>(outcome);
}

std::vector<Candidate> Registry::list() {
  std::vector<Candidate> all;
  for (const auto& [name, files] : files_) {
    const Outcome& outcome = opened(name, files);
    const Error* error = std::get_if<Error>(&outcome);
    for (const fs::path& file : files) {
      Candidate candidate{name, file, std::get_if<Plugin>(&outcome), std::nullopt};
      if (error) candidate.error = *error;
      all.push_back(std::move(candidate));
    }
  }
  return all;
}

const Registry::Outcome& Registry::opened(const std::string& name, const Files& files) {
  const std::lock_guard lock(mutex_);
  return openedLocked(name, files);
}

const Registry::Outcome& Registry::openedLocked(const std::string& name, const Files& files) {
  const auto known = outcomes_.find(name);
  if (known != outcomes_.end()) return known->second;
  const auto attempt = [&]() -> Outcome {
    if (files.size() > 1) {
      return Error(Category::plugin, files[0].string(),
                   "plugin '" + name + "' exists twice, also as " + files[1].string(),
                   "remove or rename one of them");
    }
    try {
      return files[0].extension() == ".alias" ? meantBy(name, files[0])
                                              : openPlugin(name, files[0]);
    } catch (const Error& error) {
      return error;
    }
  };
  return outcomes_.emplace(name, attempt()).first->second;
}

// An older name stands for a library: never for another older name, so none goes round in a circle.
Plugin Registry::meantBy(const std::string& name, const fs::path& alias) {
  const AliasFile read = readAlias(alias);
  const auto meant = files_.find(read.plugin);
  if (meant == files_.end() || meant->second[0].extension() != ".so") {
    throw Error(Category::plugin, alias.string(),
                "stands for the plugin '" + read.plugin + "', which is not there",
                "install that plugin, or remove this file");
  }
  const Outcome& outcome = openedLocked(read.plugin, meant->second);
  if (const Error* error = std::get_if<Error>(&outcome)) throw Error(*error);
  return aliased(name, alias, read, std::get<Plugin>(outcome));
}

Error Registry::unknown(const std::string& name) const {
  std::string searched;
  for (const fs::path& folder : folders_) {
    std::error_code ignored;
    searched += (searched.empty() ? "" : ", ") + folder.string();
    if (!fs::is_directory(folder, ignored)) searched += " (no such folder)";
  }
  std::string near;
  for (const std::string& word : words::near(name, names())) {
    near += (near.empty() ? "did you mean '" : "' or '") + word;
  }
  return inputError("", "there is no plugin '" + name + "' in " + searched,
                    near.empty() ? "`kindred plugins` lists what there is" : near + "'?");
}

}  // namespace kindred::plugin
