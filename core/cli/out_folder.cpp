#include "cli/out_folder.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <string>

#include <fmt/format.h>

#include <kindred/error.hpp>

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

void checkReplaceable(const fs::path& folder, std::span<const char* const> files, bool force) {
  if (!force && run::Journal::isIn(folder)) {
    throw inputError(folder.string(), "holds what a run has finished that did not come to its end",
                     "--resume " + folder.string() +
                         " goes on from it, --force begins anew; or name another with --out");
  }
  const char* held = heldBy(folder, files);
  if (held == nullptr) return;
  if (!force) {
    throw inputError(folder.string(), fmt::format("holds {} of an earlier run", held),
                     "name another folder with --out, or replace its results with --force");
  }
  const bool of_run = std::string_view(files.front()) == kRunFiles[0];
  if (of_run && !isOurs(folder)) {
    throw inputError(folder.string(), fmt::format("holds {}, which no run of Kindred wrote", held),
                     "name another folder with --out");
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
    std::cerr << fmt::format("kindred: {} holds earlier results; these go to {}\n",
                             words::escapedText(usual.string()),
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
  checkReplaceable(folder, files, force);
  return folder;
}

}  // namespace kindred::cli
