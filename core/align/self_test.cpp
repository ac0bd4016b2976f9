#include "align/self_test.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>

#include <kindred/analysis/align/bands.hpp>
#include <kindred/analysis/align/biases.hpp>
#include <kindred/analysis/stats/log_space.hpp>
#include <kindred/analysis/stats/tails.hpp>

#include "align/dot.hpp"
#include "align/formula.hpp"
#include "align/order.hpp"
#include "align/parts.hpp"
#include "align/same_numbers.hpp"
#include "align/stream_test.hpp"
#include "align/table_products.hpp"
#include "align/unit_rows.hpp"

namespace kindred::align {
namespace {

// With the other turned by one column: rows of a circulant matrix.
double turnedDot(Row x, Row y) {
  return x.empty() ? 0 : dot(x.subspan(1), y.first(y.size() - 1)) + x.front() * y.back();
}

// Roles whose rows, signs included, may have led the alignment of a gauge.
std::vector<std::string_view> partnersOf(const GaugeUse& use) {
  if (use.axis == 1) return {};  // columns are paired by their sizes or as they stand
  if (use.gauge == Gauge::mlp_unit) return {role::kGate, role::kKey};
  if (use.gauge == Gauge::value_dim) return {role::kKey, role::kQuery, role::kGate};
  if (use.gauge == Gauge::latent_dim) {
    return {role::kGate,
            use.role == role::kQueryLatent ? role::kKeyValueLatent : role::kQueryLatent};
  }
  if (use.role == role::kSharedKey) return {role::kGate};
  return {role::kValue, role::kGate};
}

double twoSidedP(const SignCount& count) {
  if (count.coins == 0) return 0;
  return stats::twoSided(stats::binomialTail(count.coins, count.heads),
                         stats::binomialTail(count.coins, count.coins - count.heads));
}

class Tester {
 public:
  Tester(const ModelWeights& weights, const GaugeUse& use)
      : use_(use), weights_(weights), biases_(hasBiases(weights, use.role)) {}

  void add(const Part& part) {
    if (weights_.rows(use_.role, part.place) == 0) return;
    const UnitRows own(rowsOf(use_.role, part.place, weights_.matrix(use_.role, part.place)));
    for (const std::string_view partner : partnersOf(use_)) compare(part, own, partner);
    accumulate(part, own);
    compareWithTables(part, own);
    compareTurned(part, own);
  }

  std::vector<SelfTest> results() const { return testsOf(coins_); }

 private:
  // As they are tossed: columns of bands as rows, and biases with what they change sign with.
  Matrix rowsOf(std::string_view role, const Place& place, Matrix stored) const {
    if (use_.axis == 1) return transposed(stored, kColumnsInPlace);
    return biases_ ? withBiases(weights_, role, place, std::move(stored)) : stored;
  }

  static bool fits(const Unit& unit, std::uint64_t rows) {
    return unit.origin != kNoOrigin &&
           std::all_of(unit.rows.begin(), unit.rows.end(), [&](auto r) { return r < rows; });
  }

  void compare(const Part& part, const UnitRows& own, std::string_view partner) {
    // Gates stand beside their ups; everything else once in a layer.
    const Place place = use_.gauge == Gauge::mlp_unit && partner == role::kGate
                            ? part.place
                            : Place{part.place.layer, -1, false};
    if (place != part.place || weights_.rows(partner, place) == 0) return;
    std::vector<std::uint32_t> first(std::min(own.rows, weights_.rows(partner, place)));
    std::iota(first.begin(), first.end(), 0u);
    const UnitRows other(rowsOf(partner, place, weights_.matrix(partner, place, first)));
    if (other.columns != own.columns) return;
    Coins& coins = coins_["rows of equal number of " + std::string(partner)];
    for (const Unit& unit : part.units) {
      if (!fits(unit, std::min(own.rows, other.rows))) continue;
      double sum = 0;
      for (const std::uint32_t r : unit.rows) sum += dot(own.row(r), other.row(r));
      coins.add(unit.origin, sum);
    }
    compareLikeness(part, own, other, partner);
  }

