// kindred compare: writes the recipe that answers the question for two models (or every pair of a
// folder), and runs it.
#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <set>
#include <span>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <kindred/error.hpp>

#include "cli/bundled.hpp"
#include "cli/commands.hpp"
#include "cli/compare_fingerprints.hpp"
#include "cli/dates.hpp"
#include "cli/dry_run.hpp"
#include "cli/execute.hpp"
#include "cli/listed.hpp"
#include "cli/model_argument.hpp"
#include "cli/open_models.hpp"
#include "cli/out_folder.hpp"
#include "cli/output.hpp"
#include "formats/formats.hpp"
#include "plan/pairing.hpp"
#include "plugin/installation.hpp"
#include "report/family_summary.hpp"
#include "report/terminal.hpp"
#include "results/files.hpp"
#include "results/write.hpp"
#include "words/names.hpp"
#include "words/near.hpp"
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

// Exact tests on whole models, each on every gauge that the architecture grants.
constexpr const char* kTests[] = {"sign-test",       "unit-matching", "residual-dims",
                                  "expert-matching", "head-matching", "tree-coins"};

// Tests whose null is made by controls, for what no exact test can see.
constexpr const char* kCalibrated[] = {"unit-invariants", "gram", "probe-match", "spectra"};

// What corresponds in relatives; told of two models, not of a whole folder.
constexpr const char* kDescribing[] = {"characterise"};

constexpr std::size_t kLongestReason = 2000;
constexpr std::size_t kMost = 10'000;  // models of one call

bool isWeights(const fs::path& file, const formats::Formats& formats) {
  const std::string name = file.filename().string();
  return std::any_of(
      formats.all().begin(), formats.all().end(),
      [&](const formats::UsableFormat& format) { return format.use(name).claim != Claim::none; });
}

// Whether a folder holds weights, or is a model's in the Hub's local cache.
bool looksLikeModel(const fs::path& folder, const formats::Formats& formats) {
  std::error_code problem;
  if (folder.filename().string().starts_with("models--") &&
      fs::is_directory(folder / "snapshots", problem)) {
    return true;
  }
  return std::any_of(
      fs::directory_iterator(folder, problem), fs::directory_iterator(),
      [&](const fs::directory_entry& file) { return isWeights(file.path(), formats); });
}

void sayLeftOut(const std::string& what, const std::string& why) {
  std::cerr << fmt::format("kindred: {} is left out: {}\n", words::escapedText(what),
                           words::escapedText(why, kLongestReason));
}

std::vector<ModelArgument> inList(const fs::path& list) {
  std::vector<ModelArgument> models = listed(list);
  if (models.size() >= 2) return models;
  throw inputError(list.string(), "fewer than two models are in this list",
                   "write a folder, a file or a name of the Hub a line");
}

std::vector<ModelArgument> inFolder(const fs::path& folder, const formats::Formats& formats) {
  std::error_code problem;
  if (!fs::exists(folder, problem)) {
    const std::string near = words::nearPath(folder.string());
    throw inputError(folder.string(), "there is no such folder",
                     near.empty() ? "name a folder of models" : "did you mean '" + near + "'?");
  }
  if (!fs::is_directory(folder, problem)) {
    throw inputError(folder.string(), "is neither a folder of models nor a list of them",
                     "name a folder, or a text file (.txt or .list) with a model a line");
  }
  std::vector<std::string> paths = looseModels(folder), others;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    if (!entry.is_directory()) continue;
    (looksLikeModel(entry.path(), formats) ? paths : others).push_back(entry.path().string());
  }
  std::sort(others.begin(), others.end());
  for (const std::string& path : others) {
    sayLeftOut(path, "there are no weights in it");
  }
  if (problem) throw inputError(folder.string(), problem.message());
  if (paths.size() < 2) {
    throw inputError(
        folder.string(), "fewer than two models are in this folder",
        "each model is a sub-folder with weights, or a file of them; " + formats.listed());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<ModelArgument> models;
  for (const std::string& path : paths) models.push_back(modelArgument("file:" + path));
  return models;
}

