#include "comparer.hpp"

#include <algorithm>
#include <cmath>

#include <kindred/error.hpp>

#include <kindred/analysis/stats/multiplicity.hpp>

#include "align/session.hpp"
#include "evidence/levels.hpp"
#include "evidence/verdict.hpp"
#include "parallel.hpp"
#include "plugin/bind.hpp"
#include "plugin/registry.hpp"
#include "reading/open.hpp"
#include "run/weights.hpp"
#include "support/sources.hpp"

namespace kindred::calibration {
namespace {

// What a plain comparison runs; then exact tests that it runs when asked to.
constexpr const char* kPlainTests[] = {"sign-test",       "unit-matching", "residual-dims",
                                       "expert-matching", "head-matching", "tree-coins"};
constexpr const char* kFurtherTests[] = {"aligned-permutation"};
constexpr const char* kCalibratedTests[] = {"unit-invariants", "gram", "probe-match", "spectra"};
constexpr std::uint64_t kSeed = 7;  // of ties

// Weights refer to their model and its reading, profiles to their weights.
struct Loaded {
  plan::Model model;
  plan::WeightReading reading;
  std::unique_ptr<run::CheckpointWeights> weights;
  std::unique_ptr<ModelProfile> profile;
};

struct Test {
  std::string name;
  std::unique_ptr<MatrixTest> test;
};

void adjust(Compared& result) {
  if (result.findings.empty()) return;
  std::vector<double> p;
  for (const Finding& finding : result.findings) p.push_back(finding.log10_p);
  const std::vector<double> adjusted = stats::holm(p);
  const auto least = static_cast<std::size_t>(std::min_element(adjusted.begin(), adjusted.end()) -
                                              adjusted.begin());
  std::vector<evidence::Adjusted> entries;
  for (std::size_t i = 0; i < adjusted.size(); ++i) {
    entries.push_back({result.findings[i], adjusted[i]});
  }
  evidence::Coverage coverage;  // of bytes nothing is known here
  coverage.tensors_a = coverage.tensors_b = 1;
  const evidence::Verdict verdict = evidence::judge("a", "b", entries, coverage);
  result.klass = verdict.klass;
  result.start = verdict.start;
  result.log10_p = adjusted[least];
  result.most_telling = result.findings[least].test + " " + result.findings[least].gauge.name();
}

}  // namespace

struct Comparer::Parts {
  plugin::Registry registry{{KINDRED_PLUGIN_DIR}};
  formats::Formats formats{registry};
  models::ArchitectureRegistry architectures{std::filesystem::path(KINDRED_SOURCE_DIR) /
                                             "configs/architectures"};
  support::FolderSource source;
  std::unique_ptr<Aligner> aligner;
  std::vector<Test> plain, further, calibrated;
  std::vector<std::unique_ptr<Loaded>> models;
  align::SelfTests self_tests;

  Parts() {
    const plugin::Plugin& found = registry.load("aligner");
    aligner = found.makeAligner(plugin::bindParameters(found, {}).parameters);
    for (const char* name : kPlainTests) plain.push_back(test(name));
    for (const char* name : kFurtherTests) further.push_back(test(name));
    for (const char* name : kCalibratedTests) calibrated.push_back(test(name));
  }

  Test test(const std::string& name) {
    const plugin::Plugin& found = registry.load(name);
    return {name, found.makeMatrixTest(plugin::bindParameters(found, {}).parameters)};
  }

  std::unique_ptr<Loaded> load(const std::filesystem::path& folder, std::uint64_t budget) {
    auto loaded = std::make_unique<Loaded>();
    plan::Model& model = loaded->model;
    model.key = folder.filename().string();
    model.address = folder.string();
    model.source = &source;
    model.location = source.open(model.address);
    model.checkpoint = reading::openCheckpoint(model.key, source, *model.location, formats);
    model.architecture = architectures.recognise(model.checkpoint);
    if (model.architecture == nullptr) throw inputError(model.address, "unknown architecture");
    loaded->reading = plan::readingOf(model, budget == 0 ? plan::kDefaultRead : budget);
    loaded->weights = std::make_unique<run::CheckpointWeights>(model, loaded->reading);
    return loaded;
  }
};

bool Compared::aboveNoEvidence() const { return log10_p < evidence::kLog10Evidence; }

Comparer::Comparer(const std::vector<std::filesystem::path>& folders, std::uint64_t budget)
    : parts_(std::make_unique<Parts>()) {
  for (const auto& folder : folders) parts_->models.push_back(parts_->load(folder, budget));
  parallelFor(parts_->models.size(), [&](std::size_t i) {
    Loaded& loaded = *parts_->models[i];
    loaded.profile = parts_->aligner->profile(*loaded.weights);
  });
}

Comparer::~Comparer() = default;

const plan::Model& Comparer::model(std::size_t i) const { return parts_->models[i]->model; }

std::map<std::string, Finding> Comparer::scores(std::size_t a, std::size_t b) const {
  const ModelProfile &of_a = *parts_->models[a]->profile, &of_b = *parts_->models[b]->profile;
  const std::unique_ptr<PairAlignment> alignment = parts_->aligner->align(of_a, of_b);
  std::map<std::string, Finding> scores;
  for (const Test& test : parts_->calibrated) {
    align::SelfTests unused;
    align::Outcome made =
        align::runTests({{test.name, test.test.get()}}, {of_a, of_b, *alignment}, unused, kSeed);
    if (made.findings.empty() || std::isnan(made.findings.front().statistic)) continue;
    scores.emplace(test.name, std::move(made.findings.front()));
  }
  return scores;
}

Compared Comparer::compare(std::size_t a, std::size_t b) const {
  const ModelProfile* reference = parts_->models[a]->profile.get();
  const ModelProfile* other = parts_->models[b]->profile.get();
  if (!align::firstIsReference(*reference, *other)) std::swap(reference, other);
  const std::unique_ptr<PairAlignment> alignment = parts_->aligner->align(*reference, *other);
  std::unique_ptr<PairAlignment> exchanged;
  const align::Subjects subjects{*reference, *other, *alignment, [&]() -> PairAlignment& {
                                   if (!exchanged) {
                                     exchanged = parts_->aligner->align(*other, *reference);
                                   }
                                   return *exchanged;
                                 }};
  Compared result;
  result.models = {reference->weights().model(), other->weights().model()};
  const auto add = [&](const std::vector<Test>& tests) {
    std::vector<align::NamedTest> named;
    for (const Test& test : tests) named.push_back({test.name, test.test.get()});
    align::Outcome made = align::runTests(named, subjects, parts_->self_tests, kSeed);
    for (const align::Refusal& refusal : made.refusals) {
      if (refusal.unfair) result.unfair.emplace_back(name(refusal.gauge));
    }
    for (Finding& finding : made.findings) {
      if (finding.basis != Basis::describes) result.findings.push_back(std::move(finding));
    }
  };
  add(parts_->plain);
  adjust(result);
  add(parts_->further);
  return result;
}

}  // namespace kindred::calibration
