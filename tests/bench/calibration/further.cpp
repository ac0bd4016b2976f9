#include "further.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include <kindred/random.hpp>

#include "fingerprint/judge.hpp"
#include "fingerprint/make.hpp"
#include "parallel.hpp"

namespace kindred::calibration {
namespace {

constexpr std::size_t kControls = 13;
constexpr std::size_t kDraws = 400;
constexpr std::uint64_t kAll = std::uint64_t{1} << 40;  // bytes: everything

using Scores = std::map<std::pair<std::size_t, std::size_t>, std::map<std::string, Finding>>;

// Of every two of the models.
Scores scoresOf(const Comparer& comparer, const std::vector<std::size_t>& models) {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t i = 0; i < models.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) pairs.push_back(std::minmax(models[i], models[j]));
  }
  std::vector<std::map<std::string, Finding>> made(pairs.size());
  parallelFor(pairs.size(),
              [&](std::size_t p) { made[p] = comparer.scores(pairs[p].first, pairs[p].second); });
  Scores scores;
  for (std::size_t p = 0; p < pairs.size(); ++p) scores[pairs[p]] = std::move(made[p]);
  return scores;
}

// The pair's rank among all pairs of it and its controls, by the rule of the calibrated tests.
void addRank(const Scores& scores, std::span<const std::size_t> set, const std::string& test,
             CalibratedTally::Row& row) {
  const auto scoreOf = [&](std::size_t i, std::size_t j) -> const Finding* {
    const auto& of_pair = scores.at(std::minmax(set[i], set[j]));
    const auto found = of_pair.find(test);
    return found == of_pair.end() ? nullptr : &found->second;
  };
  const Finding* own = scoreOf(0, 1);
  if (own == nullptr) return;
  double above = 1, count = 1, least = own->statistic, most = -1e300;
  least = 1e300;
  for (std::size_t i = 0; i < set.size(); ++i) {
    for (std::size_t j = std::max<std::size_t>(i + 1, i == 0 ? 2 : 0); j < set.size(); ++j) {
      const Finding* other = scoreOf(i, j);
      if (other == nullptr) continue;
      ++count;
      above += other->statistic >= own->statistic;
      least = std::min(least, other->statistic);
      most = std::max(most, other->statistic);
    }
  }
  const double p = above / count;
  ++row.pairs;
  row.at_5 += p <= 0.05;
  row.at_1 += p <= 0.01;
  const bool clear = own->statistic - most > std::max(most - least, 1e-12);
  const bool large = own->beyond_strangers && own->statistic >= *own->beyond_strangers;
  row.accused += p <= 0.01 && clear && large;
}

}  // namespace

Prints::Prints(const Comparer& comparer, std::size_t count) : prints_(count) {
  parallelFor(count, [&](std::size_t i) {
    prints_[i] = fingerprint::make(comparer.model(i), fingerprint::kUsual, kAll);
  });
  for (const fingerprint::Fingerprint& print : prints_) references_.emplace_back(print);
}

Compared Prints::compare(std::size_t a, std::size_t b) const {
  std::vector<fingerprint::Candidate> made(1);
  made.front().of = prints_[a].model;
  made.front().model = prints_[b].model;
  made.front().tested = fingerprint::compare(references_[a], prints_[b], fingerprint::levelOf(1));
  fingerprint::judge(made);
  Compared result;
  result.models = {prints_[a].model, prints_[b].model};
  for (const fingerprint::Tested& test : made.front().tested.tests) {
    result.findings.push_back(test.finding);
  }
  result.log10_p = made.front().verdict.log10_p;
  result.klass = made.front().verdict.klass;
  return result;
}

void addCalibrated(const Comparer& comparer, const std::vector<std::size_t>& of_recipe,
                   const std::vector<std::size_t>& others,
                   std::map<std::string, CalibratedTally>& tallies) {
  std::vector<std::size_t> all = of_recipe;
  all.insert(all.end(), others.begin(), others.end());
  const Scores scores = scoresOf(comparer, all);
  Random random(13);
  for (std::size_t draw = 0; draw < kDraws; ++draw) {
    std::vector<std::size_t> set = of_recipe, pair = others;
    random.shuffle(std::span(set));
    random.shuffle(std::span(pair));
    if (set.size() < kControls + 2 || pair.size() < 2) return;
    set.resize(kControls + 2);
    for (const char* test : {"unit-invariants", "gram", "probe-match", "spectra"}) {
      addRank(scores, set, test, tallies[test].alike);
      std::vector<std::size_t> mixed = set;
      mixed[0] = pair[0];
      mixed[1] = pair[1];
      addRank(scores, mixed, test, tallies[test].other);
    }
  }
}

}  // namespace kindred::calibration
