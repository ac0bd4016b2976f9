#include "report/saved_run.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "models/names.hpp"
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

// As the program writes JSON, members keep their order.
using Ordered = nlohmann::ordered_json;

ReadJson parsed(const std::string& text, const std::filesystem::path& file) {
  try {
    return ReadJson::parse(text);
  } catch (const ReadJson::parse_error& error) {
    const std::size_t at = std::min(error.byte, text.size());
    const std::string_view before(text.data(), at == 0 ? 0 : at - 1);
    const auto lines = std::count(before.begin(), before.end(), '\n');
    throw inputError(fmt::format("{}:{}", file.string(), lines + 1),
                     fmt::format("is damaged: it is no JSON from byte {} on", at == 0 ? 0 : at - 1),
                     kRemedy);
  } catch (const ReadJson::exception&) {
    throw inputError(file.string(), "is damaged: it holds a number that is out of range", kRemedy);
  }
}

// A value of a manifest, and where it stands there.
class Entry {
 public:
  Entry(const ReadJson& value, const std::filesystem::path& file, std::string place)
      : value_(value), file_(file), place_(std::move(place)) {}

  Entry at(const char* key) const {
    const auto found = value_.is_object() ? value_.find(key) : value_.end();
    const std::string place = place_.empty() ? key : place_ + "." + key;
    if (!value_.is_object() || found == value_.end()) {
      throw inputError(file_.string(), "is no manifest of a run: it has no '" + place + "'",
                       kRemedy);
    }
    return {*found, file_, place};
  }

  template <class Take>
  void each(const Take& take) const {
    if (!value_.is_array()) throw wrong("a list");
    std::size_t number = 0;
    for (const ReadJson& item : value_) {
      take(Entry(item, file_, fmt::format("{}[{}]", place_, number++)));
    }
  }

  std::string text() const {
    if (!value_.is_string()) throw wrong("a text");
    return value_.get<std::string>();
  }
  std::uint64_t number() const {
    if (!value_.is_number_unsigned()) throw wrong("a whole number");
    return value_.get<std::uint64_t>();
  }
  bool truth() const {
    if (!value_.is_boolean()) throw wrong("true or false");
    return value_.get<bool>();
  }

 private:
  Error wrong(const char* wanted) const {
    return inputError(file_.string(),
                      fmt::format("is no manifest of a run: '{}' is not {}", place_, wanted),
                      kRemedy);
  }

  const ReadJson& value_;
  const std::filesystem::path& file_;
  std::string place_;
};