// What the options ask of the tests.
struct Asked {
  bool deep = false;
  std::uint64_t most = 0;  // bytes of each model
  std::string beacon;      // empty: none is given
  bool check_null = false;
};

// The steps for every pair of subjects, and of each subject with each control.
class RecipeWriter {
 public:
  // `why`: what the run cannot tell, for readers; empty: nothing is said, as of a beacon.
  RecipeWriter(const std::vector<ModelArgument>& models, std::size_t controls, const Asked& asked,
               const std::string& why)
      : models_(models), subjects_(models.size() - controls), deep_(asked.deep) {
    const std::uint64_t most = asked.most;
    // An eighth settles most pairs of relatives.
    read_ = most >= 8 ? fmt::format("[{}, {}]", most / 8, most) : std::to_string(most);
    text_ = "kindred: 1\ntitle: " + title() +
            "\nquestion: \"Do the weights of one descend from the other's, or were they trained "
            "independently?\"\n" +
            (why.empty() ? "" : "why: " + nlohmann::json(why).dump() + "\n") +
            (asked.beacon.empty() ? "" : "beacon: " + nlohmann::json(asked.beacon).dump() + "\n") +
            (asked.check_null ? "check-null: 99\n" : "") + recipeHead(models, controls) +
            "steps:\n";
    for (std::size_t i = 0; i < subjects_; ++i) {
      for (std::size_t j = i + 1; j < models.size(); ++j) bytes(models[i], models[j]);
    }
    for (std::size_t i = 0; i < subjects_; ++i) {
      for (std::size_t j = i + 1; j < models.size(); ++j) tests(kTests, models[i], models[j]);
    }
    for (std::size_t i = 0; controls > 0 && i < subjects_; ++i) {
      for (std::size_t j = i + 1; j < subjects_; ++j) tests(kCalibrated, models[i], models[j]);
    }
    if (subjects_ == 2) tests(kDescribing, models[0], models[1]);
    for (std::size_t i = 0; i < subjects_; ++i) {
      for (std::size_t j = i + 1; j < models.size(); ++j) byContent(models[i], models[j]);
    }
  }

  const std::string& text() const { return text_; }

 private:
  std::string title() const {
    if (subjects_ == 2) return "\"" + models_[0].key + " and " + models_[1].key + "\"";
    return "\"Every pair of " + std::to_string(subjects_) + " models\"";
  }

  static std::string pair(const ModelArgument& a, const ModelArgument& b) {
    return "compare: [\"" + a.key + "\", \"" + b.key + "\"]";
  }

  static bool isLocal(const ModelArgument& model) {
    return model.plugin == "local-mmap" &&
           std::all_of(model.adapter.begin(), model.adapter.end(), isLocal);
  }

  // Whole files: cheap on a disk, not over a network.
  void bytes(const ModelArgument& a, const ModelArgument& b) {
    const bool local = isLocal(a) && isLocal(b);
    if (!local && !deep_) return;
    text_ += "  - {name: bytes-" + std::to_string(++number_) + ", " + pair(a, b) +
             ", pair: content, metrics: [byte-hash]}\n";
    text_ += "  - {name: plain-" + std::to_string(number_) + ", " + pair(a, b) +
             ", pair: counterparts, metrics: [cosine]}\n";
  }

  void tests(std::span<const char* const> list, const ModelArgument& a, const ModelArgument& b) {
    for (const char* test : list) {
      text_ += std::string("  - {name: ") + test + "-" + std::to_string(++number_) + ", " +
               pair(a, b) + ", test: {plugin: " + test + "}, read: " + read_ + "}\n";
    }
  }

  // Reads nothing where the families of both are known.
  void byContent(const ModelArgument& a, const ModelArgument& b) {
    text_ += "  - {name: order-matching-" + std::to_string(++number_) + ", " + pair(a, b) +
             ", pair: content, test: {plugin: order-matching}, read: " + read_ + "}\n";
  }

