#include "cli/fingerprint_pairs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "cli/unsaved.hpp"
#include "fingerprint/prepared.hpp"
#include "run/interrupt.hpp"
#include "run/units.hpp"

namespace kindred::cli {
namespace {

using evidence::Class;
using fingerprint::Candidate;
using fingerprint::Fingerprint;
using fingerprint::Prepared;

constexpr std::size_t kMostListed = 20'000;  // pairs; of more, relatives alone are held in memory
constexpr std::size_t kNearest = 10;         // relatives of a model, where not all are listed

// What of a pair outlives its comparison.
struct Seen {
  Class klass = Class::not_run;
  double detectable_rho = 1;
  std::optional<Candidate> whole;  // of many pairs that of relatives alone
};

// With the finding that tells most, of each component.
void trim(Candidate& candidate) {
  std::vector<fingerprint::Tested>& tests = candidate.tested.tests;
  const auto best = std::min_element(tests.begin(), tests.end(), [](const auto& x, const auto& y) {
    return x.log10_p_adjusted < y.log10_p_adjusted;
  });
  if (best != tests.end()) {
    std::swap(tests.front(), *best);
    tests.erase(tests.begin() + 1, tests.end());
  }
  for (Candidate& part : candidate.components) trim(part);
}

// Each fingerprint against all that follow, a row at a time: `look` at each pair [any-thread], then
// `take` each in their order.
template <class Look, class Take>
void eachPair(const std::vector<Fingerprint>& prints, double level,
              const steps::RunOptions& options, Look look, Take take) {
  std::vector<std::unique_ptr<Prepared>> prepared;
  for (const Fingerprint& print : prints) prepared.push_back(std::make_unique<Prepared>(print));
  const std::size_t count = prints.size();
  run::Units<std::vector<Seen>> units = unsaved<std::vector<Seen>>();
  units.stage = "models";
  units.count = count - 1;
  units.threads = options.threads;
  units.name = [&](std::size_t i) { return prints[i].model; };
  units.cost = [&](std::size_t i) { return count - 1 - i; };
  units.compute = [&](std::size_t i) {
    std::vector<Seen> row;
    for (std::size_t j = i + 1; j < count && !run::interrupted(); ++j) {
      row.push_back(look(prepared[i]->against(*prepared[j], level)));
    }
    return row;
  };
  units.consume = [&](std::size_t i, std::vector<Seen>&& row) {
    row.resize(count - 1 - i);
    for (std::size_t k = 0; k < row.size(); ++k) take(i, i + 1 + k, std::move(row[k]));
  };
  for (std::size_t i = run::perform(options.crew, units); i < units.count; ++i) {
    units.consume(i, {});
  }
}

results::Relations unknown(const std::vector<Fingerprint>& prints) {
  std::vector<std::string> keys;
  for (const Fingerprint& print : prints) keys.push_back(print.model);
  return results::Relations(std::move(keys));
}

FingerprintPairs listAll(const std::vector<Fingerprint>& prints, std::size_t pairs,
                         const steps::RunOptions& options) {
  FingerprintPairs made{{}, {}, unknown(prints)};
  eachPair(
      prints, fingerprint::levelOf(pairs), options,
      [](Candidate&& candidate) {
        return Seen{Class::inconclusive, 1, std::move(candidate)};
      },
      [&](std::size_t i, std::size_t j, Seen&& seen) {
        if (!seen.whole) {
          seen.whole.emplace(Candidate{prints[i].model, prints[j].model, {}});
          seen.whole->ran = false;
        }
        made.told.push_back(*std::move(seen.whole));
      });
  fingerprint::judge(made.told);
  for (const Candidate& pair : made.told) {
    made.relations.set(pair.of, pair.model, results::knownBy(pair.verdict.klass));
  }
  return made;
}

// Of each model the relatives whose rows are nearest to its own.
class Nearest {
 public:
  explicit Nearest(std::size_t models) : of_(models) {}

  void add(std::size_t i, std::size_t j, Candidate&& candidate) {
    const double far = std::numeric_limits<double>::infinity();
    const double distance = candidate.distance ? candidate.distance->value : far;
    const auto pair = std::make_shared<Pair>(Pair{{i, j}, distance, std::move(candidate)});
    for (const std::size_t model : {i, j}) {
      auto& list = of_[model];
      const auto place =
          std::upper_bound(list.begin(), list.end(), distance,
                           [](double value, const auto& other) { return value < other->distance; });
      list.insert(place, pair);
      if (list.size() > kNearest) list.pop_back();
    }
  }

  std::vector<Candidate> take() {
    std::map<std::pair<std::size_t, std::size_t>, std::shared_ptr<Pair>> kept;
    for (const auto& list : of_) {
      for (const auto& pair : list) kept.emplace(pair->models, pair);
    }
    of_.clear();
    std::vector<Candidate> candidates;
    for (auto& [_, pair] : kept) candidates.push_back(std::move(pair->candidate));
    return candidates;
  }

 private:
  struct Pair {
    std::pair<std::size_t, std::size_t> models;
    double distance = 0;
    Candidate candidate;
  };
  std::vector<std::vector<std::shared_ptr<Pair>>> of_;
};

FingerprintPairs listNearest(const std::vector<Fingerprint>& prints, std::size_t pairs,
                             const steps::RunOptions& options) {
  std::size_t components = 1;
  for (const Fingerprint& print : prints)
    components = std::max(components, 1 + print.others.size());
  FingerprintPairs made{{}, {}, unknown(prints)};
  Nearest nearest(prints.size());
  std::map<Class, results::Unlisted> counts;
  eachPair(
      prints, fingerprint::levelOf(pairs, components), options,
      [&](Candidate&& candidate) {
        fingerprint::judgeOneOf(pairs, components, candidate);
        Seen seen{candidate.verdict.klass, candidate.detectable_rho.value_or(1), {}};
        if (evidence::isRelated(seen.klass)) {
          trim(candidate);
          seen.whole = std::move(candidate);
        }
        return seen;
      },
      [&](std::size_t i, std::size_t j, Seen&& seen) {
        results::Unlisted& count = counts[seen.klass];
        ++count.pairs;
        made.relations.set(i, j, results::knownBy(seen.klass));
        if (seen.klass == Class::no_evidence) {
          count.detectable_rho = std::fmax(count.detectable_rho, seen.detectable_rho);
        }
        if (seen.whole) nearest.add(i, j, *std::move(seen.whole));
      });
  made.told = nearest.take();
  for (const Candidate& pair : made.told) --counts[pair.verdict.klass].pairs;
  for (auto& [klass, count] : counts) {
    count.klass = klass;
    if (count.pairs > 0) made.unlisted.push_back(count);
  }
  return made;
}

}  // namespace

FingerprintPairs compareAll(const std::vector<Fingerprint>& prints,
                            const steps::RunOptions& options) {
  const std::size_t pairs = prints.size() * (prints.size() - 1) / 2;
  return pairs > kMostListed ? listNearest(prints, pairs, options)
                             : listAll(prints, pairs, options);
}

}  // namespace kindred::cli
