// kindred identify: whose is it? One model against many, each with an exact p-value, adjusted for
// all that were tried.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "cli/commands.hpp"
#include "cli/compared.hpp"
#include "cli/execute.hpp"
#include "cli/folder_models.hpp"
#include "cli/identified.hpp"
#include "cli/lineup.hpp"
#include "cli/listed.hpp"
#include "cli/out_folder.hpp"
#include "cli/output.hpp"
#include "cli/resume.hpp"
#include "cli/workspace.hpp"
#include "fingerprint/make.hpp"
#include "formats/formats.hpp"
#include "plugin/installation.hpp"
#include "plugin/registry.hpp"
#include "results/files.hpp"
#include "run/progress.hpp"
#include "words/names.hpp"

namespace kindred::cli {
namespace {

namespace fs = std::filesystem;

constexpr Option kIdentifyOptions[] = {
    {"among", "DIR|LIST|FILE",
     "where candidates are: a folder of fingerprints or models, a text file with one a line, or "
     "one of them",
     true},
    {"max-bytes", "BYTES",
     "weights that are read at most of each model (default: all of a local one, 64MB of others)"},
    {"size", "BYTES",
     "of fingerprints that are made on the way (default: 1MB, or what the largest candidate has)"},
    {"out", "DIR", "write identify.json and identify.txt there"},
    kForce,
    kResume,
    kJobs,
    kPluginPath,
    kOffline,
    kCacheSize,
    kJson,
};

constexpr const char* kFiles[] = {"identify.json", "identify.txt"};
constexpr std::size_t kMostCandidates = 100'000;

// A folder's models, or the one that it is.
std::vector<ModelArgument> candidatesIn(const fs::path& folder, const formats::Formats& formats) {
  const FolderModels found = modelsIn(folder, formats);
  if (found.itself) return {modelArgument("file:" + folder.string())};
  std::vector<ModelArgument> models;
  for (const std::string& path : found.models) models.push_back(modelArgument("file:" + path));
  return models;
}

std::vector<ModelArgument> candidatesOf(const Invocation& invocation) {
  if (!invocation.has("among")) {
    throw inputError("--among", "names the candidates, and is missing",
                     "kindred identify MODEL --among FOLDER");
  }
  std::vector<std::string> among = invocation.values("among");
  among.insert(among.end(), invocation.positional.begin() + 1, invocation.positional.end());
  plugin::Registry registry(plugin::pluginFolders(invocation.values("plugin-path")));
  const formats::Formats formats(registry);
  std::vector<ModelArgument> models;
  for (const std::string& text : among) {
    std::error_code ignored;
    const std::vector<ModelArgument> some =
        fs::is_directory(text, ignored) ? candidatesIn(text, formats)
        : namesList(text)               ? listed(text)
                                        : std::vector<ModelArgument>{modelArgument(text)};
    models.insert(models.end(), some.begin(), some.end());
  }
  if (models.empty()) {
    throw inputError(among.front(), "there is no candidate in it",
                     "candidates are .kfp files and folders of models");
  }
  if (models.size() > kMostCandidates) {
    throw inputError("--among",
                     fmt::format("{} candidates are more than {}", models.size(), kMostCandidates));
  }
  return models;
}

int identifyVerb(const Invocation& invocation) {
  std::vector<ModelArgument> models = candidatesOf(invocation);
  const ModelArgument model = modelArgument(invocation.positional.front());
  if (std::erase_if(models, [&](const ModelArgument& other) { return isSame(model, other); }) > 0) {
    std::cerr << fmt::format("kindred: '{}' is no candidate for itself and is left out\n",
                             words::escaped(model.key));
  }
  if (models.empty()) {
    throw inputError("--among", "names no other model", "name models to hold it against");
  }
  models.insert(models.begin(), model);
  const bool kept = invocation.has("out") || invocation.has("resume");
  std::optional<OutFolder> folder;
  if (kept) folder.emplace(invocation, fs::path(), kFiles);
  const fs::path out = folder ? folder->path() : fs::path();
  if (invocation.isFirst() && invocation.has("out")) results::prepareFolder(out);
  const Making making{invocation.bytes("size", sizeFor(models)), invocation.bytes("max-bytes", 0)};
  Lineup lineup(invocation, std::move(models));
  steps::RunOptions options = runOptions(invocation);
  options.crew.ranks = invocation.ranks;
  Resumable resumable(invocation, out);
  run::Progress progress(watched(invocation));
  const Identified made = resumably(resumable, [&] {
    if (kept) {
      run::Facts facts = lineup.facts();
      facts.emplace_back("options", fmt::format("{} {}", making.size, making.read));
      options.crew = resumable.crew(facts);
      options.kept = resumable.said();
    }
    if (!kept) options.kept = "nothing is saved, since --out names no folder for it. ";
    options.crew.progress = &progress;
    progress.stage("Reading " + words::escaped(lineup.models().front().key));
    return identify(lineup, making, options);
  });
  progress.rest();
  for (const Failed& failed : made.failed) {
    std::cerr << fmt::format("kindred: candidate '{}' is left out: {}\n",
                             words::escaped(failed.model), words::escapedText(failed.error));
  }
  if (made.candidates.empty()) {
    throw inputError("--among",
                     fmt::format("none of the {} candidates could be read", made.failed.size()));
  }
  const std::string json = jsonOf(made);
  if (kept && invocation.isFirst()) {
    results::writeAtomically(out / kFiles[0], json);
    results::writeAtomically(out / kFiles[1], textOf(made, report::kUsualWidth));
    if (made.complete) resumable.finish();
  }
  output() << (invocation.has("json") ? json : textOf(made, terminalView(invocation).width));
  if (!made.complete) return kInterrupted;
  return made.testable() ? kDone : kBadInput;
}

}  // namespace

const Command kIdentifyCommand{"identify",
                               "MODEL",
                               "Say which of many models a model shares weights with",
                               1,
                               100'000,
                               kIdentifyOptions,
                               identifyVerb,
                               true,
                               true};

}  // namespace kindred::cli
