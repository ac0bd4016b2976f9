// Sign tests: the heart of what decides. A sign gauge negates rows and columns of a model that
// belong together; function, initialisation and training don't notice. If A is independent of B,
// the sign of the cosine of matching rows is a fair coin, whatever rule matched them, as long as
// that rule did not see the coin. See docs/sign-tests.md.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include <kindred/matrix_test.hpp>

#include <kindred/analysis/stats/log_space.hpp>
#include <kindred/analysis/stats/power.hpp>
#include <kindred/analysis/stats/signed_rank.hpp>
#include <kindred/analysis/stats/tails.hpp>

#include "adapters.hpp"
#include "bands.hpp"
#include "in_place.hpp"
#include "shared_coins.hpp"
#include "tosses.hpp"

namespace {

using kindred::Finding;
using kindred::GaugeUse;
using kindred::sign_test::Tosses;
namespace align = kindred::align;

struct GaugeTosses {
  kindred::Gauge which;
  std::string_view role;
  unsigned axis;
  Tosses (*matched)(const kindred::MatrixTask&);  // null: no alignment matches these
  bool in_place;                                  // they are tossed as they stand, too
  const char* what;                               // is negated together
  const char* seen = "";                          // where rows are matched
};

constexpr GaugeTosses kGauges[] = {
    {kindred::Gauge::mlp_unit, kindred::role::kUp, 0, kindred::sign_test::tossUnits, true,
     "the up row and down column of each MLP unit"},
    {kindred::Gauge::mlp_unit, kindred::role::kDown, 1, kindred::sign_test::tossBands, true,
     "the up row and down column of each MLP unit", ", seen in the first rows of the down matrix,"},
    {kindred::Gauge::value_dim, kindred::role::kValue, 0, kindred::sign_test::tossValues, true,
     "each value row and its columns of the attention output"},
    {kindred::Gauge::value_dim, kindred::role::kAttentionOutput, 1, kindred::sign_test::tossBands,
     true, "each value row and its columns of the attention output",
     ", seen in the first rows of the latter,"},
    {kindred::Gauge::rotary_pair, kindred::role::kKey, 0, kindred::sign_test::tossRotaryPairs, true,
     "each rotary pair of a key head and of its query heads"},
    {kindred::Gauge::rotary_pair, kindred::role::kQuery, 0, nullptr, true,
     "each rotary pair of a key head and of its query heads"},
    {kindred::Gauge::rotary_pair, kindred::role::kSharedKey, 0, kindred::sign_test::tossSharedKeys,
     false, "each rotary pair of the key that the heads of a layer share, and of their queries"},
    {kindred::Gauge::rotary_free, kindred::role::kKey, 0, kindred::sign_test::tossRotaryFree, false,
     "each key row without a position and its query rows"},
    {kindred::Gauge::latent_dim, kindred::role::kQueryLatent, 0, kindred::sign_test::tossLatents,
     false, "each coordinate of the queries' latent, in what writes and reads it"},
    {kindred::Gauge::latent_dim, kindred::role::kKeyValueLatent, 0, kindred::sign_test::tossLatents,
     false, "each coordinate of the latent of keys and values, in what writes and reads it"},
    {kindred::Gauge::residual_dim, kindred::role::kEmbedding, 1, kindred::sign_test::tossResidual,
     false, "each coordinate of the residual stream in all that reads or writes it"},
};

bool ofBands(const GaugeTosses& gauge) {
  return gauge.role == kindred::role::kDown || gauge.role == kindred::role::kAttentionOutput;
}

// The two-sided sum of a sign test: a copy with all signs turned counts as much.
double oneSidedFloor(std::uint64_t coins) {
  return std::min(0.0, kindred::stats::kLog10Of2 * (1 - static_cast<double>(coins)));
}

Finding common(const std::string& what, const kindred::MatrixTask& task, const Tosses& tosses) {
  Finding finding;
  finding.null = "signs of " + what + " of " + task.a.weights().model() + " are fair coins";
  finding.assumptions =
      "these signs are fair given everything that the alignment read: initialisation of " +
      task.a.weights().model() +
      " symmetric about zero independently of the rest, training odd in them";
  if (!tosses.note.empty()) finding.assumptions += "; " + tosses.note;
  const kindred::sign_test::SharedCoins shared = kindred::sign_test::sharedCoins(task, tosses);
  finding.copies = shared.copies;
  if (!shared.note.empty()) {
    finding.assumptions += "; copies in it share their coins: " + shared.note;
  }
  finding.seed = task.seed;
  return finding;
}

// A level that leaves room for both sides and for Holm over some fifty tests at 1e-6.
constexpr double kLog10PowerLevel = -8;

// The correlation at which rows stand out by their own size from so many others. The largest of n
// absolute cosines of random directions is about sqrt(2 ln 2n / d).
double standingOut(std::uint64_t others, double width, double chance) {
  constexpr double kRandom = 0.798, kMargin = 1.25;  // as the aligner asks
  const double largest =
      std::sqrt(2 * std::log(2 * static_cast<double>(std::max<std::uint64_t>(others, 1))));
  return kMargin * largest * std::max(1.0, chance / kRandom) / std::sqrt(width);
}

bool readWhole(const kindred::ModelWeights& weights, std::string_view role) {
  for (const kindred::Place& place : weights.mlps()) {
    const bool in_mlp = role == kindred::role::kUp;
    const kindred::Place at = in_mlp ? place : kindred::Place{place.layer, -1, false};
    if (weights.rows(role, at) > 0 && !weights.whole(role, at)) return false;
  }
  return true;
}

// Directions among which a gauge's rows are spread: rows that a latent gives have no more than it.
double widthOf(const GaugeTosses& gauge, const kindred::ModelWeights& weights,
               std::uint64_t columns) {
  const bool of_heads = gauge.role == kindred::role::kValue || gauge.role == kindred::role::kKey;
  for (std::uint64_t l = 0; of_heads && l < weights.shape().layers; ++l) {
    const kindred::Place place{static_cast<std::int64_t>(l), -1, false};
    const std::uint64_t rank = weights.rows(kindred::role::kKeyValueLatent, place);
    if (rank > 0) return static_cast<double>(std::min(rank, columns));
  }
  return static_cast<double>(columns);
}

// Up rows of the largest MLP among whose rows partners are sought.
std::uint64_t mostUnits(const kindred::MatrixTask& task) {
  std::uint64_t most = 0;
  for (const kindred::MlpMatch& match : task.alignment.mlps) {
    most = std::max<std::uint64_t>(most, task.a.weights().rows(kindred::role::kUp, match.a));
  }
  return most;
}

// Coins of the residual stream are columns, not rows of known width: nothing is stated.
std::optional<kindred::Power> powerOf(const GaugeTosses& gauge, const kindred::MatrixTask& task,
                                      const Tosses& tosses, std::uint64_t coins) {
  const kindred::Gauge which = gauge.which;
  if (which == kindred::Gauge::residual_dim) return std::nullopt;
  if (ofBands(gauge)) {
    return kindred::sign_test::powerOfBands(task, tosses, coins, kLog10PowerLevel);
  }
  const double width = widthOf(gauge, task.a.weights(), tosses.sizes.width);
  if (width == 0) return std::nullopt;
  const auto& likeness = tosses.likeness;
  const double chance = likeness ? likeness->chance : 0;
  const auto detected = kindred::stats::detectableCorrelation(coins, width, kLog10PowerLevel);
  kindred::Power power;
  power.rows = gauge.role;
  power.rotated = true;
  power.whole = readWhole(task.a.weights(), gauge.role) && readWhole(task.b.weights(), gauge.role);
  const auto ownPairs = [&](std::uint64_t others, double by_chance) {
    if (detected) power.alone = std::max(*detected, standingOut(others, width, by_chance));
  };
  if (which == kindred::Gauge::mlp_unit) {
    power.paired_by = kindred::role::kGate;
    power.if_paired = detected;
    const std::uint64_t most = mostUnits(task);
    power.pairing = standingOut(most, width, 0);
    ownPairs(most, chance);
  } else if (which == kindred::Gauge::rotary_pair || which == kindred::Gauge::rotary_free) {
    const bool shared = gauge.role == kindred::role::kSharedKey;  // its layers are those of MLPs
    power.paired_by = shared ? kindred::role::kGate : kindred::role::kValue;
    power.if_paired = detected;
    power.pairing =
        standingOut(shared ? mostUnits(task) : task.a.weights().shape().head_dim, width, 0);
  } else {  // rows within a head or a latent are paired by their own sizes alone
    ownPairs(which == kindred::Gauge::value_dim ? task.a.weights().shape().head_dim
                                                : task.a.weights().rows(gauge.role, {0, -1, false}),
             0);
  }
  return power;
}

// What was matched with what, for whoever draws it: each layer once, and its experts.
void recordMatches(const kindred::MatrixTask& task, Finding& finding) {
  constexpr std::size_t kMostExperts = 1024;
  std::size_t experts = 0;
  std::map<std::int64_t, std::int64_t> layers;  // of B: of A
  for (const kindred::MlpMatch& match : task.alignment.mlps) {
    layers[match.b.layer] = match.a.layer;
    if (match.a.expert < 0 || match.b.expert < 0 || ++experts > kMostExperts) continue;
    finding.matches.push_back({match.a.layer, match.b.layer, match.a.expert, match.b.expert});
  }
  for (const auto& [b, a] : layers) finding.matches.push_back({a, b, -1, -1});
}

double twoSidedP(const align::SignCount& count) {
  return kindred::stats::twoSided(
      kindred::stats::binomialTail(count.coins, count.heads),
      kindred::stats::binomialTail(count.coins, count.coins - count.heads));
}

void countHeads(const align::SignCount& count, Finding& finding) {
  finding.statistic = static_cast<double>(count.heads);
  finding.units = count.coins;
  finding.log10_p = twoSidedP(count);
  finding.log10_p_floor = oneSidedFloor(count.coins);
}

Finding heads(const std::string& what, const kindred::MatrixTask& task, const Tosses& tosses,
              std::optional<kindred::Power> power) {
  Finding finding = common(what, task, tosses);
  finding.likeness = tosses.likeness;
  countHeads(tosses.coins.count(), finding);
  finding.power = std::move(power);
  if (finding.power) {
    finding.detectable_rho =
        finding.power->if_paired ? finding.power->if_paired : finding.power->alone;
  }
  for (const auto& [layer, count] : tosses.coins.countByLayer()) {
    if (layer >= 0) finding.by_layer.push_back({layer, count.coins, count.heads, count.alike});
  }
  return finding;
}

// A part may be all that is shared: of the layer that tells most, with what trying all layers
// costs.
std::optional<Finding> oneLayer(const Finding& all, const Tosses& tosses) {
  const std::vector<kindred::LayerCoins>& layers = all.by_layer;
  if (layers.size() < 2) return std::nullopt;
  const auto countOf = [](const kindred::LayerCoins& layer) {
    return align::SignCount{layer.coins, layer.heads, layer.alike};
  };
  const auto most = std::min_element(
      layers.begin(), layers.end(),
      [&](const auto& x, const auto& y) { return twoSidedP(countOf(x)) < twoSidedP(countOf(y)); });
  const double tried = std::log10(static_cast<double>(layers.size()));
  Finding finding = all;
  finding.layer_a = most->layer;
  countHeads(countOf(*most), finding);
  finding.null += ", in the layer that tells most, with what trying all costs";
  finding.log10_p = std::min(0.0, finding.log10_p + tried);
  finding.log10_p_floor = std::min(0.0, finding.log10_p_floor + tried);
  finding.likeness = kindred::sign_test::likenessOfLayer(tosses, most->layer);
  finding.power.reset();
  finding.detectable_rho.reset();
  finding.matches.clear();
  return finding;
}

Finding matchedHeads(const GaugeTosses& gauge, const kindred::MatrixTask& task,
                     const Tosses& tosses) {
  Finding finding = heads(std::string(gauge.what) + gauge.seen, task, tosses,
                          powerOf(gauge, task, tosses, tosses.coins.count().coins));
  if (task.use.role == kindred::role::kUp) recordMatches(task, finding);
  return finding;
}

Finding headsInPlace(const GaugeTosses& gauge, const kindred::MatrixTask& task,
                     const Tosses& tosses) {
  Finding finding = heads(
      std::string(gauge.what) + ", seen in " + std::string(gauge.role) + " where it stands,", task,
      tosses,
      kindred::sign_test::powerInPlace(task, tosses, tosses.coins.count().coins, kLog10PowerLevel));
  finding.alignment = "rows of one layer, part and number";
  return finding;
}

void weighRanks(const Tosses& tosses, Finding& finding) {
  std::vector<double> values = tosses.coins.values();
  const kindred::stats::SignedRank upper = kindred::stats::signedRank(values);
  for (double& value : values) value = -value;
  const kindred::stats::SignedRank lower = kindred::stats::signedRank(values);
  finding.null += ", weighed by the ranks of their cosines' sizes";
  finding.statistic = upper.statistic;
  finding.units = upper.coins;
  finding.log10_p = kindred::stats::twoSided(upper.upper.log10_p, lower.upper.log10_p);
  finding.log10_p_floor = oneSidedFloor(upper.coins);
}

Finding ranks(const GaugeTosses& gauge, const kindred::MatrixTask& task, const Tosses& tosses) {
  Finding finding = common(std::string(gauge.what) + gauge.seen, task, tosses);
  finding.likeness = tosses.likeness;
  weighRanks(tosses, finding);
  return finding;
}

// Heads, and the same weighed by ranks, of adapters' components.
std::vector<Finding> ofAdapters(const std::vector<kindred::RowPair>& pairs,
                                const kindred::sign_test::AdapterTosses& made) {
  const std::string& a = pairs.front().a.tensor->model;
  Finding common;
  common.null = "signs of the components of " + a +
                ", each in what it reads and in what it writes, are fair coins";
  common.assumptions =
      "each component of " + a +
      " began at random numbers symmetric about zero independently of the rest (not at what was "
      "computed from its base, as by PiSSA, OLoRA, EVA or CorDA), training odd in it";
  common.copies = made.copies;
  common.likeness = made.tosses.likeness;
  common.alignment = "components of a module were matched by the size of their products";
  Finding heads = common, ranks = common;
  countHeads(made.tosses.coins.count(), heads);
  heads.power = kindred::Power{"the components of adapters", "", std::nullopt, std::nullopt};
  const auto width = static_cast<double>(made.tosses.sizes.width);
  std::uint64_t most = 0;
  for (const kindred::RowPair& pair : pairs) most = std::max(most, pair.a.rows);
  const auto detected = kindred::stats::detectableCorrelation(heads.units, width, kLog10PowerLevel);
  if (detected) {
    heads.power->alone = std::max(*detected, standingOut(most, width, 0));
    heads.detectable_rho = heads.power->alone;
  }
  weighRanks(made.tosses, ranks);
  return {std::move(heads), std::move(ranks)};
}

class SignTest final : public kindred::MatrixTest {
 public:
  explicit SignTest(const kindred::Parameters& parameters) : only_(parameters.text("gauge")) {}

