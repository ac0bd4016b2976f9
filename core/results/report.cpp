#include "results/report.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace kindred::results {

const char* name(Role role) {
  switch (role) {
    case Role::subject:
      return "subject";
    case Role::control:
      return "control";
  }
  return "";
}

const char* name(Made made) {
  switch (made) {
    case Made::unknown:
      return "unknown";
    case Made::coded:
      return "coded";
    case Made::adapted:
      return "adapted";
  }
  return "";
}

bool isControl(const Report& report, const std::string& model) {
  return std::any_of(report.models.begin(), report.models.end(),
                     [&](const Model& m) { return m.key == model && m.role == Role::control; });
}

bool hasControl(const Report& report, const Pair& pair) {
  return isControl(report, pair.a) || isControl(report, pair.b);
}

std::map<evidence::Class, std::uint64_t> pairsByClass(const Report& report) {
  std::map<evidence::Class, std::uint64_t> counts;
  for (const Pair& pair : report.pairs) {
    if (!hasControl(report, pair)) ++counts[pair.verdict.klass];
  }
  for (const Unlisted& some : report.unlisted) counts[some.klass] += some.pairs;
  return counts;
}

std::uint64_t pairsAsked(const Report& report) {
  std::uint64_t all = 0;
  for (const auto& [_, count] : pairsByClass(report)) all += count;
  return all;
}

const Pair* onlyPair(const Report& report) {
  if (pairsAsked(report) != 1) return nullptr;
  const auto found = std::find_if(report.pairs.begin(), report.pairs.end(),
                                  [&](const Pair& pair) { return !hasControl(report, pair); });
  return found == report.pairs.end() ? nullptr : &*found;
}

evidence::Verdict overall(const Report& report) {
  const std::uint64_t asked = pairsAsked(report);
  if (const Pair* only = onlyPair(report)) return only->verdict;
  evidence::Verdict verdict;
  verdict.klass = asked == 0 ? evidence::Class::inconclusive : evidence::Class::several;
  verdict.sentence = asked == 0
                         ? "No two models were compared that are no controls."
                         : fmt::format("{} pairs of models were compared: see pairs.", asked);
  verdict.power = "see pairs";
  return verdict;
}

bool isOf(const Pair& pair, const std::string& model_a, const std::string& model_b) {
  return (pair.a == model_a && pair.b == model_b) || (pair.a == model_b && pair.b == model_a);
}

bool isOnlyMeasured(const Report& report, const Pair& pair) {
  const auto of_pair = [&](const auto& entry) { return isOf(pair, entry.model_a, entry.model_b); };
  return pair.verdict.klass == evidence::Class::untestable &&
         std::none_of(report.refused.begin(), report.refused.end(), of_pair) &&
         std::none_of(report.findings.begin(), report.findings.end(), [&](const auto& row) {
           return row.finding.basis != Basis::describes && of_pair(row);
         });
}

}  // namespace kindred::results
