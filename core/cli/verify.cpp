// kindred verify: does the run of a folder come out again?
#include <fmt/format.h>

#include <iostream>

#include "cli/commands.hpp"
#include "cli/execute.hpp"
#include "report/json_value.hpp"
#include "report/saved_run.hpp"

namespace kindred::cli {
namespace {

constexpr Option kVerifyOptions[] = {kSet, kJobs, kPluginPath, kOffline, kCacheSize, kJson};
constexpr std::size_t kMostShown = 20;
constexpr std::size_t kMostBytes = 160;  // of a text that differs

std::string shown(const std::string& text) {
  if (text.empty()) return "not there";
  return text.size() <= kMostBytes ? text : text.substr(0, kMostBytes) + "...";
}

std::string summary(const report::SavedRun& saved, const results::Results& results,
                    const std::vector<report::Difference>& found) {
  std::string text;
  for (std::size_t i = 0; i < std::min(found.size(), kMostShown); ++i) {
    text += fmt::format("differs: {}\n  saved: {}\n  now:   {}\n", found[i].where,
                        shown(found[i].saved), shown(found[i].now));
  }
  if (found.size() > kMostShown) {
    text += fmt::format("and {} more differences\n", found.size() - kMostShown);
  }
  const std::string what =
      fmt::format("{} byte ranges, {} observations and {} findings", saved.ranges.size(),
                  results.observations.size(), results.findings.size());
  if (!saved.same_version) {
    text += "report.html and report.md are of another version of Kindred and were not compared.\n";
  }
  for (const std::string& name : report::otherFiles(saved)) {
    text += name + " is no part of the run: nothing wrote or checked it.\n";
  }
  return text + (found.empty() ? "The same again: " + what + ".\n"
                               : fmt::format("{} differences among {}.\n", found.size(), what));
}

std::string toJson(const report::SavedRun& saved, const std::vector<report::Difference>& found) {
  report::Json list = report::Json::array();
  for (const report::Difference& difference : found) {
    list.push_back(
        {{"where", difference.where}, {"saved", difference.saved}, {"now", difference.now}});
  }
  const report::Json document{{"same", found.empty()},
                              {"differences", std::move(list)},
                              {"other_files", report::otherFiles(saved)}};
  return document.dump(2, ' ', false, report::Json::error_handler_t::replace) + "\n";
}

int verifyVerb(const Invocation& invocation) {
  const report::SavedRun saved = report::readSavedRun(invocation.positional.front());
  const run::RunOptions options = runOptions(invocation);
  Workspace workspace(
      recipe::parse(saved.recipe, saved.recipe_file.string(), invocation.values("set")),
      invocation);
  if (!workspace.good()) return kBadInput;
  const Executed done = measure(workspace, invocation, options);
  if (!done.results.complete) return kInterrupted;
  const std::vector<report::Difference> found =
      report::differences(saved, done.context, done.results);
  std::cout << (invocation.has("json") ? toJson(saved, found)
                                       : summary(saved, done.results, found));
  return found.empty() ? kDone : kUnmet;
}

}  // namespace

const Command kVerifyCommand{
    "verify",  "DIR", "Read, hash and compute again what a run's folder holds, and compare",
    1,         1,     kVerifyOptions,
    verifyVerb};

}  // namespace kindred::cli
