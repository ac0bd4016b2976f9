#include "cli/statement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <vector>

#include <kindred/bundle/sha256.hpp>
#include <kindred/error.hpp>

#include "cli/commands.hpp"
#include "cli/difference_text.hpp"
#include "cli/execute.hpp"
#include "cli/out_file.hpp"
#include "cli/output.hpp"
#include "report/saved_run.hpp"
#include "report/statement.hpp"
#include "results/files.hpp"
#include "words/names.hpp"
#include "words/quantities.hpp"

namespace kindred::cli {
namespace {

namespace fs = std::filesystem;
using report::FileDigest;

constexpr Option kStatementOptions[] = {
    {"out", "DIR", "where the two files go (default: the current folder)"},
    kForce,
    kSet,
    kPluginPath,
    kOffline,
    kCacheSize,
    kJson};
constexpr std::string_view kBillEnding = ".cdx.json";
constexpr const char* kEndings[] = {report::kStatementEnding, kBillEnding.data()};
constexpr std::size_t kMostListed = 20;

std::shared_ptr<File> openFile(const plan::Repository& repository, const std::string& name) {
  for (const std::shared_ptr<Location>& location : {repository.location, repository.adapter}) {
    if (!location) continue;
    const std::vector<std::string> names = location->list();
    if (std::find(names.begin(), names.end(), name) != names.end()) return location->open(name);
  }
  throw inputError(words::escaped(repository.address),
                   "has no file '" + words::escaped(name) + "' any more",
                   "run the recipe again with the files that are there");
}

std::string hashOf(File& file) {
  constexpr std::uint64_t kPiece = std::uint64_t{8} << 20;
  std::vector<std::byte> bytes;
  bundle::Sha256 hash;
  for (std::uint64_t at = 0; at < file.size(); at += bytes.size()) {
    bytes.resize(std::min(kPiece, file.size() - at));
    file.read(at, bytes);
    hash.add(bytes);
  }
  return hash.finish();
}

// As their publishers say, or of the bytes: a file that changed since the run is an Error.
std::vector<FileDigest> digestsOf(const results::Manifest& manifest, plan::Models& models) {
  std::vector<FileDigest> digests;
  for (const results::ModelFiles& model : manifest.models) {
    for (const results::ModelFile& file : model.files) {
      FileDigest digest{model.key, file.name, file.bytes, file.published_sha256};
      if (digest.sha256.empty()) {
        const std::shared_ptr<File> opened = openFile(models.repository(model.key), file.name);
        // What was read in a cache of the Hub's tools may have a hash that the Hub tells now.
        digest.sha256 = opened->publishedSha256();
        const bool other = digest.sha256.empty() && opened->identity() != file.identity;
        if (opened->size() != file.bytes || other) {
          throw inputError(opened->place(), "the file changed since the run",
                           "run the recipe again, and state what comes out of that");
        }
        if (digest.sha256.empty()) digest.sha256 = hashOf(*opened);
      }
      digests.push_back(std::move(digest));
    }
  }
  return digests;
}

std::string textOf(const results::Json& document) {
  return document.dump(2, ' ', false, results::Json::error_handler_t::replace) + "\n";
}

// Both files, named like the run's folder, without their endings.
std::string stemOf(const Invocation& invocation, const fs::path& folder) {
  const fs::path out = invocation.value("out", ".");
  results::prepareFolder(out);
  const fs::path whole = fs::absolute(folder).lexically_normal();  // "." has a name, too
  const fs::path name = whole.has_filename() ? whole : whole.parent_path();
  return outStem(invocation, (out / name.filename()).string(), kEndings);
}

int statementVerb(const Invocation& invocation) {
  const fs::path folder = fs::path(invocation.positional.front()).lexically_normal();
  const report::SavedRun saved = report::readSavedRun(folder);
  const results::Recipe& recipe = saved.report.manifest.recipe;
  Workspace workspace(steps::parse(recipe.text, (fs::path(recipe.folder) / recipe.file).string(),
                                   invocation.values("set")),
                      invocation);
  if (!workspace.good()) return kBadInput;
  const std::string stem = invocation.has("json") ? "" : stemOf(invocation, folder);
  const std::vector<FileDigest> files = digestsOf(saved.report.manifest, workspace.models());
  const results::Json statement = report::statementOf(saved.report, files);
  if (invocation.has("json")) {
    output() << textOf(statement);
    return kDone;
  }
  const std::string first = stem + kEndings[0], second = stem + kEndings[1];
  results::writeAtomically(first, textOf(statement));
  results::writeAtomically(second, textOf(report::billOfMaterials(saved.report, files)));
  output() << first << '\n' << second << '\n';
  return kDone;
}

// Members that differ, by JSON pointer.
std::vector<results::Difference> differencesOf(const results::Json& saved,
                                               const results::Json& now) {
  std::vector<results::Difference> found;
  for (const results::Json& change : results::Json::diff(saved, now)) {
    const std::string where = change.at("path");
    const auto shown = [&](const results::Json& document) {
      const results::Json::json_pointer place(where);
      return document.contains(place) ? document.at(place).dump() : std::string();
    };
    found.push_back({where, shown(saved), shown(now)});
  }
  return found;
}

}  // namespace

bool namesStatement(const std::string& name) { return name.ends_with(report::kStatementEnding); }

bool namesBill(const std::string& name) { return name.ends_with(kBillEnding); }

Error noRunIn(const std::string& bill) {
  std::error_code ignored;
  const std::string beside =
      bill.substr(0, bill.size() - kBillEnding.size()) + report::kStatementEnding;
  if (!fs::exists(bill, ignored)) {
    return inputError(bill, "there is no such file", "kindred statement DIR writes one");
  }
  return inputError(bill,
                    "is a CycloneDX bill of materials: it lists the models' files with their "
                    "SHA-256, and holds no run that could be done again",
                    fs::exists(beside, ignored)
                        ? "kindred verify " + beside + " verifies what was stated with it"
                        : "kindred verify takes the run's folder, or the " +
                              std::string(report::kStatementEnding) +
                              " file that was written with it");
}

int verifyStatement(const Invocation& invocation) {
  const std::string file = invocation.positional.front();
  const std::string text = results::readWhole(file);
  const results::Recipe recipe = report::recipeOfStatement(file, text);
  const steps::RunOptions options = runOptions(invocation);
  Workspace workspace(steps::parse(recipe.text, file, invocation.values("set")), invocation);
  if (!workspace.good()) return kBadInput;
  results::Report now = measure(workspace, invocation, options);
  if (!now.complete) return kInterrupted;
  const results::Json saved = results::Json::parse(text);
  now.manifest.recipe.file = saved.at("predicate").at("recipe").value("file", "");
  now.manifest.recipe.text = recipe.text;
  now.manifest.recipe.xxh3_128 = recipe.xxh3_128;
  const results::Json again = report::statementOf(now, digestsOf(now.manifest, workspace.models()));
  const std::vector<results::Difference> found = differencesOf(saved, again);
  for (std::size_t i = 0; i < std::min(found.size(), kMostListed); ++i) {
    output() << differenceText(found[i], "stated");
  }
  if (found.empty()) {
    output() << fmt::format("The same again: {} and {}.\n",
                            words::counted(now.pairs.size(), "pair"),
                            words::counted(now.manifest.ranges.size(), "byte range"));
  } else {
    output() << words::counted(found.size(), "difference") << ".\n";
  }
  return found.empty() ? kDone : kUnmet;
}

const Command kStatementCommand{
    "statement",
    "DIR",
    "Write a run's answer as an in-toto statement and a CycloneDX bill of materials",
    1,
    1,
    kStatementOptions,
    statementVerb};

}  // namespace kindred::cli
