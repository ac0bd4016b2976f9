// kindred verify: does the run of a folder come out again?
#include <fmt/format.h>

#include <iostream>

#include <kindred/bundle/bundle.hpp>

#include "cli/commands.hpp"
#include "cli/execute.hpp"
#include "cli/verify_bundle.hpp"
#include "report/saved_run.hpp"
#include "results/json.hpp"

namespace kindred::cli {
namespace {

constexpr Option kVerifyOptions[] = {kSet, kJobs, kPluginPath, kOffline, kCacheSize, kJson};
constexpr std::size_t kMostShown = 20;
constexpr std::size_t kMostBytes = 160;  // of a text that differs

std::string shown(const std::string& text) {
  if (text.empty()) return "not there";
  return text.size() <= kMostBytes ? text : text.substr(0, kMostBytes) + "...";
}

std::string summary(const report::SavedRun& saved, const results::Report& now,
                    const std::vector<results::Difference>& found) {
  std::string text;
  for (std::size_t i = 0; i < std::min(found.size(), kMostShown); ++i) {
    text += fmt::format("differs: {}\n  saved: {}\n  now:   {}\n", found[i].where,
                        shown(found[i].saved), shown(found[i].now));
  }
  if (found.size() > kMostShown) {
    text += fmt::format("and {} more differences\n", found.size() - kMostShown);
  }
  const std::string what =
      fmt::format("{} byte ranges, {} observations and {} findings",
                  saved.report.manifest.ranges.size(), now.rows.size(), now.findings.size());
  if (saved.report.kindred != now.kindred) {
    text += "report.html and report.md are of another version of Kindred and were not compared.\n";
  }
  for (const std::string& name : report::otherFiles(saved)) {
    text += name + " is no part of the run: nothing wrote or checked it.\n";
  }
  return text + (found.empty() ? "The same again: " + what + ".\n"
                               : fmt::format("{} differences among {}.\n", found.size(), what));
}

std::string toJson(const report::SavedRun& saved, const std::vector<results::Difference>& found) {
  results::Json list = results::Json::array();
  for (const results::Difference& difference : found) {
    list.push_back(
        {{"where", difference.where}, {"saved", difference.saved}, {"now", difference.now}});
  }
  const results::Json document{{"same", found.empty()},
                               {"differences", std::move(list)},
                               {"other_files", report::otherFiles(saved)}};
  return document.dump(2, ' ', false, results::Json::error_handler_t::replace) + "\n";
}

int verifyVerb(const Invocation& invocation) {
  if (bundle::namesBundle(invocation.positional.front())) return verifyBundle(invocation);
  const report::SavedRun saved = report::readSavedRun(invocation.positional.front());
  const steps::RunOptions options = runOptions(invocation);
  const results::Recipe& recipe = saved.report.manifest.recipe;
  const auto file = std::filesystem::path(recipe.folder) / recipe.file;
  Workspace workspace(steps::parse(recipe.text, file.string(), invocation.values("set")),
                      invocation);
  if (!workspace.good()) return kBadInput;
  const results::Report now = measure(workspace, invocation, options);
  if (!now.complete) return kInterrupted;
  const std::vector<results::Difference> found = report::differences(saved, now);
  std::cout << (invocation.has("json") ? toJson(saved, found) : summary(saved, now, found));
  return found.empty() ? kDone : kUnmet;
}

}  // namespace

const Command kVerifyCommand{"verify",
                             "DIR|BUNDLE",
                             "Read, hash and compute again what a run's folder holds, and compare",
                             1,
                             1,
                             kVerifyOptions,
                             verifyVerb};

}  // namespace kindred::cli
