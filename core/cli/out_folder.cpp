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

bool beginsAs(const fs::path& file, std::string_view beginning) {
  std::ifstream stream(file, std::ios::binary);
  std::string start(40, '\0');
  stream.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<std::size_t>(stream.gcount()));
  std::erase_if(start, [](char c) { return c == ' ' || c == '\n'; });
  return start.starts_with(beginning);
}

// Whether a command of this program has written these files of the folder.
bool isOurs(const fs::path& folder, std::span<const char* const> files) {
  const std::string_view first = files.front();
  return first == "manifest.json" ? beginsAs(folder / first, "{\"kindred\":")
                                  : beginsAs(folder / first, "{\"question\":\"Whichof");
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
  if (!isOurs(folder, files)) return heldBy(folder, files);
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

}  // namespace

OutFolder::OutFolder(const Invocation& invocation, const fs::path& usual,
                     std::span<const char* const> files) {
  const bool force = invocation.has("force"), named = invocation.has("out");
  path_ = invocation.has("resume") ? resumed(invocation)
          : named                  ? fs::path(invocation.value("out"))
                                   : usual;
  if (!invocation.isFirst()) return;
  if (invocation.has("resume")) {
    std::error_code ignored;
    if (fs::is_directory(path_, ignored)) claim();
    return;
  }
  if (!named && !force) {
    findUnused(usual, files);
    return;
  }
  if (named) refuseModelFolder(path_);
  claim();
  checkReplaceable(path_, files, force);
}

void OutFolder::claim() {
  claimed_ = std::make_unique<ClaimedFolder>(path_);
  if (!claimed_->isAnothers()) return;
  throw inputError(path_.string(), "another run is writing its results here",
                   "wait for it, or name another folder with --out");
}

void OutFolder::findUnused(const fs::path& usual, std::span<const char* const> files) {
  path_ = unusedName(usual.string(), [&](const std::string& name) {
    if (heldBy(name, files) != nullptr) return true;
    claimed_ = std::make_unique<ClaimedFolder>(name);
    return claimed_->isAnothers() || run::Journal::isIn(name);
  });
  if (path_ == usual) return;
  const char* held = heldBy(usual, files);
  const char* own = held == nullptr ? nullptr : ownFile(usual, files);
  std::cerr << fmt::format("kindred: {} holds {}; these results go to {}\n",
                           words::escapedText(usual.string()),
                           own != nullptr    ? own + std::string(", which no run of Kindred wrote")
                           : held != nullptr ? "earlier results"
                                             : "what another run writes or has left",
                           words::escapedText(path_.string()));
}

}  // namespace kindred::cli