void readManifest(const Entry& manifest, SavedRun& saved) {
  const Entry recipe = manifest.at("recipe");
  saved.recipe = recipe.at("text").text();
  saved.recipe_file = std::filesystem::path(recipe.at("folder").text()) / recipe.at("file").text();
  manifest.at("ranges").each([&](const Entry& range) {
    saved.ranges.push_back({range.at("model").text(), range.at("file").text(),
                            range.at("offset").number(), range.at("length").number(),
                            range.at("xxh3_128").text()});
  });
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

Texts byPlace(const std::vector<results::RangeRead>& ranges) {
  Texts texts;
  for (const results::RangeRead& range : ranges) {
    texts[fmt::format("bytes of {}/{}, {} from {} on", range.model, range.file, range.length,
                      range.offset)] = range.xxh3_128;
  }
  return texts;
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

// The file is what the program writes of what it says: no member twice, nothing moved.
void compareSpelling(const char* file, const std::string& saved, std::vector<Difference>& found) {
  const std::string again =
      Ordered::parse(saved).dump(2, ' ', false, Ordered::error_handler_t::replace) + "\n";
  if (again == saved) return;
  std::vector<Difference> lines;
  compareRows(file, saved, again, lines);
  if (lines.empty()) return;
  lines.front().where += ", not as the program writes it";
  found.push_back(std::move(lines.front()));
}

// What a repetition need not share.
ReadJson comparable(ReadJson report) {
  report.erase("kindred");
  report.erase("cost");
  const auto expectations = report.find("expectations");
  if (expectations == report.end() || !expectations->is_array()) return report;
  for (ReadJson& expectation : *expectations) {
    if (expectation.is_object()) expectation.erase("place");
  }
  return report;
}

// Paths, the command and the machine's tools may be others; what was read, by what and with which
// seeds may not. Ranges are compared one by one.
ReadJson comparableManifest(ReadJson manifest) {
  for (const char* key : {"kindred", "command_line", "toolchain", "ranges", "recipe"}) {
    manifest.erase(key);
  }
  const auto models = manifest.find("models");
  if (models == manifest.end() || !models->is_array()) return manifest;
  for (ReadJson& model : *models) {
    if (!model.is_object()) continue;
    model.erase("address");
    const auto files = model.find("files");
    if (files == model.end() || !files->is_array()) continue;
    for (ReadJson& file : *files) {
      if (file.is_object()) file.erase("identity");  // a time or a place on a disk
    }
  }
  return manifest;
}

void compareJson(const char* file, const ReadJson& saved, const ReadJson& now,
                 std::vector<Difference>& found) {
  const auto at = [](const ReadJson& document, const std::string& path) -> std::string {
    const ReadJson::json_pointer pointer(path);
    return document.contains(pointer)
               ? document.at(pointer).dump(-1, ' ', false, ReadJson::error_handler_t::replace)
               : "";
  };
  for (const ReadJson& change : ReadJson::diff(saved, now)) {
    const auto path = change.at("path").get<std::string>();
    found.push_back({fmt::format("{} {}", file, path), at(saved, path), at(now, path)});
  }
}

void compareRecipe(const SavedRun& saved, std::vector<Difference>& found) {
  const std::filesystem::path recipe = saved.folder / "recipe.yaml";
  if (saved.recipe_file.filename() != "recipe.yaml" || !std::filesystem::exists(recipe)) return;
  compareRows("recipe.yaml", textOf(recipe), saved.recipe, found);
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
  const ReadJson document = parsed(text, file);
  const Entry manifest(document, file, "");
  if (!manifest.at("complete").truth()) {
    throw inputError(file.string(), "the run was interrupted: there is nothing to hold it against",
                     "run the recipe again to its end");
  }
  readManifest(manifest, saved);
  if (run::xxh3(saved.recipe) != manifest.at("recipe").at("xxh3_128").text()) {
    throw inputError(file.string(), "the recipe is not the one that its hash is of",
                     "the manifest was changed after the run; run the recipe again");
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
  saved.same_version = report.value("kindred", ReadJson()) == ReadJson(kVersion);
  return saved;
}

std::vector<std::string> otherFiles(const SavedRun& saved) {
  static const std::set<std::string> kWritten{"manifest.json", "observations.csv", "findings.csv",
                                              "report.json",   "report.html",      "report.md",
                                              "recipe.yaml"};
  std::vector<std::string> others;
  std::error_code problem;
  for (const auto& file : std::filesystem::directory_iterator(saved.folder, problem)) {
    const std::string name = file.path().filename().string();
    if (!kWritten.contains(name)) others.push_back(models::escaped(name));
  }
  std::sort(others.begin(), others.end());
  return others;
}

std::vector<Difference> differences(const SavedRun& saved, const Context& context,
                                    const results::Results& results) {
  std::vector<Difference> found;
  compareTexts(byPlace(saved.ranges), byPlace(results.ranges), found);
  compareRows("observations.csv", saved.observations, observationsCsv(results), found);
  compareRows("findings.csv", saved.findings, findingsCsv(results), found);
  compareJson("report.json", comparable(ReadJson::parse(saved.report)),
              comparable(ReadJson::parse(reportJson(context, results))), found);
  compareSpelling("report.json", saved.report, found);
  compareJson("manifest.json", comparableManifest(ReadJson::parse(saved.manifest)),
              comparableManifest(ReadJson::parse(manifestJson(context, results))), found);
  compareSpelling("manifest.json", saved.manifest, found);
  compareRecipe(saved, found);
  if (saved.same_version) comparePages(saved, found);
  return found;
}

}  // namespace kindred::report
