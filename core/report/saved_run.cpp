#include "report/saved_run.hpp"

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "plugin/installation.hpp"
#include "report/csv.hpp"
#include "report/document.hpp"
#include "report/html.hpp"
#include "report/json.hpp"
#include "report/markdown.hpp"
#include "report/version.hpp"
#include "run/hash.hpp"

namespace kindred::report {
namespace {

using ReadJson = nlohmann::json;

constexpr const char* kRemedy = "name a folder that kindred run or kindred compare wrote";

std::string textOf(const std::filesystem::path& file) {
  std::error_code problem;
  if (!std::filesystem::is_regular_file(file, problem)) {
    throw inputError(file.string(), "there is no such file", kRemedy);
  }
  std::ifstream stream(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(stream), {});
  if (stream.bad() || !stream.is_open()) throw inputError(file.string(), "cannot be read");
  return text;
}

ReadJson parsed(const std::string& text, const std::filesystem::path& file) {
  try {
    return ReadJson::parse(text);
  } catch (const ReadJson::exception& error) {
    throw inputError(file.string(), std::string("is damaged: ") + error.what(), kRemedy);
  }
}

void readManifest(const ReadJson& manifest, SavedRun& saved) {
  const ReadJson& recipe = manifest.at("recipe");
  saved.recipe = recipe.at("text").get<std::string>();
  saved.recipe_file = std::filesystem::path(recipe.at("folder").get<std::string>()) /
                      recipe.at("file").get<std::string>();
  for (const ReadJson& range : manifest.at("ranges")) {
    saved.ranges.push_back(
        {range.at("model").get<std::string>(), range.at("file").get<std::string>(),
         range.at("offset").get<std::uint64_t>(), range.at("length").get<std::uint64_t>(),
         range.at("xxh3_128").get<std::string>()});
  }
}

using Texts = std::map<std::string, std::string>;

// What only one has, or both have differently; in the order of the map.
void compareTexts(const Texts& saved, const Texts& now, std::vector<Difference>& found) {
  for (const auto& [where, text] : saved) {
    const auto other = now.find(where);
    if (other == now.end()) {
      found.push_back({where, text, ""});
    } else if (other->second != text) {
      found.push_back({where, text, other->second});
    }
  }
  for (const auto& [where, text] : now) {
    if (!saved.contains(where)) found.push_back({where, "", text});
  }
}

Texts byPlace(const std::vector<run::RangeRead>& ranges) {
  Texts texts;
  for (const run::RangeRead& range : ranges) {
    texts[fmt::format("bytes of {}/{}, {} from {} on", range.model, range.file, range.length,
                      range.offset)] = range.xxh3_128;
  }
  return texts;
}

void compareRows(const char* file, const std::string& saved, const std::string& now,
                 std::vector<Difference>& found) {
  std::istringstream old_rows(saved), new_rows(now);
  for (std::size_t row = 1;; ++row) {
    std::string x, y;
    const bool has_x = static_cast<bool>(std::getline(old_rows, x));
    const bool has_y = static_cast<bool>(std::getline(new_rows, y));
    if (!has_x && !has_y) return;
    if (x != y) found.push_back({fmt::format("{} line {}", file, row), x, y});
  }
}

// What a repetition need not share.
ReadJson comparable(ReadJson report) {
  report.erase("kindred");
  report.erase("cost");
  for (ReadJson& expectation : report["expectations"]) expectation.erase("place");
  return report;
}

void compareReports(const ReadJson& saved, const ReadJson& now, std::vector<Difference>& found) {
  const auto at = [](const ReadJson& document, const std::string& path) -> std::string {
    const ReadJson::json_pointer pointer(path);
    return document.contains(pointer)
               ? document.at(pointer).dump(-1, ' ', false, ReadJson::error_handler_t::replace)
               : "";
  };
  for (const ReadJson& change : ReadJson::diff(saved, now)) {
    const auto path = change.at("path").get<std::string>();
    found.push_back({"report.json " + path, at(saved, path), at(now, path)});
  }
}

void comparePages(const SavedRun& saved, std::vector<Difference>& found) {
  const Document document =
      documentOf({saved.folder, saved.report, saved.observations, saved.manifest});
  compareRows("report.md", saved.markdown, reportMarkdown(document), found);
  compareRows("report.html", saved.html,
              reportHtml(document, pageAssets(plugin::sharedFiles() / "report")), found);
}

}  // namespace

SavedRun readSavedRun(const std::filesystem::path& folder) {
  SavedRun saved;
  const std::filesystem::path file = folder / "manifest.json";
  const std::string text = textOf(file);
  const ReadJson manifest = parsed(text, file);
  try {
    if (!manifest.at("complete").get<bool>()) {
      throw inputError(file.string(),
                       "the run was interrupted: there is nothing to hold it against",
                       "run the recipe again to its end");
    }
    readManifest(manifest, saved);
    if (run::xxh3(saved.recipe) != manifest.at("recipe").at("xxh3_128").get<std::string>()) {
      throw inputError(file.string(), "the recipe is not the one that its hash is of",
                       "the manifest was changed after the run; run the recipe again");
    }
  } catch (const ReadJson::exception& error) {
    throw inputError(file.string(), std::string("is no manifest of a run: ") + error.what(),
                     kRemedy);
  }
  saved.observations = textOf(folder / "observations.csv");
  saved.findings = textOf(folder / "findings.csv");
  saved.report = textOf(folder / "report.json");
  saved.html = textOf(folder / "report.html");
  saved.markdown = textOf(folder / "report.md");
  saved.manifest = text;
  saved.folder = folder;
  const ReadJson report = parsed(saved.report, folder / "report.json");
  if (!report.is_object()) throw inputError((folder / "report.json").string(), "is no report");
  saved.same_version = report.value("kindred", "") == kVersion;
  return saved;
}

std::vector<Difference> differences(const SavedRun& saved, const Context& context,
                                    const run::Results& results) {
  std::vector<Difference> found;
  compareTexts(byPlace(saved.ranges), byPlace(results.ranges), found);
  compareRows("observations.csv", saved.observations, observationsCsv(results), found);
  compareRows("findings.csv", saved.findings, findingsCsv(results), found);
  compareReports(comparable(ReadJson::parse(saved.report)),
                 comparable(ReadJson::parse(reportJson(context, results))), found);
  if (saved.same_version) comparePages(saved, found);
  return found;
}

}  // namespace kindred::report
