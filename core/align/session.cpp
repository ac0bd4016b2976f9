#include "align/session.hpp"

#include <optional>
#include <utility>

#include "align/certificates.hpp"

namespace kindred::align {
namespace {

bool isAsymmetric(const ModelWeights& weights) {
  for (const Place& place : weights.mlps()) {
    if (!weights.asymmetry(role::kUp, place).empty()) return true;
  }
  return false;
}

}  // namespace

bool firstIsReference(const ModelProfile& a, const ModelProfile& b) {
  const bool a_asymmetric = isAsymmetric(a.weights()), b_asymmetric = isAsymmetric(b.weights());
  if (a_asymmetric != b_asymmetric) return b_asymmetric;
  return a.doubling().share <= b.doubling().share;
}

Outcome runTests(const std::vector<NamedTest>& tests, const ModelProfile& a, const ModelProfile& b,
                 PairAlignment& alignment, std::uint64_t seed) {
  Outcome outcome;
  for (const NamedTest& named : tests) {
    for (const GaugeUse& use : named.test->uses()) {
      // What controls calibrate needs no symmetry: the alignment is as free on their pairs.
      const bool exact = !named.test->calibrated();
      if (const auto reason = exact ? notGranted(a.weights(), use) : std::nullopt) {
        outcome.refusals.push_back({named.name, use.gauge, *reason});
        continue;
      }
      const Alignment& blind = alignment.blindTo(use);
      if (const auto reason = exact ? notBlind(a.weights(), use, blind) : std::nullopt) {
        outcome.refusals.push_back({named.name, use.gauge, *reason});
        continue;
      }
      for (Finding& finding : named.test->run({a, b, blind, use, seed})) {
        finding.test = named.name;
        finding.gauge = use.gauge;
        // What controls calibrate describes until they have done so.
        finding.basis = exact ? Basis::exact : Basis::describes;
        finding.alignment = describe(blind);
        addAssignments(finding, blind);
        outcome.findings.push_back(std::move(finding));
      }
    }
  }
  return outcome;
}

}  // namespace kindred::align
