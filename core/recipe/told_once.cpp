#include "recipe/told_once.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace kindred::recipe {
namespace {

auto placeOf(const Diagnostic& diagnostic) {
  return std::tie(diagnostic.place.file, diagnostic.place.line, diagnostic.place.column);
}

// What 'foreach' repeats is wrong in every repetition, at one place.
void dropRepeated(std::vector<Diagnostic>& diagnostics) {
  std::set<std::tuple<std::string, int, int, std::string>> told;
  std::erase_if(diagnostics, [&](const Diagnostic& diagnostic) {
    return !told.insert(std::tuple_cat(placeOf(diagnostic), std::tie(diagnostic.message))).second;
  });
}

}  // namespace

void tellOnce(std::vector<Diagnostic>& diagnostics, const std::string& file) {
  dropRepeated(diagnostics);
  std::stable_sort(diagnostics.begin(), diagnostics.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) {
                     const auto rank = [&](const Diagnostic& d) {
                       return std::tuple(d.place.file != file, d.place.line, d.place.column);
                     };
                     return rank(a) < rank(b);
                   });
  if (diagnostics.size() <= kMostDiagnostics) return;
  const std::size_t more = diagnostics.size() - kMostDiagnostics;
  diagnostics.resize(kMostDiagnostics);
  diagnostics.push_back({{file, 0, 0}, "and " + std::to_string(more) + " more errors", ""});
}

void addLater(std::vector<Diagnostic>& diagnostics, std::vector<Diagnostic> later) {
  std::set<std::tuple<std::string, int, int>> wrong;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.place.line > 0) wrong.insert(placeOf(diagnostic));
  }
  for (Diagnostic& diagnostic : later) {
    if (!wrong.contains(placeOf(diagnostic))) diagnostics.push_back(std::move(diagnostic));
  }
}

}  // namespace kindred::recipe