  const std::vector<ModelArgument>& models_;
  std::size_t subjects_;
  bool deep_;
  std::string read_;  // stages of bytes
  std::string text_;
  std::size_t number_ = 0;
};

// What a shell makes of "models/*": models, and files and folders that are none.
std::vector<ModelArgument> among(const std::vector<std::string>& names,
                                 const formats::Formats& formats) {
  std::vector<ModelArgument> models;
  std::error_code problem;
  for (const std::string& name : names) {
    if (fs::is_directory(name, problem) && !looksLikeModel(name, formats)) {
      sayLeftOut(name, "there are no weights in it");
    } else if (fs::is_regular_file(name, problem) && !isWeights(name, formats)) {
      sayLeftOut(name, "it is no file of weights");
    } else {
      models.push_back(modelArgument(name));
    }
  }
  if (models.size() >= 2) return models;
  throw inputError("--all", "fewer than two models are named",
                   "name models, or a folder or list of them");
}

std::vector<ModelArgument> namedModels(const Invocation& invocation) {
  std::vector<std::string> names = invocation.positional;
  if (invocation.has("all")) {
    const std::string all = invocation.value("all");
    if (names.empty() && namesList(all)) return inList(all);
    plugin::Registry registry(plugin::pluginFolders(invocation.values("plugin-path")));
    const formats::Formats formats(registry);
    if (names.empty()) return inFolder(all, formats);
    names.insert(names.begin(), all);
    return among(names, formats);
  }
  if (names.size() != 2) {
    throw inputError("", "kindred compare takes two models, or --all and a folder, list or models",
                     names.size() > 2 ? "--all before them compares every pair" : "");
  }
  return {modelArgument(names[0]), modelArgument(names[1])};
}

bool isSame(const ModelArgument& a, const ModelArgument& b) {
  const auto place = [](const ModelArgument& model) {
    return std::tie(model.plugin, model.endpoint, model.root, model.address);
  };
  return place(a) == place(b) && a.adapter.empty() && b.adapter.empty();
}

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

// Takes out of a folder's models those that can't be read, and says of each why: for whoever looks
// on, and in a sentence for the report. The last `controls` are not the folder's.
std::string leaveOutUnreadable(std::vector<ModelArgument>& models, std::size_t controls,
                               plan::Models& opened, const std::string& folder) {
  const std::size_t count = models.size() - controls;
  std::vector<ModelArgument> left;
  std::string sentence;
  for (std::size_t i = 0; i < models.size(); ++i) {
    std::string why;
    try {
      if (i < count && opened.model(models[i].key).checkpoint.tensors().empty()) {
        why = "it holds no tensor";
        sayLeftOut(models[i].key, why);
      }
    } catch (const Error& error) {
      if (error.category() != Category::input) throw;
      why = error.message();  // reports name no folder of this machine
      sayLeftOut(models[i].key, error.what());
    }
    if (why.empty()) {
      left.push_back(std::move(models[i]));
    } else {
      sentence +=
          fmt::format("{}'{}' is left out, for it can't be read: {}.", sentence.empty() ? "" : " ",
                      models[i].key, words::escapedText(why, kLongestReason));
    }
  }
  if (left.size() < controls + 2) {
    throw inputError(folder, "fewer than two of its models can be read",
                     "fetch those again that are left out");
  }
  models = std::move(left);
  return sentence;
}