  // Rows that are the partner's under one linear map, the same for all of them, are as alike as the
  // partner's are: sum over rows j before row i of <own i, own j><partner i, partner j>. It turns
  // with row i alone, whatever the map.
  void compareLikeness(const Part& part, const UnitRows& own, const UnitRows& other,
                       std::string_view partner) {
    // Few rows are enough, and fewer where many units are tossed.
    constexpr std::size_t kMost = 64, kFewest = 16, kUnits = 16384;
    const std::size_t most = std::clamp(kUnits / (part.units.size() + 1), kFewest, kMost);
    std::vector<const Unit*> before;
    Coins& coins = coins_["the rows before them, weighed by how alike those of equal number of " +
                          std::string(partner) + " are"];
    std::set<std::uint32_t>& tossed = tossed_by_likeness_[partner];
    for (const Unit& unit : part.units) {
      if (!fits(unit, std::min(own.rows, other.rows))) continue;
      if (tossed.insert(unit.origin).second) {
        double sum = 0;
        const std::size_t first = before.size() - std::min(most, before.size());
        for (std::size_t j = first; j < before.size(); ++j) {
          for (const std::uint32_t r : unit.rows) {
            for (const std::uint32_t q : before[j]->rows) {
              sum += dot(own.row(r), own.row(q)) * dot(other.row(r), other.row(q));
            }
          }
        }
        coins.add(unit.origin, sum);
      }
      before.push_back(&unit);
    }
  }

  void compareWithTables(const Part& part, const UnitRows& own) {
    std::vector<NumberedRow> rows;
    std::vector<double> values;
    for (const Unit& unit : part.units) {
      if (!fits(unit, own.rows)) continue;
      rows.clear();
      values.clear();
      for (const std::uint32_t r : unit.rows) {
        values.insert(values.end(), own.row(r).begin(), own.row(r).end());
      }
      for (std::size_t k = 0; k < unit.rows.size(); ++k) {
        rows.push_back({unit.rows[k], std::span(values).subspan(k * own.columns, own.columns)});
      }
      for (const TableProduct& product : tableProducts(rows)) {
        coins_[product.against].add(unit.origin, product.value);
      }
    }
  }

  // Each row with the one before it: given that, its sign is fair. Of copies only the first tosses.
  void compareTurned(const Part& part, const UnitRows& own) {
    Coins& right = coins_["the row before them turned by one column"];
    Coins& left = coins_["the row before them turned by one column the other way"];
    const Unit* before = nullptr;
    for (const Unit& unit : part.units) {
      if (!fits(unit, own.rows)) continue;
      if (turned_.insert(unit.origin).second && before != nullptr) {
        double to_right = 0, to_left = 0;
        for (std::size_t k = 0; k < unit.rows.size(); ++k) {
          to_right += turnedDot(own.row(unit.rows[k]), own.row(before->rows[k]));
          to_left += turnedDot(own.row(before->rows[k]), own.row(unit.rows[k]));
        }
        right.add(unit.origin, to_right);
        left.add(unit.origin, to_left);
      }
      before = &unit;
    }
  }

  // Rows one after the other, each against the sum of those before it: given these, its sign is
  // fair, and so all coins are independent. A copy of what another part has tossed is a row among
  // those before; a copy in the same part comes after the row that tosses.
  void accumulate(const Part& part, const UnitRows& own) {
    const std::size_t each = part.units.empty() ? 0 : part.units.front().rows.size();
    std::vector<std::vector<float>> sum(each, std::vector<float>(own.columns, 0.0f));
    const auto add = [&](const Unit& unit) {
      for (std::size_t k = 0; k < each; ++k) {
        const Row row = own.row(unit.rows[k]);
        for (std::size_t c = 0; c < row.size(); ++c) sum[k][c] += row[c];
      }
    };
    std::map<std::uint32_t, std::vector<const Unit*>> fresh;  // copies by their origin
    for (const Unit& unit : part.units) {
      if (!fits(unit, own.rows)) continue;
      if (tossed_.contains(unit.origin)) {
        add(unit);
      } else {
        fresh[unit.origin].push_back(&unit);
      }
    }
    Coins& coins = coins_["the sum of the rows before them in their own matrix"];
    for (const auto& [origin, copies] : fresh) {
      const Unit& first = *copies.front();
      double along = 0;
      for (std::size_t k = 0; k < each; ++k) along += dot(own.row(first.rows[k]), Row(sum[k]));
      coins.add(origin, along);
      for (const Unit* copy : copies) add(*copy);
      tossed_.insert(origin);
    }
  }

