#include "fingerprint/compare.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include <kindred/analysis/align/bands.hpp>
#include <kindred/analysis/align/coins.hpp>
#include <kindred/analysis/align/likeness.hpp>
#include <kindred/analysis/stats/log_space.hpp>
#include <kindred/analysis/stats/power.hpp>
#include <kindred/analysis/stats/tails.hpp>
#include <kindred/model_weights.hpp>

#include "fingerprint/grams.hpp"
#include "fingerprint/layers.hpp"
#include "fingerprint/streams.hpp"
#include "fingerprint/toss.hpp"

namespace kindred::fingerprint {
namespace {

constexpr std::size_t kFewestTokens = 64;  // that both must have
constexpr std::uint32_t kFewestOfBand = 16;
// Noise changes which units are the largest of a layer and which of their cosines are extreme: of
// rotated copies without shared tokens those of 0.995 were all found, of 0.96 hardly any.
constexpr double kGramsPair = 0.99;
constexpr double kLatticeError = 0.5;  // times the root of the width: as sign-test has it

// The most alike rows, up to sign, of a layer that does not belong to the row.
std::vector<RowsPaired> elsewhere(const std::vector<RowsPaired>& pairs,
                                  std::span<const Layer> layers,
                                  const std::vector<std::int32_t>& layer, const Alike& alike) {
  constexpr std::size_t kMost = 256;
  std::vector<RowsPaired> others;
  if (layers.size() < 2) return others;
  const std::size_t step = std::max<std::size_t>(1, pairs.size() / kMost);
  std::vector<float> values;
  for (std::size_t k = 0; k < pairs.size(); k += step) {
    const auto own = std::find_if(layers.begin(), layers.end(), [&](const Layer& candidate) {
      return candidate.number == layer[pairs[k].a];
    });
    const Layer& other = own + 1 == layers.end() ? layers.front() : *(own + 1);
    values.resize(other.last - other.first);
    alike(pairs[k].b, other.first, values);
    std::size_t best = 0;
    for (std::size_t i = 1; i < values.size(); ++i) {
      if (std::abs(values[i]) > std::abs(values[best])) best = i;
    }
    others.push_back({other.first + best, pairs[k].b});
  }
  return others;
}

// Random rows of `width` whose cosines are told by so many bits behave as rows of this width.
std::uint64_t widthOf(std::uint64_t width, std::size_t words) {
  if (words == 0 || width == 0) return 1;
  const double variance = 1 / static_cast<double>(width) +
                          std::numbers::pi * std::numbers::pi / 4 / static_cast<double>(64 * words);
  return static_cast<std::uint64_t>(std::max(1.0, 1 / variance));
}

// Rows of one layer, part and number in both.
std::vector<RowsPaired> likeNumbered(const Rows& a, const Rows& b) {
  std::map<std::tuple<std::int32_t, std::int32_t, std::int32_t>, std::size_t> places;
  for (std::size_t i = 0; i < a.count(); ++i) {
    places.try_emplace({a.layer[i], a.part[i], a.number[i]}, i);
  }
  std::vector<RowsPaired> pairs;
  for (std::size_t j = 0; j < b.count(); ++j) {
    const auto found = places.find({b.layer[j], b.part[j], b.number[j]});
    if (found == places.end()) continue;
    pairs.push_back({found->second, j});
    places.erase(found);
  }
  return pairs;
}

std::size_t words(const Sketches& a, const Sketches& b) {
  return std::min(a.wordsEach(), b.wordsEach());
}

Alike alikeBy(const Sketches& a, const Sketches& b) {
  return [&a, &b, n = words(a, b)](std::size_t j, std::size_t first, std::span<float> into) {
    agreements(b.row(j), a.row(first), a.wordsEach(), into.size(), n, into.data());
  };
}

Cosine cosineBy(const Sketches& a, const Sketches& b) {
  return [&a, &b, n = words(a, b)](std::size_t i, std::size_t j) {
    return cosine(a.row(i), b.row(j), n);
  };
}

// Where both fingerprints' tokens are: numbers of those that both have.
struct SharedTokens {
  std::vector<std::uint32_t> a, b;
  bool all = false;  // both have the same

