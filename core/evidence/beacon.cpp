#include "evidence/beacon.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "evidence/levels.hpp"

namespace kindred::evidence {
namespace {

// Deciding tests of whole models have a reference, whose signs or order they rest on.
bool decidesByRows(const Finding& finding) {
  return (finding.basis == Basis::exact || finding.basis == Basis::unverified) &&
         !finding.reference.empty();
}

// Tensors of unknown families are matched by content, from their first rows on.
bool isForeseen(const Adjusted& entry) {
  const bool by_content = entry.finding.basis == Basis::unverified;
  return !entry.drawn && (by_content || decidesByRows(entry.finding));
}

// The drawn finding that tells most; null: none could have told anything.
const Adjusted* bestDrawn(const std::vector<Adjusted>& findings) {
  const Adjusted* best = nullptr;
  for (const Adjusted& entry : findings) {
    if (!entry.drawn || !decidesByRows(entry.finding)) continue;
    if (entry.finding.log10_p_floor > kLog10Evidence) continue;
    if (best == nullptr || entry.log10_p < best->log10_p) best = &entry;
  }
  return best;
}

// Drawn rows of a weak copy may miss the level of evidence; above this they say the contrary.
constexpr double kLog10Contradicts = -2;

// Axes on which foreseen rows reject and drawn ones, which could, show nothing.
std::string contradicted(const std::vector<Adjusted>& findings) {
  std::map<std::string, double> foreseen, drawn;  // the smallest p of each axis
  for (const Adjusted& entry : findings) {
    if (!decidesByRows(entry.finding) || entry.finding.log10_p_floor > kLog10Evidence) continue;
    const auto at = (entry.drawn ? drawn : foreseen).emplace(entry.finding.gauge.name(), 0).first;
    at->second = std::min(at->second, entry.log10_p);
  }
  std::string axes;
  for (const auto& [axis, log10_p] : foreseen) {
    const auto found = drawn.find(axis);
    if (log10_p > kLog10Evidence || found == drawn.end()) continue;
    if (found->second > kLog10Contradicts) axes += (axes.empty() ? "" : ", ") + axis;
  }
  return axes;
}

// Of what does not lie along the stream, which is read whole wherever it is a vector.
bool rejectsUnits(const std::vector<Adjusted>& findings, bool drawn) {
  return std::any_of(findings.begin(), findings.end(), [&](const Adjusted& entry) {
    return entry.drawn == drawn && decidesByRows(entry.finding) && !isOfTheStream(entry.finding) &&
           rejects(entry.finding, entry.log10_p);
  });
}

std::string pOf(const Adjusted& entry) {
  return fmt::format("p <= 10^{:.1f}, {}, axis {}", std::ceil(entry.log10_p * 10) / 10,
                     entry.finding.test, entry.finding.gauge.name());
}

std::string ofDrawn(const Adjusted& best) {
  return fmt::format("Of rows and layers that the beacon drew: {}.", pOf(best));
}

Verdict said(Verdict verdict, const std::string& beacon) {
  verdict.beacon = beacon;
  verdict.sentence += " " + beacon;
  return verdict;
}

}  // namespace

bool anyDrawn(const std::vector<Adjusted>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Adjusted& entry) { return entry.drawn; });
}

std::vector<Adjusted> unforeseen(const std::vector<Adjusted>& findings) {
  std::vector<Adjusted> left;
  std::copy_if(findings.begin(), findings.end(), std::back_inserter(left),
               [](const Adjusted& entry) { return !isForeseen(entry); });
  return left;
}

namespace {

// What rows that could be foreseen show and drawn ones do not.
Verdict inPart(Verdict all, const Verdict& left) {
  all.klass = Class::partial;
  all.power = left.power;
  all.sentence = "Shared in part at most. " + all.sentence;
  return all;
}

}  // namespace

Verdict weaker(Verdict all, const Verdict& left, const std::vector<Adjusted>& findings,
               const Undrawn& undrawn) {
  constexpr const char* kPlanted =
      "rows that were planted where a run is known to read first look like this.";
  const bool alone = isRelated(all.klass) && !isRelated(left.klass);  // by what was foreseen
  if (!undrawn.reason.empty()) {
    const std::string nothing = fmt::format("The beacon drew nothing: {}.", undrawn.reason);
    if (!alone || !undrawn.needed) return said(std::move(all), nothing);
    return said(inPart(std::move(all), left),
                fmt::format("{} What is shown was read where anybody could know it: {}", nothing,
                            kPlanted));
  }
  const Adjusted* best = bestDrawn(findings);
  if (best == nullptr) {
    const std::string nothing =
        "Rows that the beacon drew decided nothing: too few of them can be tested.";
    if (!alone) return said(std::move(all), nothing);
    return said(inPart(std::move(all), left),
                fmt::format("{} What is shown was read where anybody could know it: {}", nothing,
                            kPlanted));
  }
  const bool rejected = rejects(best->finding, best->log10_p);
  if (!isRelated(all.klass)) {
    return said(std::move(all), ofDrawn(*best));
  }
  const std::string_view drawn =
      "Rows and layers that the beacon drew, which nobody could predict when the files were fixed,";
  if (alone) {
    return said(inPart(std::move(all), left),
                fmt::format("{} do not show it ({}): {}", drawn, pOf(*best), kPlanted));
  }
  const std::string axes = contradicted(findings);
  if (all.klass == Class::shared_weights && !axes.empty()) {
    return said(inPart(std::move(all), left),
                fmt::format("{} do not show it on every axis on which foreseen ones do (not on "
                            "{}): {}",
                            drawn, axes, kPlanted));
  }
  if (all.klass == Class::shared_weights && rejectsUnits(findings, false) &&
      !rejectsUnits(findings, true)) {
    return said(inPart(std::move(all), left),
                fmt::format("{} show it along the residual stream alone: {}", drawn, kPlanted));
  }
  const bool less = left.klass == Class::partial && all.klass != Class::partial;
  Verdict verdict = std::move(all);
  if (less) verdict = left;
  if (!rejected) return said(std::move(verdict), ofDrawn(*best));  // equal bytes need no rows
  return said(std::move(verdict), fmt::format("{} show it by themselves: {}.", drawn, pOf(*best)));
}

}  // namespace kindred::evidence
