#include "fingerprint/judge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <kindred/analysis/stats/log_space.hpp>
#include <kindred/analysis/stats/multiplicity.hpp>
#include <kindred/analysis/stats/tails.hpp>

#include "evidence/levels.hpp"

namespace kindred::fingerprint {
namespace {

constexpr double kTests = 9;          // of one candidate at most
constexpr double kLog10OfLayer = -2;  // from which a layer has evidence of its own, of all layers

double twoSidedP(std::uint64_t coins, std::uint64_t heads) {
  return stats::twoSided(stats::binomialTail(coins, heads),
                         stats::binomialTail(coins, coins - heads));
}

// Layers with evidence of their own, and what all others come to.
struct Layers {
  double with = 0, all = 0;
  std::uint64_t other_coins = 0, other_heads = 0;

  explicit Layers(const Finding& finding) {
    all = static_cast<double>(finding.by_layer.size());
    for (const LayerCoins& layer : finding.by_layer) {
      if (twoSidedP(layer.coins, layer.heads) + std::log10(all) <= kLog10OfLayer) {
        ++with;
      } else {
        other_coins += layer.coins;
        other_heads += layer.heads;
      }
    }
  }
  double share() const { return all == 0 ? 0 : with / all; }
  // Some layers are clear, and the others together show nothing though they are half of all.
  bool apart() const {
    return with > 0 && 2 * with <= all && twoSidedP(other_coins, other_heads) > kLog10OfLayer;
  }
};

void sayPartial(const Layers& layers, Candidate& candidate) {
  candidate.verdict.klass = evidence::Class::partial;
  candidate.verdict.sentence =
      fmt::format(
          "Shared in part: {:.0f} of {:.0f} layers have evidence of their own, and the "
          "others together show none. ",
          layers.with, layers.all) +
      candidate.verdict.sentence;
}

// Of tests that tell something the one that tossed in most layers, else the best: rows may all have
// been paired with those of the few layers that are shared.
const Tested& widest(const std::vector<Tested>& tests, const Tested& best) {
  const Tested* widest = &best;
  for (const Tested& tested : tests) {
    if (tested.log10_p_adjusted <= evidence::kLog10Evidence &&
        tested.finding.by_layer.size() > widest->finding.by_layer.size()) {
      widest = &tested;
    }
  }
  return *widest;
}

void decide(Candidate& candidate) {
  std::vector<evidence::Adjusted> findings;
  const Tested* best = nullptr;
  double least = std::numeric_limits<double>::infinity();
  for (const Tested& tested : candidate.tested.tests) {
    findings.push_back({tested.finding, tested.log10_p_adjusted});
    if (tested.finding.detectable_rho) {
      candidate.detectable_rho =
          std::min(candidate.detectable_rho.value_or(1.0), *tested.finding.detectable_rho);
    }
    // Of tests that tell nothing, the one with the most coins.
    const double value =
        std::min(tested.log10_p_adjusted, -1e-9 * static_cast<double>(tested.finding.units));
    if (value >= least) continue;
    least = value;
    best = &tested;
  }
  evidence::Coverage coverage;
  coverage.tensors_a = coverage.understood_a = 1;
  coverage.ran = candidate.ran ? evidence::Ran::whole : evidence::Ran::not_at_all;
  const std::string part = candidate.component.empty() ? "" : " (" + candidate.component + ")";
  candidate.verdict = evidence::judge(candidate.of + part, candidate.model + part, findings,
                                      coverage, candidate.tested.unfair);
  if (best == nullptr) return;
  const Layers layers(widest(candidate.tested.tests, *best).finding);
  if (layers.all > 0) candidate.breadth = layers.share();
  candidate.distance = best->distance;
  candidate.best = best->finding.alignment;
  if (candidate.verdict.klass == evidence::Class::shared_weights && layers.apart()) {
    sayPartial(layers, candidate);
  }
}

// What is said of two models by what is said of their components: the most telling one's verdict,
// and `partial` where nothing was found of another that could be tested.
void join(Candidate& candidate) {
  std::vector<std::string> shared, apart;
  const Candidate* lead = &candidate.components.front();
  for (const Candidate& part : candidate.components) {
    const bool related = evidence::isRelated(part.verdict.klass);
    if (related) shared.push_back(part.component);
    if (part.verdict.klass == evidence::Class::no_evidence) apart.push_back(part.component);
    if (part.verdict.log10_p < lead->verdict.log10_p) lead = &part;
    if (part.detectable_rho) {
      candidate.detectable_rho =
          std::max(candidate.detectable_rho.value_or(0), *part.detectable_rho);
    }
  }
  candidate.verdict = lead->verdict;
  candidate.breadth = lead->breadth;
  candidate.distance = lead->distance;
  candidate.best = lead->best;
  if (shared.empty() || apart.empty()) return;
  candidate.verdict.klass = evidence::Class::partial;
  candidate.verdict.sentence =
      fmt::format("Shared in part: {}; of {} no evidence of shared weights was found. ",
                  fmt::join(shared, ", "), fmt::join(apart, ", ")) +
      candidate.verdict.sentence;
}

// What is said of the whole, once its components are judged.
void conclude(Candidate& candidate) {
  if (!candidate.components.empty()) join(candidate);
  if (candidate.same_bytes && evidence::isRelated(candidate.verdict.klass)) {
    candidate.verdict.sentence = std::string(kSameBytes) + " " + candidate.verdict.sentence;
  }
}

// The comparisons that stand behind a candidate: it itself, or its components.
template <class Work>
void eachTested(Candidate& candidate, Work work) {
  if (candidate.components.empty()) work(candidate);
  for (Candidate& part : candidate.components) work(part);
}

// What trying all tests costs, of so many components each.
double log10Tests(std::size_t candidates, std::size_t components) {
  const auto atLeastOne = [](std::size_t n) {
    return static_cast<double>(std::max<std::size_t>(n, 1));
  };
  return std::log10(kTests * atLeastOne(candidates) * atLeastOne(components));
}

}  // namespace

double levelOf(std::size_t candidates, std::size_t components) {
  return evidence::kLog10Evidence - log10Tests(candidates, components);
}

void judgeOneOf(std::size_t candidates, std::size_t components, Candidate& candidate) {
  const double cost = log10Tests(candidates, components);
  eachTested(candidate, [&](Candidate& tested) {
    for (Tested& test : tested.tested.tests) {
      test.log10_p_adjusted = std::min(0.0, test.finding.log10_p + cost);
    }
    decide(tested);
  });
  conclude(candidate);
}

void judge(std::vector<Candidate>& candidates) {
  std::vector<double> all;
  for (Candidate& candidate : candidates) {
    eachTested(candidate, [&](const Candidate& part) {
      for (const Tested& tested : part.tested.tests) all.push_back(tested.finding.log10_p);
    });
  }
  // Who ends a run where the answer pleases gains nothing: what was left counts as tested in vain.
  const auto left = std::count_if(candidates.begin(), candidates.end(),
                                  [](const Candidate& candidate) { return !candidate.ran; });
  all.resize(all.size() + static_cast<std::size_t>(kTests) * static_cast<std::size_t>(left), 0.0);
  const std::vector<double> adjusted = stats::holm(all);
  auto next = adjusted.begin();
  for (Candidate& candidate : candidates) {
    eachTested(candidate, [&](Candidate& part) {
      for (Tested& tested : part.tested.tests) tested.log10_p_adjusted = *next++;
      decide(part);
    });
    conclude(candidate);
  }
}

void sortNearestFirst(std::vector<Candidate>& candidates) {
  const auto key = [](const Candidate& candidate) {
    const auto far = std::numeric_limits<double>::infinity();
    return std::tuple(!evidence::isRelated(candidate.verdict.klass),
                      candidate.distance ? candidate.distance->value : far,
                      candidate.verdict.log10_p);
  };
  std::stable_sort(candidates.begin(), candidates.end(),
                   [&](const Candidate& x, const Candidate& y) { return key(x) < key(y); });
}

}  // namespace kindred::fingerprint
