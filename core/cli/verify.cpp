// kindred verify: does the run of a folder come out again?
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <ostream>

#include <kindred/bundle/bundle.hpp>
#include <kindred/error.hpp>

#include "cli/bundled.hpp"
#include "cli/commands.hpp"
#include "cli/difference_text.hpp"
#include "cli/execute.hpp"
#include "cli/output.hpp"
#include "cli/statement.hpp"
#include "cli/verify_bundle.hpp"
#include "cli/verify_pictures.hpp"
#include "report/saved_run.hpp"
#include "results/json.hpp"
#include "words/names.hpp"
#include "words/quantities.hpp"

namespace kindred::cli {
namespace {

constexpr Option kVerifyOptions[] = {
    kSet,        kJobs,
    kPluginPath, kOffline,
    kCacheSize,  {"bundle", "FILE", "read from this bundle, and not from where the run read"},
    kJson};
constexpr const char* kSourceKind = "source";
constexpr std::size_t kMostShown = 20;

// What lies in the folder and was not held against anything.
std::vector<std::string> unchecked(const report::SavedRun& saved, const CheckedPictures& pictures) {
  std::vector<std::string> names = report::otherFiles(saved);
  std::erase_if(names,
                [&](const std::string& name) { return words::contains(pictures.files, name); });
  return names;
}

std::string summary(const report::SavedRun& saved, const results::Report& now,
                    const CheckedPictures& pictures,
                    const std::vector<results::Difference>& found) {
  std::string text;
  for (std::size_t i = 0; i < std::min(found.size(), kMostShown); ++i) {
    text += differenceText(found[i], "saved");
  }
  if (found.size() > kMostShown) {
    text += fmt::format("and {}\n", words::counted(found.size() - kMostShown, "more difference"));
  }
  const std::string what = fmt::format(
      "{}, {} and {}", words::counted(saved.report.manifest.ranges.size(), "byte range"),
      words::counted(now.rows.size(), "observation"),
      words::counted(now.findings.size(), "finding"));
  if (saved.report.kindred != now.kindred) {
    text += "report.html and report.md are of another version of Kindred and were not compared.\n";
  }
  for (const std::string& name : unchecked(saved, pictures)) {
    text += name + " was not checked: it is none of the files that a run writes.\n";
  }
  if (!pictures.unchecked.empty()) {
    text += "Pictures were not checked: " + pictures.unchecked + ".\n";
  }
  return text + (found.empty()
                     ? "The same again: " + what + ".\n"
                     : words::counted(found.size(), "difference") + " among " + what + ".\n");
}

std::string toJson(const report::SavedRun& saved, const CheckedPictures& pictures,
                   const std::vector<results::Difference>& found) {
  results::Json list = results::Json::array();
  for (const results::Difference& difference : found) {
    list.push_back(
        {{"where", difference.where}, {"saved", difference.saved}, {"now", difference.now}});
  }
  const results::Json document{{"same", found.empty()},
                               {"differences", std::move(list)},
                               {"other_files", unchecked(saved, pictures)}};
  return document.dump(2, ' ', false, results::Json::error_handler_t::replace) + "\n";
}

// What the run did, read from where it read or from --bundle.
steps::Checked recipeOf(const results::Recipe& recipe, const Invocation& invocation) {
  const std::vector<std::string> settings = invocation.values("set");
  const std::string file = (std::filesystem::path(recipe.folder) / recipe.file).string();
  if (!invocation.has("bundle")) return steps::parse(recipe.text, file, settings);
  const std::string bundle = invocation.value("bundle");
  if (!bundle::namesBundle(bundle)) {
    throw inputError(bundle, "a bundle's name ends with " + std::string(bundle::kEnding));
  }
  if (steps::Checked checked = steps::parse(recipe.text, file); !checked.diagnostics.empty()) {
    return checked;
  }
  return steps::parse(bundledText(recipe.text, file), bundle, settings);
}

// Where bytes came from is another plugin in a bundle's run: all others must be the same.
void takeSources(const results::Manifest& saved, results::Manifest& now) {
  const auto isSource = [](const results::Plugin& plugin) { return plugin.kind == kSourceKind; };
  std::erase_if(now.plugins, isSource);
  std::copy_if(saved.plugins.begin(), saved.plugins.end(), std::back_inserter(now.plugins),
               isSource);
  std::sort(now.plugins.begin(), now.plugins.end(),
            [](const results::Plugin& a, const results::Plugin& b) { return a.name < b.name; });
}

int verifyVerb(const Invocation& invocation) {
  if (namesStatement(invocation.positional.front())) return verifyStatement(invocation);
  if (namesBill(invocation.positional.front())) throw noRunIn(invocation.positional.front());
  if (bundle::namesBundle(invocation.positional.front())) {
    if (!invocation.has("bundle")) return verifyBundle(invocation);
    throw inputError("--bundle", "is where results are read from, and a bundle is asked about",
                     "name a folder of results, or leave it out");
  }
  const report::SavedRun saved = report::readSavedRun(invocation.positional.front());
  const steps::RunOptions options = runOptions(invocation);
  Workspace workspace(recipeOf(saved.report.manifest.recipe, invocation), invocation);
  if (!workspace.good()) return kBadInput;
  results::Report now = measure(workspace, invocation, options);
  if (!now.complete) return kInterrupted;
  if (invocation.has("bundle")) takeSources(saved.report.manifest, now.manifest);
  std::vector<results::Difference> found = report::differences(saved, now);
  // Another version may draw otherwise, as it may write other pages.
  const CheckedPictures pictures =
      saved.report.kindred == now.kindred ? checkPictures(saved) : CheckedPictures();
  found.insert(found.end(), pictures.differences.begin(), pictures.differences.end());
  output() << (invocation.has("json") ? toJson(saved, pictures, found)
                                      : summary(saved, now, pictures, found));
  return found.empty() ? kDone : kUnmet;
}

}  // namespace

const Command kVerifyCommand{"verify",
                             "DIR|BUNDLE|STATEMENT",
                             "Read, hash and compute again what a run's folder holds, and compare",
                             1,
                             1,
                             kVerifyOptions,
                             verifyVerb};

}  // namespace kindred::cli
