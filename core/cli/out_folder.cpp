#include "cli/out_folder.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <set>
#include <string>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "results/files.hpp"
#include "results/json.hpp"
#include "results/read.hpp"
#include "run/journal.hpp"
#include "words/names.hpp"

namespace kindred::cli {
namespace {

namespace fs = std::filesystem;

// The first of the files that is there; null: none.
const char* heldBy(const fs::path& folder, std::span<const char* const> files) {
  std::error_code ignored;
  const auto held = std::find_if(files.begin(), files.end(), [&](const char* file) {
    return fs::exists(fs::symlink_status(folder / file, ignored));
  });
  return held == files.end() ? nullptr : *held;
}

// Whether a run of this program has written the folder.
bool isOurs(const fs::path& folder) {
  std::ifstream manifest(folder / "manifest.json", std::ios::binary);
  std::string start(16, '\0');
  manifest.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<std::size_t>(manifest.gcount()));
  std::erase_if(start, [](char c) { return c == ' ' || c == '\n'; });
  return start.starts_with("{\"kindred\":");
}

// Whether the recipe beside a run's results is the one that was run, and nobody's since.
bool isRecipeOfRun(const fs::path& folder) {
  const auto manifest =
      results::Json::parse(results::readWhole(folder / "manifest.json"), nullptr, false);
  const results::Json::json_pointer text("/recipe/text");
  return manifest.is_object() && manifest.contains(text) && manifest.at(text).is_string() &&
         manifest.at(text) == results::readWhole(folder / "recipe.yaml");
}

// Of the files those that are there and that no run wrote; null: there is none.
const char* ownFile(const fs::path& folder, std::span<const char* const> files) {
  if (!isOurs(folder)) return heldBy(folder, files);
  const std::string_view last = files.back();
  std::error_code ignored;
  const bool recipe = last == "recipe.yaml" && fs::exists(folder / last, ignored);
  return recipe && !isRecipeOfRun(folder) ? files.back() : nullptr;
}

// What makes a folder a model's own; empty: it is none.
std::string modelFileIn(const fs::path& folder) {
  const auto isOfModel = [](const fs::path& file) {
    constexpr std::string_view kEndings[] = {".safetensors", ".gguf", ".pt",
                                             ".pth",         ".ckpt", ".bin"};
    return file.filename() == "config.json" ||
           std::find(std::begin(kEndings), std::end(kEndings), file.extension().string()) !=
               std::end(kEndings);
  };
  std::set<std::string> found;
  std::error_code problem;
  for (fs::directory_iterator at(folder, problem), end; !problem && at != end;
       at.increment(problem)) {
    if (isOfModel(at->path())) found.insert(at->path().filename().string());
  }
  return found.empty() ? "" : *found.begin();
}

void refuseModelFolder(const fs::path& folder) {
  const std::string file = modelFileIn(folder);
  if (file.empty()) return;
  throw inputError("--out",
                   fmt::format("'{}' is a model's own folder: it holds {}", folder.string(), file),
                   "results there would be taken for the model's files: name another folder");
}

void checkReplaceable(const fs::path& folder, std::span<const char* const> files, bool force) {
  if (!force && run::Journal::isIn(folder)) {
    throw inputError(folder.string(), "holds what a run has finished that did not come to its end",
                     "--resume " + folder.string() +
                         " goes on from it, --force begins anew; or name another with --out");
  }
  if (const char* own = ownFile(folder, files)) {
    throw inputError(folder.string(), fmt::format("holds {}, which no run of Kindred wrote", own),
                     "name another folder with --out");
  }
  if (const char* held = heldBy(folder, files); held != nullptr && !force) {
    throw inputError(folder.string(), fmt::format("holds {} of an earlier run", held),
                     "name another folder with --out, or replace its results with --force");
  }
}

// The folder that --resume names; whether it can be gone on from is for its journal to say.
fs::path resumed(const Invocation& invocation) {
  for (const char* option : {"out", "force", "bundle"}) {
    if (!invocation.has(option)) continue;
    throw inputError(std::string("--") + option, "does not go with --resume",
                     std::string(option) == "bundle"
                         ? "a bundle needs all that is read, and what is finished is not read again"
                         : "--resume names the folder in which the run goes on");
  }
  return invocation.value("resume");
}

// usual, usual-2, usual-3, ...
fs::path unused(const fs::path& usual, std::span<const char* const> files) {
  const fs::path folder = unusedName(usual.string(), [&](const std::string& name) {
    return heldBy(name, files) != nullptr || run::Journal::isIn(name);
  });
  if (folder != usual) {
    const char* own = run::Journal::isIn(usual) ? nullptr : ownFile(usual, files);
    std::cerr << fmt::format(
        "kindred: {} holds {}; these results go to {}\n", words::escapedText(usual.string()),
        own == nullptr ? "earlier results" : own + std::string(", which no run of Kindred wrote"),
        words::escapedText(folder.string()));
  }
  return folder;
}

}  // namespace

fs::path outFolder(const Invocation& invocation, const fs::path& usual,
                   std::span<const char* const> files) {
  if (invocation.has("resume")) return resumed(invocation);
  const bool force = invocation.has("force"), named = invocation.has("out");
  if (!invocation.isFirst()) return named ? fs::path(invocation.value("out")) : usual;
  const fs::path folder = named   ? fs::path(invocation.value("out"))
                          : force ? usual
                                  : unused(usual, files);
  if (named) refuseModelFolder(folder);
  checkReplaceable(folder, files, force);
  return folder;
}

}  // namespace kindred::cli
