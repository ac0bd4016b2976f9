#include "fingerprint/prepared.hpp"

#include <algorithm>
#include <utility>

#include "evidence/levels.hpp"

namespace kindred::fingerprint {
namespace {

// Whatever the files are called.
bool areOfSameBytes(const Fingerprint& a, const Fingerprint& b) {
  const auto same = [](const FileRead& x, const FileRead& y) {
    return x.ranges == y.ranges && x.xxh3_128 == y.xxh3_128;
  };
  return !a.read.empty() && a.bytes == b.bytes &&
         std::equal(a.read.begin(), a.read.end(), b.read.begin(), b.read.end(), same);
}

bool isAmong(const std::vector<evidence::Unfair>& list, const Axis& gauge) {
  return std::any_of(list.begin(), list.end(),
                     [&](const evidence::Unfair& unfair) { return unfair.gauge == gauge; });
}

bool tellsSomething(const Tested& test) { return test.finding.log10_p <= evidence::kLog10Evidence; }

// The same test with the other's signs takes its place where it tells less.
void takeWeaker(PairTested& tested, const PairTested& turned) {
  for (Tested& test : tested.tests) {
    for (const Tested& other : turned.tests) {
      const bool same = other.finding.gauge == test.finding.gauge &&
                        other.finding.alignment == test.finding.alignment;
      if (same && other.finding.log10_p > test.finding.log10_p) test = other;
    }
  }
}

// Tests of what is fair in the other alone.
void takeFair(PairTested& tested, PairTested& turned) {
  for (Tested& test : turned.tests) {
    if (isAmong(tested.unfair, test.finding.gauge)) tested.tests.push_back(std::move(test));
  }
  std::erase_if(tested.unfair, [&](const evidence::Unfair& unfair) {
    return !isAmong(turned.unfair, unfair.gauge);
  });
}

}  // namespace

const Reference& Prepared::Part::reference() const {
  std::call_once(once_, [this] { reference_.emplace(print); });
  return *reference_;
}

PairTested Prepared::testsOf(const Part& part, const Part& other, double level) {
  PairTested tested = compare(part.reference(), other.print, level);
  const bool tells = std::any_of(tested.tests.begin(), tested.tests.end(), tellsSomething);
  if (tested.unfair.empty() && !tells) return tested;
  PairTested turned = compare(other.reference(), part.print, level);
  takeWeaker(tested, turned);
  takeFair(tested, turned);
  return tested;
}

Prepared::Prepared(const Fingerprint& print) {
  parts_.push_back(std::make_unique<Part>(print));
  for (const Fingerprint& other : print.others) parts_.push_back(std::make_unique<Part>(other));
}

Candidate Prepared::against(const Prepared& other, double level) const {
  const Fingerprint &a = print(), &b = other.print();
  Candidate candidate{a.model, b.model, {}};
  candidate.address = b.address;
  candidate.same_bytes = areOfSameBytes(a, b);
  const bool alone = parts_.size() == 1 && other.parts_.size() == 1;
  if (alone && a.component == b.component) {
    candidate.tested = testsOf(*parts_.front(), *other.parts_.front(), level);
    return candidate;
  }
  for (const auto& theirs : other.parts_) {
    for (const auto& part : parts_) {
      if (part->print.component != theirs->print.component) continue;
      candidate.components.push_back(
          {a.model, b.model, testsOf(*part, *theirs, level), theirs->print.component});
    }
  }
  return candidate;
}

}  // namespace kindred::fingerprint