  const GaugeUse& use_;
  const ModelWeights& weights_;
  bool biases_;
  std::map<std::string, Coins> coins_;
  // Origins.
  std::set<std::uint32_t> tossed_, turned_;
  std::map<std::string_view, std::set<std::uint32_t>> tossed_by_likeness_;
};

// Latents and columns that stand in for copied layers are found by the sign test itself, so each
// layer is tested for itself here.
std::vector<SelfTest> byLayer(const ModelProfile& model, const GaugeUse& use) {
  std::map<std::string, SelfTest> least;
  std::size_t layers = 0;
  for (const Part& part : partsOf(model, use)) {
    Tester tester(model.weights(), use);
    tester.add(part);
    const std::vector<SelfTest> tests = tester.results();
    layers += !tests.empty();
    for (const SelfTest& test : tests) {
      const auto [at, fresh] = least.try_emplace(test.against, test);
      if (!fresh && test.log10_p < at->second.log10_p) at->second = test;
    }
  }
  std::vector<SelfTest> tests;
  for (auto& [against, test] : least) {
    test.log10_p = std::min(0.0, test.log10_p + std::log10(static_cast<double>(layers)));
    tests.push_back(test);
  }
  return tests;
}

}  // namespace

std::vector<SelfTest> testsOf(const std::map<std::string, Coins>& all) {
  std::vector<SelfTest> tests;
  for (const auto& [against, coins] : all) {
    const SignCount count = coins.count();
    if (count.coins > 0) tests.push_back({against, count, twoSidedP(count)});
  }
  return tests;
}

std::vector<SelfTest> selfTests(const ModelProfile& model, const GaugeUse& use,
                                const std::vector<std::uint32_t>& tokens) {
  if (use.gauge == Gauge::residual_dim) return streamTests(model.weights(), use, tokens);
  if (use.gauge == Gauge::latent_dim || use.axis == 1) return byLayer(model, use);
  Tester tester(model.weights(), use);
  for (const Part& part : partsOf(model, use)) tester.add(part);
  return tester.results();
}

namespace {

std::optional<std::string> failed(const ModelProfile& model, const GaugeUse& use,
                                  const std::vector<std::uint32_t>& tokens) {
  const std::vector<SelfTest> tests = selfTests(model, use, tokens);
  const auto worst =
      std::min_element(tests.begin(), tests.end(),
                       [](const SelfTest& x, const SelfTest& y) { return x.log10_p < y.log10_p; });
  if (worst == tests.end() ||
      worst->log10_p + std::log10(static_cast<double>(tests.size())) > kLog10Unfair) {
    return std::nullopt;
  }
  return fmt::format(
      "a sign test needs signs that are fair given everything that the alignment reads, and in "
      "{} alone they are not: {} of {} units of {} have a positive product with {} (p = "
      "10^{:.1f})",
      model.weights().model(), worst->count.heads, worst->count.coins, use.role, worst->against,
      worst->log10_p);
}

}  // namespace

template <class Key, class Work>
SelfTests::Reason SelfTests::once(ByKey<Key>& known, const Key& key, const Work& work) {
  std::unique_lock lock(mutex_);
  Known& one = known[key];  // stays where it is
  lock.unlock();
  std::call_once(one.made, [&] { one.reason = work(); });
  return one.reason;
}

SelfTests::Reason SelfTests::computed(const ModelProfile& model, std::string_view role,
                                      const std::vector<std::uint32_t>& tokens) {
  return once(computed_, Computed{&model, role, tokens},
              [&] { return computedIn(model.weights(), role, tokens); });
}

SelfTests::Reason SelfTests::computed(const ModelProfile& model, const GaugeUse& use) {
  for (const std::string_view role : rolesBehind(use)) {
    if (Reason reason = computed(model, role)) return reason;
  }
  return std::nullopt;
}

SelfTests::Reason SelfTests::ordered(const ModelProfile& model, const GaugeUse& use) {
  return once(ordered_, std::pair(&model, use.gauge), [&] { return notRandomOrder(model, use); });
}

SelfTests::Reason SelfTests::against(const ModelProfile& model, const GaugeUse& use,
                                     const std::vector<std::uint32_t>& tokens) {
  // Which tokens are read is a matter of the pair.
  const bool of_pair = use.gauge == Gauge::residual_dim;
  const auto test = [&]() -> Reason {
    if (Reason reason = failed(model, use, tokens); reason || of_pair) return reason;
    const Reason shared = sameNumbersIn(model.weights(), use.role, use.axis);
    if (!shared) return shared;
    return "a sign test needs signs that are drawn one by one: " + *shared;
  };
  const Unfair key{&model, use.of, use.gauge, use.role};
  if (Reason reason = of_pair ? test() : once(unfair_, key, test)) return reason;
  if (Reason reason = computed(model, use)) return reason;
  if (!of_pair) return std::nullopt;
  const auto some = std::min(tokens.size(), kRowsLookedAt);
  const std::vector<std::uint32_t> first(tokens.begin(),
                                         tokens.begin() + static_cast<std::ptrdiff_t>(some));
  for (const std::string_view role : {role::kEmbedding, role::kOutput}) {
    if (Reason reason = computed(model, role, first)) return reason;
  }
  return std::nullopt;
}

}  // namespace kindred::align
