#include <algorithm>
#include <fstream>
#include <tuple>

#include <kindred/error.hpp>

#include "recipe/check.hpp"
#include "recipe/reader.hpp"
#include "recipe/settings.hpp"

namespace kindred::recipe {
namespace {

// Places in the file come first, in order; then the settings', as they were given.
void sortByPlace(std::vector<Diagnostic>& diagnostics, const std::string& file) {
  std::stable_sort(diagnostics.begin(), diagnostics.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) {
                     const auto rank = [&](const Diagnostic& d) {
                       return std::tuple(d.place.file != file, d.place.line, d.place.column);
                     };
                     return rank(a) < rank(b);
                   });
  if (diagnostics.size() > kMostDiagnostics) {
    const std::size_t more = diagnostics.size() - kMostDiagnostics;
    diagnostics.resize(kMostDiagnostics);
    diagnostics.push_back({{file, 0, 0}, "and " + std::to_string(more) + " more errors", ""});
  }
}

// The file's bytes, at most one more than a recipe may have.
std::string readFile(const std::filesystem::path& file) {
  std::error_code problem;
  if (!std::filesystem::exists(file, problem)) {
    throw inputError(file.string(), "no such file", "name a recipe, for example configs/demo.yaml");
  }
  if (std::filesystem::is_directory(file, problem)) {
    throw inputError(file.string(), "this is a folder", "name a recipe in it");
  }
  std::ifstream stream(file, std::ios::binary);
  std::string bytes(kLargestFile + 1, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (stream.bad() || !stream.is_open()) {
    throw inputError(file.string(), "the recipe can't be read", "check the file's permissions");
  }
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  return bytes;
}

}  // namespace

Checked parse(std::string_view text, const std::string& name,
              const std::vector<std::string>& settings) {
  Checked checked;
  checked.recipe.file = name;
  checked.recipe.text = checked.recipe.source = text;
  Document document = readDocument(text, name);
  checked.diagnostics = std::move(document.diagnostics);
  if (!document.readable) return checked;
  for (const std::string& setting : settings) {
    applySetting(document.root, setting, checked.diagnostics);
  }
  if (!settings.empty()) checked.recipe.text = emit(document.root);
  check(document.root, recipeShape(), checked.diagnostics);
  readRecipe(document.root, checked.recipe, checked.diagnostics);
  sortByPlace(checked.diagnostics, name);
  return checked;
}

Checked load(const std::filesystem::path& file, const std::vector<std::string>& settings) {
  return parse(readFile(file), file.string(), settings);
}

}  // namespace kindred::recipe
