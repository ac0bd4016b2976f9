// kindred compare: writes the recipe that answers the question for two models (or every pair of a
// folder), and runs it.
#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <set>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "cli/bundled.hpp"
#include "cli/commands.hpp"
#include "cli/compare_fingerprints.hpp"
#include "cli/compared.hpp"
#include "cli/comparison_recipe.hpp"
#include "cli/dates.hpp"
#include "cli/dry_run.hpp"
#include "cli/execute.hpp"
#include "cli/out_folder.hpp"
#include "cli/output.hpp"
#include "plan/pairing.hpp"
#include "plugin/installation.hpp"
#include "report/family_summary.hpp"
#include "report/terminal.hpp"
#include "results/files.hpp"
#include "results/write.hpp"
#include "words/names.hpp"
#include "yaml/document.hpp"

namespace kindred::cli {
namespace {

namespace fs = std::filesystem;

constexpr Option kCompareOptions[] = {
    {"all", "DIR|LIST",
     "compare every pair of the models in a folder, of a text file with one a line, or of all "
     "that are named"},
    {"control", "MODEL", "a model known to be unrelated, for tests that controls calibrate", true},
    {"deep", nullptr, "read up to a gigabyte of each model, and hash remote ones"},
    {"max-bytes", "BYTES", "weights that tests read of each model (default: 64MB, deep 1GB)"},
    kBeacon,
    {"check-null", nullptr,
     "draw the reference's signs anew 99 times: p of tests of signs has to come out uniform"},
    {"dry-run", nullptr, "say what would be read and about how long it takes, from headers alone"},
    {"dates", "FILE", "when models were published, a name and a day a line: roots for trees"},
    {"out", "DIR", "where the results go (default: out/compare)"},
    kForce,
    kResume,
    kFailOn,
    kJobs,
    kPluginPath,
    kOffline,
    kCacheSize,
    kBundle,
    kVerbose,
    kJson,
};

// A recipe.yaml that is there may be anybody's.
constexpr auto kCompareFiles = [] {
  std::array<const char*, std::size(kRunFiles) + 1> files{};
  std::copy(std::begin(kRunFiles), std::end(kRunFiles), files.begin());
  files.back() = "recipe.yaml";
  return files;
}();

constexpr std::size_t kMost = 10'000;  // models of one call

void pin(ModelArgument& model, const Location& location) {
  if (const std::string pinned = location.pinned(); !pinned.empty()) model.address = pinned;
  model.endpoint = location.endpoint();
}

// What branches and the environment meant in this run, so that the recipe means it for ever.
void pin(std::vector<ModelArgument>& models, plan::Models& opened) {
  opened.openRepositories();
  for (ModelArgument& model : models) {
    const plan::Repository& repository = opened.repository(model.key);
    pin(model, *repository.location);
    for (ModelArgument& adapter : model.adapter) pin(adapter, *repository.adapter);
  }
}

// Whoever names a relative as a control hoped for more than this run can say.
void sayRelatedControls(const results::Report& report) {
  for (const results::Pair& pair : report.pairs) {
    if (!results::hasControl(report, pair) || !evidence::isRelated(pair.verdict.klass)) continue;
    const bool first = results::isControl(report, pair.a);
    std::cerr << fmt::format(
        "kindred: --control '{}' shares weights with '{}', so it is left out of the controls (name "
        "a model known to be unrelated)\n",
        words::escaped(first ? pair.a : pair.b), words::escaped(first ? pair.b : pair.a));
  }
}

int sayPlan(Workspace& workspace, bool json, unsigned threads, std::size_t width) {
  const auto began = std::chrono::steady_clock::now();
  workspace.models().openRepositories();
  const steps::Plan plan = steps::makePlan(workspace.tools(), workspace.models());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  const Spent spent{took.count(), threads};
  sayNotes(workspace.models());
  output() << (json ? dryRunJson(plan, workspace.models(), spent)
                    : dryRunText(plan, workspace.models(), spent, width));
  return kDone;
}

steps::Checked checkedRecipe(const std::string& text, const std::string& file) {
  steps::Checked checked = steps::parse(text, file);
  checked.recipe.made = true;
  return checked;
}

Asked askedBy(const Invocation& invocation) {
  Asked asked{invocation.has("deep"), 0, beaconOf(invocation), invocation.has("check-null")};
  asked.most = invocation.bytes("max-bytes", asked.deep ? 1'000'000'000 : plan::kDefaultRead);
  if (asked.most == 0) {
    throw inputError("--max-bytes", "with 0 bytes nothing could be tested",
                     "write 64MB, 1.5GB or 256MiB");
  }
  return asked;
}

int compareVerb(const Invocation& invocation) {
  const steps::RunOptions options = runOptions(invocation);
  const std::set<evidence::Class> fail_on = failOn(invocation);
  const Asked asked = askedBy(invocation);
  plugin::Registry registry(plugin::pluginFolders(invocation.values("plugin-path")));
  Compared compared = comparedModels(invocation, registry);
  std::optional<OutFolder> folder;
  if (!invocation.has("dry-run")) folder.emplace(invocation, "out/compare", kCompareFiles);
  const fs::path out = folder ? folder->path() : fs::path("out/compare");
  if (hasFingerprint(compared)) return compareFingerprints(invocation, compared, out);
  if (invocation.has("dates")) readDates(invocation.value("dates"), compared.models);
  std::string why;
  std::string text = comparisonRecipe(compared, asked, why);
  if (text.size() > yaml::kLargestFile) {
    throw inputError(
        "", fmt::format("{} models make more pairs than one recipe holds", compared.models.size()),
        "compare fewer models at a time, or their fingerprints");
  }
  Keeping keeping(invocation);
  const std::string file = (out / "recipe.yaml").string();
  auto workspace = std::make_unique<Workspace>(checkedRecipe(text, file), invocation);
  if (!workspace->good()) return kBadInput;
  if (invocation.has("all")) {
    why = leaveOutUnreadable(compared, workspace->models(), invocation.value("all"));
  }
  if (!why.empty()) {
    text = comparisonRecipe(compared, asked, why);
    workspace = std::make_unique<Workspace>(checkedRecipe(text, file), invocation);
    if (!workspace->good()) return kBadInput;
  }
  if (invocation.has("dry-run")) {
    return sayPlan(*workspace, invocation.has("json"), options.threads,
                   terminalView(invocation).width);
  }
  pin(compared.models, workspace->models());
  text = comparisonRecipe(compared, asked, why);
  if (keeping.asked()) {  // under the addresses by which the bundle will be asked for them
    workspace = std::make_unique<Workspace>(checkedRecipe(text, file), invocation, &keeping);
    if (!workspace->good()) return kBadInput;
  } else {
    workspace->rewrite(text);
  }
  Invocation unbounded = invocation;  // here --max-bytes bounds what tests read
  unbounded.options.erase("max-bytes");
  const results::Report made = execute(*workspace, unbounded, options, out);
  if (invocation.isFirst()) results::writeAtomically(out / "recipe.yaml", text);
  if (invocation.has("json")) {
    output() << results::reportJson(made);
  } else if (invocation.has("all")) {
    output() << report::familySummary(made, terminalView(invocation).width);
    sayWhere(out);
  } else {
    report::TerminalView view = terminalView(invocation);
    view.measured = false;  // the tests' own; what they come to is in the answer
    output() << report::terminalSummary(made, view);
    sayWhere(out);
  }
  if (invocation.isFirst()) sayRelatedControls(made);
  keeping.finish(workspace->recipe(), made, invocation.has("json"));
  return comparisonCode(made, fail_on);
}

}  // namespace

const Command kCompareCommand{"compare",   "A B", "Say whether two models share weights",
                              0,           kMost, kCompareOptions,
                              compareVerb, true,  true};

}  // namespace kindred::cli
