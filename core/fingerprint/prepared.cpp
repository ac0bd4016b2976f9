#include "fingerprint/prepared.hpp"

#include <algorithm>
#include <utility>

namespace kindred::fingerprint {
namespace {

PairTested testsOf(const Reference& reference, const Fingerprint& other, double level) {
  PairTested tested = compare(reference, other, level);
  if (tested.unfair.empty()) return tested;
  const Reference of_other(other);
  PairTested turned = compare(of_other, reference.print(), level);
  const auto among = [](const std::vector<evidence::Unfair>& list, const Axis& gauge) {
    return std::any_of(list.begin(), list.end(),
                       [&](const evidence::Unfair& unfair) { return unfair.gauge == gauge; });
  };
  for (Tested& test : turned.tests) {
    if (among(tested.unfair, test.finding.gauge)) tested.tests.push_back(std::move(test));
  }
  std::erase_if(tested.unfair, [&](const evidence::Unfair& unfair) {
    return !among(turned.unfair, unfair.gauge);
  });
  return tested;
}

// Whatever the files are called.
bool areOfSameBytes(const Fingerprint& a, const Fingerprint& b) {
  const auto same = [](const FileRead& x, const FileRead& y) {
    return x.ranges == y.ranges && x.xxh3_128 == y.xxh3_128;
  };
  return !a.read.empty() && a.bytes == b.bytes &&
         std::equal(a.read.begin(), a.read.end(), b.read.begin(), b.read.end(), same);
}

}  // namespace

Prepared::Prepared(const Fingerprint& print) {
  parts_.emplace_back(print);
  for (const Fingerprint& other : print.others) parts_.emplace_back(other);
}

Candidate Prepared::against(const Fingerprint& other, double level) const {
  Candidate candidate{print().model, other.model, {}};
  candidate.address = other.address;
  candidate.same_bytes = areOfSameBytes(print(), other);
  const bool alone = parts_.size() == 1 && other.others.empty();
  if (alone && print().component == other.component) {
    candidate.tested = testsOf(parts_.front(), other, level);
    return candidate;
  }
  addParts(other, level, candidate);
  for (const Fingerprint& part : other.others) addParts(part, level, candidate);
  return candidate;
}

void Prepared::addParts(const Fingerprint& other, double level, Candidate& candidate) const {
  for (const Reference& part : parts_) {
    if (part.print().component != other.component) continue;
    candidate.components.push_back(
        {candidate.of, candidate.model, testsOf(part, other, level), other.component});
  }
}

}  // namespace kindred::fingerprint
