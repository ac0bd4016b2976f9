#include "report/saved_run.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "plugin/installation.hpp"
#include "report/html.hpp"
#include "report/markdown.hpp"
#include "results/csv.hpp"
#include "results/files.hpp"
#include "results/hash.hpp"
#include "results/write.hpp"
#include "words/names.hpp"

namespace kindred::report {
namespace {

using results::Difference;

struct Pages {
  std::string markdown, html;
};

Pages pagesOf(const results::Report& report) {
  return {reportMarkdown(report), reportHtml(report, pageAssets(plugin::sharedFiles() / "report"))};
}

// Lines with their ends, so that an end that was changed or cut off differs as well.
std::vector<std::string_view> linesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

// A line as a difference shows it; of its end only what is not the usual.
std::string shownLine(const std::vector<std::string_view>& lines, std::size_t i) {
  if (i >= lines.size()) return "";
  std::string_view line = lines[i];
  if (!line.ends_with('\n')) return std::string(line) + " (and no end of the line)";
  line.remove_suffix(1);
  if (line.empty()) return "an empty line";
  if (!line.ends_with('\r')) return std::string(line);
  line.remove_suffix(1);
  return std::string(line) + " (ended by CR LF)";
}

void compareRows(const char* file, const std::string& saved, const std::string& now,
                 std::vector<Difference>& found) {
  const std::vector<std::string_view> x = linesOf(saved), y = linesOf(now);
  for (std::size_t i = 0; i < std::max(x.size(), y.size()); ++i) {
    if (i < x.size() && i < y.size() && x[i] == y[i]) continue;
    found.push_back({fmt::format("{} line {}", file, i + 1), shownLine(x, i), shownLine(y, i)});
  }
}

// The file is what the program writes of what it says: nothing more, no member twice, nothing
// moved.
void compareSpelling(const char* file, const std::string& saved, const std::string& again,
                     std::vector<Difference>& found) {
  std::vector<Difference> lines;
  compareRows(file, saved, again, lines);
  if (lines.empty()) return;
  lines.front().where += ", not as the program writes it";
  found.push_back(std::move(lines.front()));
}

// A recipe that lies beside the results and is the one that was run.
void compareRecipe(const SavedRun& saved, std::vector<Difference>& found) {
  const results::Recipe& recipe = saved.report.manifest.recipe;
  const std::filesystem::path file = saved.texts.folder / "recipe.yaml";
  if (recipe.file != "recipe.yaml" || !std::filesystem::exists(file)) return;
  compareRows("recipe.yaml", results::readWhole(file), recipe.text, found);
}

}  // namespace

void writeAll(const std::filesystem::path& folder, const results::Report& report) {
  const results::Texts texts{folder, results::reportJson(report),
                             results::observationsCsv(report.rows),
                             results::manifestJson(report.manifest)};
  results::writeAtomically(folder / "observations.csv", texts.observations);
  results::writeAtomically(folder / "findings.csv", results::findingsCsv(report.findings));
  results::writeAtomically(folder / "manifest.json", texts.manifest);
  results::writeAtomically(folder / "report.json", texts.report);
  writePages(texts);
}

void writePages(const results::Texts& texts) {
  const Pages pages = pagesOf(results::reportOf(texts));
  results::writeAtomically(texts.folder / "report.md", pages.markdown);
  results::writeAtomically(texts.folder / "report.html", pages.html);
}

SavedRun readSavedRun(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "manifest.json";
  const results::Manifest manifest = results::manifestOf(file, results::readWhole(file));
  if (!manifest.complete) {
    throw inputError(file.string(), "the run was interrupted: there is nothing to hold it against",
                     "run the recipe again to its end");
  }
  if (manifest.recipe.text.empty()) {
    throw inputError(file.string(), "it is of a comparison of fingerprints, which has no recipe",
                     "compare the two again");
  }
  if (results::xxh3(manifest.recipe.text) != manifest.recipe.xxh3_128) {
    throw inputError(file.string(), "the recipe is not the one that its hash is of",
                     "the manifest was changed after the run; run the recipe again");
  }
  SavedRun saved;
  saved.findings = results::readWhole(folder / "findings.csv");
  saved.html = results::readWhole(folder / "report.html");
  saved.markdown = results::readWhole(folder / "report.md");
  saved.texts = results::readTexts(folder);
  saved.report = results::reportOf(saved.texts);
  return saved;
}

std::vector<std::string> otherFiles(const SavedRun& saved) {
  static const std::set<std::string> kWritten{"manifest.json", "observations.csv", "findings.csv",
                                              "report.json",   "report.html",      "report.md",
                                              "recipe.yaml"};
  std::vector<std::string> others;
  std::error_code problem;
  for (const auto& file : std::filesystem::directory_iterator(saved.texts.folder, problem)) {
    const std::string name = file.path().filename().string();
    if (!kWritten.contains(name)) others.push_back(words::escaped(name));
  }
  std::sort(others.begin(), others.end());
  return others;
}

std::vector<Difference> differences(const SavedRun& saved, const results::Report& now) {
  std::vector<Difference> found = results::differences(saved.report, now);
  const results::Report& then = saved.report;
  compareRows("observations.csv", saved.texts.observations, results::observationsCsv(now.rows),
              found);
  compareRows("findings.csv", saved.findings, results::findingsCsv(now.findings), found);
  compareSpelling("report.json", saved.texts.report, results::reportJson(then), found);
  compareSpelling("manifest.json", saved.texts.manifest, results::manifestJson(then.manifest),
                  found);
  compareRecipe(saved, found);
  if (then.kindred != now.kindred) return found;
  const Pages pages = pagesOf(then);
  compareRows("report.md", saved.markdown, pages.markdown, found);
  compareRows("report.html", saved.html, pages.html, found);
  return found;
}

}  // namespace kindred::report
