#include "support/alignment/comparison.hpp"

#include <algorithm>

#include "plugin/bind.hpp"
#include "plugin/registry.hpp"

namespace kindred::test {
namespace {

const plugin::Plugin& builtin(std::string_view name) {
  static plugin::Registry registry({KINDRED_PLUGIN_DIR});
  return registry.load(std::string(name));
}

Parameters defaults(const plugin::Plugin& plugin) {
  return plugin::bindParameters(plugin, {}).parameters;
}

}  // namespace

std::unique_ptr<MatrixTest> matrixTest(const std::string& name) {
  const plugin::Plugin& plugin = builtin(name);
  return plugin.makeMatrixTest(defaults(plugin));
}

std::unique_ptr<Aligner> aligner() {
  const plugin::Plugin& plugin = builtin("aligner");
  return plugin.makeAligner(defaults(plugin));
}

double Comparison::log10P(const std::string& gauge) const {
  double smallest = 0;
  for (const Finding& finding : outcome.findings) {
    if (finding.gauge == gauge) smallest = std::min(smallest, finding.log10_p);
  }
  return smallest;
}

const Finding* Comparison::find(const std::string& gauge) const {
  for (const Finding& finding : outcome.findings) {
    if (finding.gauge == gauge) return &finding;
  }
  return nullptr;
}

std::vector<Finding> scored(const std::string& test, const ModelWeights& a, const ModelWeights& b) {
  const std::unique_ptr<Aligner> aligner_ = aligner();
  const std::unique_ptr<ModelProfile> of_a = aligner_->profile(a), of_b = aligner_->profile(b);
  const std::unique_ptr<PairAlignment> alignment = aligner_->align(*of_a, *of_b);
  const std::unique_ptr<MatrixTest> made = matrixTest(test);
  std::vector<Finding> all;
  for (const GaugeUse& use : made->uses()) {
    for (Finding& finding : made->run({*of_a, *of_b, alignment->blindTo(use), use, 7})) {
      all.push_back(std::move(finding));
    }
  }
  return all;
}

Comparison compare(const std::vector<std::string>& tests, const ModelWeights& a,
                   const ModelWeights& b) {
  const std::unique_ptr<Aligner> aligner_ = aligner();
  Comparison comparison;
  comparison.a = aligner_->profile(a);
  comparison.b = aligner_->profile(b);
  const bool first = align::firstIsReference(*comparison.a, *comparison.b);
  comparison.reference = first ? comparison.a.get() : comparison.b.get();
  comparison.other = first ? comparison.b.get() : comparison.a.get();
  comparison.alignment = aligner_->align(*comparison.reference, *comparison.other);
  std::vector<std::unique_ptr<MatrixTest>> made;
  std::vector<align::NamedTest> named;
  for (const std::string& test : tests) {
    made.push_back(matrixTest(test));
    named.push_back({test, made.back().get()});
  }
  align::SelfTests self_tests;
  comparison.outcome = align::runTests(
      named,
      {*comparison.reference, *comparison.other, *comparison.alignment,
       [&]() -> PairAlignment& {
         comparison.exchanged = aligner_->align(*comparison.other, *comparison.reference);
         return *comparison.exchanged;
       }},
      self_tests, 7);
  return comparison;
}

}  // namespace kindred::test