  std::vector<GaugeUse> uses() const override {
    std::vector<GaugeUse> uses;
    for (const GaugeTosses& gauge : kGauges) {
      if (only_ != "all" && only_ != name(gauge.which)) continue;
      uses.push_back({gauge.which, GaugeUse::Of::signs, std::string(gauge.role), gauge.axis});
    }
    return uses;
  }

  std::vector<Finding> run(const kindred::MatrixTask& task) const override {
    for (const GaugeTosses& gauge : kGauges) {
      if (task.use.gauge != gauge.which || task.use.role != gauge.role) continue;
      std::vector<Finding> findings;
      if (const auto tosses = tossed(gauge.matched, task)) {
        findings = {matchedHeads(gauge, task, *tosses), ranks(gauge, task, *tosses)};
        if (auto layer = oneLayer(findings.front(), *tosses)) findings.push_back(*layer);
      }
      const auto place = gauge.in_place ? kindred::sign_test::tossInPlace : nullptr;
      if (const auto tosses = tossed(place, task)) {
        findings.push_back(headsInPlace(gauge, task, *tosses));
        if (auto layer = oneLayer(findings.back(), *tosses)) findings.push_back(*layer);
      }
      return findings;
    }
    return {};
  }

  std::vector<Finding> runOnAdapters(const std::vector<kindred::RowPair>& pairs) const override {
    if (only_ != "all" && only_ != name(kindred::Gauge::adapter_rank)) return {};
    kindred::sign_test::AdapterTosses made = kindred::sign_test::tossComponents(pairs);
    if (made.tosses.coins.count().coins == 0) return {};
    made.tosses.likeness = align::likenessOf(made.tosses.sizes);
    return ofAdapters(pairs, made);
  }

 private:
  static std::optional<Tosses> tossed(Tosses (*toss)(const kindred::MatrixTask&),
                                      const kindred::MatrixTask& task) {
    if (toss == nullptr) return std::nullopt;
    Tosses tosses = toss(task);
    if (tosses.coins.count().coins == 0) return std::nullopt;
    tosses.likeness = align::likenessOf(tosses.sizes);
    return tosses;
  }

  std::string only_;
};

}  // namespace

KINDRED_MATRIX_TEST(
    SignTest, "sign-test", "1.0",
    "Signs of matched rows as fair coins: exact under any permutation or rotation",
    kindred::choice("gauge",
                    "all|mlp-unit|value-dim|rotary-pair|rotary-free|latent-dim|residual-dim|"
                    "adapter-rank",
                    "all", "which gauge to test"))
