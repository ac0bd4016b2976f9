#include "cli/execute.hpp"

#include <algorithm>
#include <iostream>
#include <optional>
#include <ostream>
#include <thread>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "cli/output.hpp"
#include "outcome/report_of.hpp"
#include "recipe/values.hpp"
#include "recipe/words.hpp"
#include "report/saved_run.hpp"
#include "results/files.hpp"
#include "results/hash.hpp"
#include "run/progress.hpp"
#include "run/ranks.hpp"
#include "words/names.hpp"
#include "words/quantities.hpp"

namespace kindred::cli {

namespace {

bool readsFromServers(const plan::Models& models) {
  const auto repositories = models.repositories();
  return std::any_of(
      repositories.begin(), repositories.end(),
      [](const plan::Repository* repository) { return repository->source->remote(); });
}

// Makes the folder for results, and takes away what it made of it and got nothing.
class ResultsFolder {
 public:
  explicit ResultsFolder(const std::filesystem::path& folder) {
    std::error_code ignored;
    for (std::filesystem::path missing = folder;
         !missing.empty() && !std::filesystem::exists(missing, ignored);
         missing = missing.parent_path()) {
      made_.push_back(missing);
    }
    results::prepareFolder(folder);
  }
  ~ResultsFolder() {
    std::error_code ignored;  // where something is in it
    for (const std::filesystem::path& folder : made_) std::filesystem::remove(folder, ignored);
  }
  ResultsFolder(const ResultsFolder&) = delete;
  ResultsFolder& operator=(const ResultsFolder&) = delete;

 private:
  std::vector<std::filesystem::path> made_;  // the innermost first
};

}  // namespace

steps::RunOptions runOptions(const Invocation& invocation) {
  steps::RunOptions options;
  const unsigned cores = invocation.ranks != nullptr
                             ? run::threadsOfRank()
                             : std::max(1u, std::thread::hardware_concurrency());
  options.threads = static_cast<unsigned>(invocation.count("jobs", cores, 1, 1024));
  return options;
}

bool watched(const Invocation& invocation) {
  return !invocation.has("json") && invocation.isFirst();
}

results::Report measure(Workspace& workspace, const Invocation& invocation,
                        steps::RunOptions options, Resumable* resumable) {
  run::Progress progress(watched(invocation));
  progress.stage("Reading the headers of models", workspace.recipe().models.size());
  workspace.models().watch([&] { progress.advance(1, true); });
  workspace.models().openRepositories();
  const steps::Plan plan = steps::makePlan(workspace.tools(), workspace.models());
  workspace.models().watch({});
  progress.rest();
  sayNotes(workspace.models());
  checkBudget(invocation, plan);
  if (resumable != nullptr) {
    run::Facts facts = commonFacts(workspace.plugins(), workspace.models());
    facts.emplace_back("recipe", results::xxh3(workspace.recipe().text));
    options.crew = resumable->crew(facts, workspace.plugins());
    options.kept = resumable->said();
  }
  if (invocation.errand != nullptr && readsFromServers(workspace.models())) {
    invocation.errand->readsFromServers();
  }
  options.crew.progress = &progress;
  results::Results results = steps::execute(workspace.recipe(), plan, workspace.models(), options);
  progress.rest();
  progress.stage("Putting the report together");
  return outcome::reportOf(workspace.recipe(), workspace.models(), workspace.plugins(),
                           std::move(results), invocation.argv);
}

results::Report execute(Workspace& workspace, const Invocation& invocation,
                        const steps::RunOptions& options, const std::filesystem::path& out) {
  if (invocation.has("bundle") && invocation.ranks != nullptr) {
    throw inputError("--bundle", "needs all that is read, and each rank reads a part",
                     "run it once without mpirun");
  }
  std::optional<ResultsFolder> folder;
  if (invocation.isFirst() && !invocation.has("resume")) folder.emplace(out);
  Resumable resumable(invocation, out);
  Resumable* keeps = invocation.has("bundle") ? nullptr : &resumable;
  return resumably(resumable, [&] {
    results::Report made = measure(workspace, invocation, options, keeps);
    if (invocation.isFirst()) {
      run::Progress progress(watched(invocation));
      progress.stage("Writing the page");
      report::writeAll(out, made);
    }
    if (made.complete) resumable.finish();
    return made;
  });
}

report::TerminalView terminalView(const Invocation& invocation) {
  return {report::Paint::forTerminal(outputDescriptor()),
          outputColumns().value_or(report::kUsualWidth), invocation.has("verbose")};
}

void sayWhere(const std::filesystem::path& out) {
  output() << "Report: " << words::escapedText((out / "report.html").string(), 4096) << '\n';
}

std::set<evidence::Class> failOn(const Invocation& invocation) {
  std::vector<std::string> known;
  for (const evidence::Class klass : evidence::kAll<evidence::Class>) {
    if (klass != evidence::Class::several) known.emplace_back(evidence::name(klass));
  }
  std::set<evidence::Class> classes;
  for (const std::string& list : invocation.values("fail-on")) {
    std::vector<std::string> words = recipe::split(list.c_str(), ',');
    if (words.empty()) words.emplace_back();  // of a variable that is not set
    for (const std::string& word : words) {
      const auto klass = evidence::parse<evidence::Class>(word);
      if (klass && words::contains(known, word)) {
        classes.insert(*klass);
        continue;
      }
      const std::string near = recipe::didYouMean(word, known);
      throw inputError(
          "--fail-on", "there is no verdict '" + word + "'",
          near.empty() ? "write " + recipe::alternatives(known) : "did you mean '" + near + "'?");
    }
  }
  return classes;
}

void sayFailed(const std::string& a, const std::string& b, evidence::Class verdict,
               std::size_t more) {
  std::cerr << fmt::format("kindred: {} and {}: {}{}, so this call ends with 3 (--fail-on)\n",
                           words::escaped(a), words::escaped(b), evidence::name(verdict),
                           more == 0 ? "" : ", and " + words::counted(more, "other pair"));
}

ExitCode exitCode(const results::Report& report, const std::set<evidence::Class>& fail_on) {
  if (!report.complete) return kInterrupted;
  std::vector<const results::Pair*> failed;
  for (const results::Pair& pair : report.pairs) {
    if (results::hasControl(report, pair) || !fail_on.contains(pair.verdict.klass)) continue;
    failed.push_back(&pair);
  }
  std::uint64_t unlisted = 0;
  for (const results::Unlisted& some : report.unlisted) {
    if (fail_on.contains(some.klass)) unlisted += some.pairs;
  }
  if (!failed.empty()) {
    const results::Pair& first = *failed.front();
    sayFailed(first.a, first.b, first.verdict.klass, failed.size() - 1 + unlisted);
  } else if (unlisted > 0) {
    std::cerr << fmt::format(
        "kindred: {} that are not listed are of a class that --fail-on names, "
        "so this call ends with 3\n",
        words::counted(unlisted, "pair"));
  }
  const bool met = std::all_of(report.expectations.begin(), report.expectations.end(),
                               [](const results::ExpectationResult& e) { return e.met; });
  return met && failed.empty() && unlisted == 0 ? kDone : kUnmet;
}

ExitCode comparisonCode(const results::Report& report, const std::set<evidence::Class>& fail_on) {
  const auto pairs = results::pairsByClass(report);
  const bool testable = std::any_of(pairs.begin(), pairs.end(), [](const auto& of_class) {
    return of_class.first != evidence::Class::untestable && of_class.second > 0;
  });
  const ExitCode code = exitCode(report, fail_on);
  return testable || code != kDone ? code : kBadInput;
}

}  // namespace kindred::cli