  static SharedTokens of(const Fingerprint& a, const Fingerprint& b) {
    SharedTokens shared;
    shared.all = a.tokens == b.tokens;
    for (std::uint32_t i = 0, j = 0; i < a.tokens.size() && j < b.tokens.size();) {
      if (a.tokens[i] == b.tokens[j]) {
        shared.a.push_back(i++);
        shared.b.push_back(j++);
      } else {
        ++(a.tokens[i] < b.tokens[j] ? i : j);
      }
    }
    return shared;
  }
};

// Sketches by the shared tokens alone, or as they are where these are all.
class Shared {
 public:
  Shared(const Sketches& sketches, const std::vector<std::uint32_t>& bits, bool all)
      : made_(all || sketches.bits == 0 ? Sketches{} : chosenBits(sketches, bits)),
        used_(all ? &sketches : &made_) {}
  const Sketches& get() const { return *used_; }

 private:
  Sketches made_;
  const Sketches* used_;
};

class Comparison {
 public:
  Comparison(const Reference& a, const Fingerprint& b, double level)
      : a_(a.print()), b_(b), reference_(a), level_(level), tokens_(SharedTokens::of(a_, b)) {}

  PairTested run() {
    if (mayToss(Gauge::value_dim)) {
      tossRows({Gauge::value_dim, role::kValue, "",
                "each value row and its columns of the attention output", ""},
               a_.values, b_.values, reference_.values());
    }
    if (mayToss(Gauge::mlp_unit)) {
      tossBands();
      tossRows({Gauge::mlp_unit, role::kUp, role::kGate,
                "the up row and down column of each MLP unit", ""},
               a_.units, b_.units, reference_.units());
      tossGrams();
    }
    const bool maps = a_.maps.count() > 0 && b_.maps.count() > 0;
    if (maps && mayToss(Gauge::residual_dim)) tossMaps();
    tellGains();
    return std::move(made_);
  }

 private:
  bool mayToss(Gauge gauge) {
    const std::string why = reference_.refused(gauge);
    if (!why.empty()) made_.unfair.push_back({gauge, why});
    return why.empty();
  }

  // In order, by tokens, and by rows.
  void tossRows(Way way, const Rows& a, const Rows& b, const Coinage& coinage) {
    if (a.count() == 0 || b.count() == 0) return;
    const auto of_a = layersOf(a.layer), of_b = layersOf(b.layer);
    const bool either = way.paired_by.empty();
    const auto toss = [&](const char* how, const Alike& alike, const Sketches& own_a,
                          const Sketches& own_b) {
      way.how = how;
      const std::vector<RowsPaired> pairs = nearest(of_a, of_b, either, alike);
      std::optional<std::vector<RowsPaired>> others;
      if (either) others = elsewhere(pairs, of_a, a.layer, alike);
      add(way,
          Toss(pairs, a.layer, coinage, threshold(way.gauge), cosineBy(own_a, own_b),
               std::move(others), widthOf(a_.hidden, words(own_a, own_b))),
          most(of_a));
    };
    const bool comparable = a_.hidden == b_.hidden && words(a.own, b.own) > 0;
    if (comparable) {
      Way in_order = way;
      in_order.in_place = true;
      in_order.paired_by = kItsPlace;
      in_order.how = "rows of one layer, part and number";
      add(in_order,
          Toss(likeNumbered(a, b), a.layer, coinage, threshold(way.gauge), cosineBy(a.own, b.own)),
          1);
    }
    if (tokens_.a.size() >= kFewestTokens && a.own_tokens.bits > 0 && b.own_tokens.bits > 0) {
      const Shared own_a(a.own_tokens, tokens_.a, tokens_.all),
          own_b(b.own_tokens, tokens_.b, tokens_.all),
          by_a(a.pairing_tokens, tokens_.a, tokens_.all),
          by_b(b.pairing_tokens, tokens_.b, tokens_.all);
      const auto alike =
          either ? alikeBy(own_a.get(), own_b.get()) : alikeBy(by_a.get(), by_b.get());
      if (either || words(by_a.get(), by_b.get()) > 0) {
        way.rotated = true;
        toss(either ? "sizes of the products with the embeddings of shared tokens"
                    : "products of gates with the embeddings of shared tokens",
             alike, own_a.get(), own_b.get());
        way.rotated = false;
      }
    }
    if (comparable && (either || words(a.pairing, b.pairing) > 0)) {
      const auto alike = either ? alikeBy(a.own, b.own) : alikeBy(a.pairing, b.pairing);
      toss(either ? "sizes of cosines" : "gate rows", alike, a.own, b.own);
    }
  }

