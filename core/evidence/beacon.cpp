#include "evidence/beacon.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <string>
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
               [](const Adjusted& entry) { return entry.drawn || !decidesByRows(entry.finding); });
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

Verdict weaker(Verdict all, const Verdict& left, const std::vector<Adjusted>& findings) {
  const Adjusted* best = bestDrawn(findings);
  if (best == nullptr) {
    return said(std::move(all),
                "Rows that the beacon drew decided nothing: too few of them can be tested.");
  }
  const bool rejected = rejects(best->finding, best->log10_p);
  if (!isRelated(all.klass)) {
    return said(std::move(all), ofDrawn(*best));
  }
  if (!isRelated(left.klass)) {
    return said(inPart(std::move(all), left),
                fmt::format("Rows and layers that the beacon drew, which nobody could predict when "
                            "the files were fixed, do not show it ({}): rows that were planted "
                            "where a run is known to read first look like this.",
                            pOf(*best)));
  }
  const std::string axes = contradicted(findings);
  if (all.klass == Class::shared_weights && !axes.empty()) {
    return said(inPart(std::move(all), left),
                fmt::format("Rows and layers that the beacon drew, which nobody could predict when "
                            "the files were fixed, do not show it on every axis on which foreseen "
                            "ones do (not on {}): rows that were planted where a run is known to "
                            "read first look like this.",
                            axes));
  }
  const bool less = left.klass == Class::partial && all.klass != Class::partial;
  Verdict verdict = less ? left : std::move(all);
  if (!rejected) return said(std::move(verdict), ofDrawn(*best));  // equal bytes need no rows
  return said(std::move(verdict),
              fmt::format("Rows and layers that the beacon drew, which nobody could predict when "
                          "the files were fixed, show it by themselves: {}.",
                          pOf(*best)));
}

}  // namespace kindred::evidence
