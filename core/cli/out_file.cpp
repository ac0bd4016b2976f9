#include "cli/out_file.hpp"

#include <algorithm>
#include <iostream>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "words/names.hpp"

namespace kindred::cli {
namespace {

namespace fs = std::filesystem;

// A link counts, whether what it names is there or not.
bool isThere(const fs::path& file) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(file, ignored));
}

}  // namespace

void refuseToReplace(const Invocation& invocation, const fs::path& file) {
  if (invocation.has("force") || !isThere(file)) return;
  throw inputError(file.string(), "exists", "replace it with --force, or name another");
}

std::string outStem(const Invocation& invocation, const std::string& stem,
                    std::span<const char* const> endings) {
  if (invocation.has("out")) {
    for (const char* ending : endings) refuseToReplace(invocation, stem + ending);
  }
  if (invocation.has("out") || invocation.has("force")) return stem;
  const std::string unused = unusedName(stem, [&](const std::string& name) {
    return std::any_of(endings.begin(), endings.end(),
                       [&](const char* ending) { return isThere(name + ending); });
  });
  if (unused != stem) {
    std::cerr << fmt::format("kindred: {} exists; this goes to {}\n",
                             words::escapedText(stem + endings.front(), 4096),
                             words::escapedText(unused + endings.front(), 4096));
  }
  return unused;
}

std::string unusedName(const std::string& usual,
                       const std::function<bool(const std::string&)>& taken) {
  std::string name = usual;
  for (int n = 2; taken(name); ++n) name = usual + "-" + std::to_string(n);
  return name;
}

}  // namespace kindred::cli
