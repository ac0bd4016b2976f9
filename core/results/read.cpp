#include "results/read.hpp"

#include <algorithm>
#include <fstream>
#include <string_view>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "results/csv.hpp"
#include "results/whole.hpp"
#include "words/near.hpp"

namespace kindred::results {
namespace {

// A later layout may lack fields of this one: said before they are missed.
void checkVersion(const std::string& file, const Json& report) {
  const auto version = report.is_object() ? report.find("schema") : report.end();
  if (version == report.end() || !version->is_number_unsigned()) {
    throw inputError(file, "does not say the version of its layout ('schema')", kRunAgain);
  }
  if (*version == kSchemaVersion) return;
  throw inputError(file,
                   fmt::format("has layout {}, and this program reads layout {}",
                               version->get<std::uint64_t>(), kSchemaVersion),
                   kRunAgain);
}

void checkTables(const std::string& file, const std::vector<StepTable>& tables) {
  for (const StepTable& made : tables) {
    for (const auto& row : made.table.rows) {
      if (row.size() == made.table.columns.size()) continue;
      throw inputError(file,
                       "a row of table '" + made.table.title + "' is not as long as its columns",
                       kRunAgain);
    }
  }
}

}  // namespace

Json parsed(const std::string& file, const std::string& text) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    const std::size_t byte = std::min(error.byte, text.size()), at = byte == 0 ? 0 : byte - 1;
    const auto lines =
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    throw inputError(fmt::format("{}:{}", file, lines + 1),
                     fmt::format("is damaged: it is no JSON from byte {} on", at), kRunAgain);
  } catch (const Json::exception&) {
    throw inputError(file, "is damaged: it holds a number that is out of range", kRunAgain);
  }
}

std::string readWhole(const std::filesystem::path& path) {
  constexpr std::uintmax_t kMost = std::uintmax_t{1} << 30;
  constexpr const char* kRemedy = "name a folder that 'kindred run' or 'kindred compare' wrote";
  std::error_code problem;
  if (!std::filesystem::is_regular_file(path, problem)) {
    const std::filesystem::path folder = path.parent_path();
    if (!folder.empty() && std::filesystem::exists(folder, problem) &&
        !std::filesystem::is_directory(folder, problem)) {
      throw inputError(folder.string(), "this is a file",
                       std::string(kRemedy) +
                           "; a statement's name ends in .intoto.json, a bundle's in .kbundle");
    }
    const std::string near = words::nearPath(path.parent_path().string());
    throw inputError(path.string(), "can't be read: there is no such file",
                     near.empty() ? kRemedy : "did you mean '" + near + "'?");
  }
  const std::uintmax_t size = std::filesystem::file_size(path, problem);
  if (problem) throw inputError(path.string(), "can't be read: " + problem.message(), kRemedy);
  if (size > kMost) {
    throw inputError(path.string(), "is larger than a gigabyte: no report is made of it");
  }
  std::string text(static_cast<std::size_t>(size), '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(text.data(), static_cast<std::streamsize>(text.size()))) {
    throw inputError(path.string(), "can't be read to its end");
  }
  return text;
}

Texts readTexts(const std::filesystem::path& folder) {
  return {folder, readWhole(folder / "report.json"), readWhole(folder / "observations.csv"),
          readWhole(folder / "manifest.json")};
}

Manifest manifestOf(const std::filesystem::path& file, const std::string& text) {
  const std::string name = file.string();
  return Reader<false>::valueOf<Manifest>(name, "manifest of a run", parsed(name, text));
}

Report reportOf(const Texts& texts) {
  const std::string file = (texts.folder / "report.json").string();
  const Json json = parsed(file, texts.report);
  checkVersion(file, json);
  auto report = Reader<false>::valueOf<Report>(file, "report", json);
  checkTables(file, report.tables);
  report.manifest = manifestOf(texts.folder / "manifest.json", texts.manifest);
  report.rows = observationsOf((texts.folder / "observations.csv").string(), texts.observations);
  return report;
}

StepResult stepResultOf(const std::string& file, const std::string& text) {
  auto result = wholeOf<StepResult>(file, "result of a step", text);
  checkTables(file, result.tables);
  return result;
}

}  // namespace kindred::results