  void tossBands() {
    const Bands &a = a_.bands, &b = b_.bands;
    const std::size_t width = std::min(a.width, b.width);
    if (a_.hidden != b_.hidden || width < kFewestOfBand || a.count() == 0 || b.count() == 0) return;
    const std::vector<float> by_a = inverseLengths(a, width), by_b = inverseLengths(b, width);
    const auto of_a = layersOf(a.layer), of_b = layersOf(b.layer);
    std::vector<std::int32_t> products(most(of_a));
    const Alike alike = [&](std::size_t j, std::size_t first, std::span<float> into) {
      innerProducts(b.values.data() + j * b.width, a.values.data() + first * a.width, a.width,
                    into.size(), width, products.data());
      for (std::size_t i = 0; i < into.size(); ++i) {
        into[i] = static_cast<float>(products[i]) * (by_a[first + i] * by_b[j]);
      }
    };
    const auto dot = [&](std::size_t i, std::size_t j) {
      float cosine = 0;
      alike(j, i, {&cosine, 1});
      return cosine;
    };
    const auto pairs = nearest(of_a, of_b, true, alike);
    const Way way{Gauge::mlp_unit, role::kDown, "",
                  "the up row and down column of each MLP unit, seen in the first rows of the "
                  "down matrix,",
                  "sizes of cosines"};
    add(way,
        Toss(pairs, a.layer, reference_.bands(), threshold(way.gauge), dot,
             elsewhere(pairs, of_a, a.layer, alike), width),
        most(of_a));
  }

  void tossGrams() {
    const GramPairs paired(a_, b_);
    if (paired.pairs().empty()) return;
    Way way{Gauge::mlp_unit, role::kUp, role::kGate, "the up row and down column of each MLP unit",
            "cosines of gates inside their layers"};
    way.rotated = true;
    way.least = kGramsPair;
    std::vector<RowsPaired> pairs = paired.pairs();
    std::sort(pairs.begin(), pairs.end(), [](const RowsPaired& x, const RowsPaired& y) {
      return std::pair(x.a, x.b) < std::pair(y.a, y.b);
    });
    const double lattice = threshold(way.gauge) > 0 ? kLatticeError / std::sqrt(paired.width()) : 0;
    add(way,
        Toss(pairs, a_.units.layer, reference_.units(), lattice,
             [&](std::size_t i, std::size_t j) { return paired.cosine(i, j); }),
        most(layersOf(a_.units.layer)));
  }

