#include "cli/resume.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <set>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "cli/lineup.hpp"
#include "plugin/installation.hpp"
#include "results/hash.hpp"
#include "results/read.hpp"
#include "run/architecture_files.hpp"
#include "words/names.hpp"

namespace kindred::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestCommand = 20'000;

std::string hashOf(const fs::path& file) { return results::xxh3(results::readWhole(file)); }

std::string identityOf(Location& location, const std::string& name) {
  try {
    return location.open(name)->identity();
  } catch (const Error& error) {
    return error.message();
  }
}

// Every file beside the weights may be read by some step; a server's are pinned by its address.
std::string identityOf(const plan::Repository& repository) {
  std::string text =
      repository.key + ' ' + repository.address + ' ' + repository.location->revision() + '\n';
  if (repository.source->remote()) return text;
  for (Location* location : {repository.location.get(), repository.adapter.get()}) {
    if (location == nullptr) continue;
    const std::string chosen = location->chosen();
    const bool one = namesFingerprint(chosen);  // among thousands
    for (const std::string& name : one ? std::vector{chosen} : location->list()) {
      text += name + ' ' + identityOf(*location, name) + '\n';
    }
  }
  return text;
}

// As a shell reads it.
std::string shellWord(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@,+%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

// Those that did not come with the program.
std::set<std::string> guestsAmong(const std::vector<const plugin::Plugin*>& plugins) {
  std::set<std::string> names;
  for (const plugin::Plugin* plugin : plugins) {
    if (plugin->file.parent_path() != plugin::builtinPlugins()) names.insert(plugin->name());
  }
  return names;
}

// This command, for a process that computes a unit of it.
std::vector<std::string> errandCommand(const Invocation& invocation) {
  std::vector<std::string> words = invocation.argv;
  words.at(0) = plugin::executable().string();
  return words;
}

std::chrono::seconds pluginTime(const Invocation& invocation) {
  return std::chrono::seconds(invocation.count("plugin-time", 600, 1, 1'000'000));
}

}  // namespace

run::Facts commonFacts(const std::vector<const plugin::Plugin*>& plugins,
                       const plan::Models& models) {
  std::string of_plugins, of_models;
  for (const plugin::Plugin* plugin : plugins) {
    of_plugins += plugin->name() + ' ' + hashOf(plugin->file) + '\n';
  }
  for (const plan::Repository* repository : models.repositories()) {
    of_models += identityOf(*repository);
  }
  for (const plan::Model* model : models.opened()) {
    for (const models::Shard& shard : model->checkpoint.shards()) {
      of_models += shard.name + ' ' + shard.file->identity() + '\n';
    }
    if (model->architecture) of_models += run::foreignFiles(*model->architecture) + '\n';
  }
  return {{"program", hashOf(plugin::executable())},
          {"plugins", results::xxh3(of_plugins)},
          {"models", results::xxh3(of_models)}};
}

Resumable::Resumable(const Invocation& invocation, fs::path out)
    : invocation_(invocation), out_(std::move(out)) {}

run::Crew Resumable::crew(const run::Facts& facts,
                          const std::vector<const plugin::Plugin*>& plugins) {
  run::Crew crew;
  if (invocation_.errand != nullptr) {
    journal_.emplace(invocation_.errand->results(), facts, run::Journal::Start::read);
    crew.journal = &*journal_;
    crew.errand = invocation_.errand;
    return crew;
  }
  if (!invocation_.has("trust")) {
    crew.guests = &guests_.emplace(run::Guests::Settings{
        guestsAmong(plugins), errandCommand(invocation_), out_, pluginTime(invocation_)});
  }
  crew.ranks = invocation_.ranks;
  if (!invocation_.isFirst()) return crew;
  using Start = run::Journal::Start;
  journal_.emplace(out_, facts, invocation_.has("resume") ? Start::resumed : Start::anew);
  crew.journal = &*journal_;
  return crew;
}

std::string Resumable::said() const {
  return "what is finished is kept, and this goes on from it:\n  " + command() + "\nkindred: ";
}

void Resumable::finish() {
  if (!journal_) return;
  if (journal_->doubted() > 0) {
    std::cerr << fmt::format(
        "kindred: {} of the journal's files were damaged or not yours; what they were of was "
        "computed again\n",
        journal_->doubted());
  }
  journal_->remove();
}

void Resumable::leave() {
  if (!journal_) return;
  if (journal_->empty()) {
    if (!invocation_.has("resume")) journal_->remove();
    return;
  }
  std::cerr << fmt::format("kindred: what is finished is kept, and this goes on from it:\n  {}\n",
                           words::escapedText(command(), kLongestCommand));
}

// As it was given, but for where results go.
std::string Resumable::command() const {
  std::string text = "kindred";
  for (std::size_t i = 1; i < invocation_.argv.size(); ++i) {
    const std::string& word = invocation_.argv[i];
    const auto is = [&](const char* option) {
      return word == option || word.starts_with(std::string(option) + "=");
    };
    if (word == "--force") continue;
    if (is("--out") || is("--resume")) {
      if (word.find('=') == std::string::npos) ++i;
      continue;
    }
    text += ' ' + shellWord(word);
  }
  return text + " --resume " + shellWord(out_.string());
}

}  // namespace kindred::cli
