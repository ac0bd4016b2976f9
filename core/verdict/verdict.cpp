#include "verdict/verdict.hpp"

#include <cmath>

#include <fmt/format.h>

namespace kindred::verdict {
namespace {

std::string rejected(const std::string& a, const std::string& b, const Adjusted& best) {
  return fmt::format(
      "The hypothesis that the tested tensors of {} and {} were trained from independent random "
      "initialisations is rejected: p <= 10^{:.1f}, adjusted for all tests of this run ({}, axis "
      "{}, {} units; null: {}; assumes: {}). Explanations compatible with this: either model "
      "trained from the other, a common ancestor, a merge component, a shared initialisation. "
      "Direction and intent are not tested.",
      a, b, std::ceil(best.log10_p * 10) / 10, best.finding.test, best.finding.gauge,
      best.finding.units, best.finding.null, best.finding.assumptions);
}

}  // namespace

Verdict judge(const std::string& a, const std::string& b, const std::vector<Adjusted>& findings) {
  const Adjusted* best = nullptr;
  for (const Adjusted& entry : findings) {
    if (!entry.finding.decides) continue;
    if (best == nullptr || entry.log10_p < best->log10_p) best = &entry;
  }
  Verdict verdict;
  if (best == nullptr) {
    verdict.klass = "inconclusive";
    verdict.sentence = fmt::format(
        "No test that decides was run on {} and {}: similarities are described, and none of them "
        "says by itself whether weights are shared.",
        a, b);
    verdict.power = "not stated: nothing was tested";
    return verdict;
  }
  verdict.log10_p = best->log10_p;
  if (best->log10_p <= kLog10Level) {
    verdict.klass = "shared-weights";
    verdict.sentence = rejected(a, b, *best);
    verdict.power = "not needed: the null hypothesis is rejected";
    return verdict;
  }
  verdict.klass = "no-evidence";
  verdict.sentence = fmt::format(
      "No evidence of shared weights in the tested tensors of {} and {}. This does not show that "
      "they are independent: distillation and parts that were retrained or not tested would not be "
      "seen.",
      a, b);
  const auto power = best->finding.details.find("detectable_rho");
  verdict.power =
      power == best->finding.details.end()
          ? "not computed for the tests of this run"
          : fmt::format("a row correlation of {:.4f} would have been detected with 99 % probability",
                        power->second);
  return verdict;
}

}  // namespace kindred::verdict