  // A copy with all signs of the stream turned has the same maps: the test is one-sided.
  void tossMaps() {
    if (a_.hidden != b_.hidden) return;
    const auto tossed =
        tossTree(a_.maps, reference_.coordinates(), b_.maps, a_.tokens == b_.tokens);
    if (!tossed || tossed->count.coins == 0) return;
    Finding finding;
    finding.test = "fingerprint";
    finding.reference = a_.model;
    finding.gauge = Gauge::residual_dim;
    finding.statistic = static_cast<double>(tossed->count.heads);
    finding.units = tossed->count.coins;
    finding.copies = tossed->copies;
    finding.null = fmt::format(
        "signs of the coordinates of the residual stream of {} are fair coins, and so "
        "are those of products along a tree of coordinates",
        a_.model);
    finding.alignment = "maps of the stream whose numbers are alike in size";
    const Grant& grant = a_.grants.at(Gauge::residual_dim);
    finding.basis = grant.unverified.empty() ? Basis::exact : Basis::unverified;
    finding.assumptions =
        "these signs are fair given the sizes of all products: initialisation of " + a_.model +
        " symmetric about zero in each coordinate, training odd in them" +
        (grant.unverified.empty() ? "" : "; " + grant.unverified);
    finding.log10_p = stats::binomialTail(tossed->count.coins, tossed->count.heads);
    finding.log10_p_floor = -stats::kLog10Of2 * static_cast<double>(tossed->count.coins);
    finding.likeness = align::likenessOf(tossed->sizes);
    finding.power = powerOfTree(tossed->count.coins);
    finding.detectable_rho = finding.power->alone;
    made_.tests.push_back({std::move(finding), std::nullopt});
  }

  // Maps of rows with correlation rho have one of rho squared; the signs of their products agree at
  // least as often as those of all numbers would (Sheppard, 1899): 1/2 + asin(rho^2) / pi.
  Power powerOfTree(std::uint64_t coins) const {
    Power power;
    power.rows = "maps of the stream";
    power.redrawn = true;
    if (const auto seen = stats::detectableCorrelation(coins, 1, level_)) {
      const double share = 2 * stats::headProbability(*seen, 1) - 1;
      power.alone = std::sqrt(std::sin(std::numbers::pi / 2 * share));
    }
    return power;
  }

  // Beside the first test of units: whoever reads a rejection asks whether a start was shared.
  void tellGains() {
    if (a_.hidden != b_.hidden) return;
    const auto units = std::find_if(made_.tests.begin(), made_.tests.end(), [](const Tested& test) {
      return test.finding.gauge == Gauge::mlp_unit;
    });
    if (units != made_.tests.end()) units->finding.constants = gainsAgree(a_.norms, b_.norms);
  }

  // Of the first `width` numbers; 0 for length 0.
  static std::vector<float> inverseLengths(const Bands& bands, std::size_t width) {
    std::vector<float> inverse(bands.count());
    for (std::size_t i = 0; i < bands.count(); ++i) {
      const std::int8_t* from = bands.values.data() + i * bands.width;
      int square = 0;
      for (std::size_t c = 0; c < width; ++c) square += int{from[c]} * int{from[c]};
      inverse[i] = square > 0 ? 1 / std::sqrt(static_cast<float>(square)) : 0;
    }
    return inverse;
  }

  double threshold(Gauge gauge) const {
    const Grant& grant = a_.grants.at(gauge);
    if (grant.asymmetry.empty()) return 0;
    return kLatticeError / std::sqrt(static_cast<double>(std::max<std::uint64_t>(a_.hidden, 1)));
  }

  // Rows of the largest layer, among which partners are sought.
  static std::size_t most(const std::vector<Layer>& layers) {
    std::size_t most = 1;
    for (const Layer& layer : layers) most = std::max(most, layer.last - layer.first);
    return most;
  }

  void add(const Way& way, const Toss& toss, std::size_t candidates) {
    if (toss.count().coins == 0) return;
    made_.tests.push_back({toss.finding(way, a_, candidates, level_), toss.distance()});
  }

  const Fingerprint& a_;
  const Fingerprint& b_;
  const Reference& reference_;
  double level_;
  SharedTokens tokens_;
  PairTested made_;
};

}  // namespace

PairTested compare(const Reference& a, const Fingerprint& b, double level) {
  return Comparison(a, b, level).run();
}

}  // namespace kindred::fingerprint