// A comparison in which nothing could be compared is no quiet success.
ExitCode verdictCode(const results::Report& report, const std::set<evidence::Class>& fail_on) {
  const bool testable =
      std::any_of(report.pairs.begin(), report.pairs.end(), [&](const auto& pair) {
        return !results::hasControl(report, pair) &&
               pair.verdict.klass != evidence::Class::untestable;
      });
  const ExitCode code = exitCode(report, fail_on);
  return testable || code != kDone ? code : kBadInput;
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

steps::Checked madeRecipe(const RecipeWriter& writer, const std::string& file) {
  steps::Checked checked = steps::parse(writer.text(), file);
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
  if (comparesFingerprints(invocation)) {
    for (const char* of_weights : {"beacon", "check-null"}) {
      if (!invocation.has(of_weights)) continue;
      throw inputError(std::string("--") + of_weights,
                       "looks at weights, and one of the two is a fingerprint",
                       "compare the models themselves");
    }
    if (!invocation.has("bundle")) return compareFingerprints(invocation);
    throw inputError("--bundle",
                     "keeps what is read of models, and one of the two is a fingerprint",
                     "a fingerprint is a file that can be sent itself");
  }
  const steps::RunOptions options = runOptions(invocation);
  const std::set<evidence::Class> fail_on = failOn(invocation);
  const Asked asked = askedBy(invocation);
  std::vector<ModelArgument> models = namedModels(invocation);
  const std::vector<std::string> controls = invocation.values("control");
  const std::size_t subjects = models.size();
  for (const std::string& text : controls) {
    ModelArgument control = modelArgument(text);
    const bool compared =
        std::any_of(models.begin(), models.begin() + static_cast<std::ptrdiff_t>(subjects),
                    [&](const ModelArgument& model) { return isSame(model, control); });
    if (compared) {
      throw inputError("--control " + words::escaped(text), "is compared itself",
                       "a control is another model, known to be unrelated to those compared");
    }
    models.push_back(std::move(control));
  }
  makeKeysDistinct(models);
  plugin::Registry registry(plugin::pluginFolders(invocation.values("plugin-path")));
  checkSources(models, registry);
  if (invocation.has("dates")) readDates(invocation.value("dates"), models);

  const fs::path out = invocation.has("dry-run")
                           ? fs::path("out/compare")
                           : outFolder(invocation, "out/compare", kCompareFiles);
  std::string why;
  const RecipeWriter writer(models, controls.size(), asked, why);
  if (writer.text().size() > yaml::kLargestFile) {
    throw inputError("",
                     fmt::format("{} models make more pairs than one recipe holds", models.size()),
                     "compare fewer models at a time");
  }
  Keeping keeping(invocation);
  const std::string file = (out / "recipe.yaml").string();
  auto workspace = std::make_unique<Workspace>(madeRecipe(writer, file), invocation);
  if (!workspace->good()) return kBadInput;
  if (invocation.has("all")) {
    why = leaveOutUnreadable(models, controls.size(), workspace->models(), invocation.value("all"));
  }
  if (!why.empty()) {
    const RecipeWriter of_the_rest(models, controls.size(), asked, why);
    workspace = std::make_unique<Workspace>(madeRecipe(of_the_rest, file), invocation);
    if (!workspace->good()) return kBadInput;
  }
  if (invocation.has("dry-run")) {
    return sayPlan(*workspace, invocation.has("json"), options.threads,
                   terminalView(invocation).width);
  }
  pin(models, workspace->models());
  const RecipeWriter pinned(models, controls.size(), asked, why);
  if (keeping.asked()) {  // under the addresses by which the bundle will be asked for them
    workspace = std::make_unique<Workspace>(madeRecipe(pinned, file), invocation, &keeping);
    if (!workspace->good()) return kBadInput;
  } else {
    workspace->rewrite(pinned.text());
  }
  Invocation unbounded = invocation;  // here --max-bytes bounds what tests read
  unbounded.options.erase("max-bytes");
  const results::Report made = execute(*workspace, unbounded, options, out);
  if (invocation.isFirst()) results::writeAtomically(out / "recipe.yaml", pinned.text());
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
  keeping.finish(workspace->recipe(), made, invocation.has("json"));
  return verdictCode(made, fail_on);
}

}  // namespace

const Command kCompareCommand{"compare",   "A B", "Say whether two models share weights",
                              0,           kMost, kCompareOptions,
                              compareVerb, true,  true};

}  // namespace kindred::cli
