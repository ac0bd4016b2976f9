#include "fingerprint/fair.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include <kindred/analysis/align/bands.hpp>
#include <kindred/analysis/align/coins.hpp>
#include <kindred/analysis/align/origins.hpp>
#include <kindred/analysis/stats/log_space.hpp>
#include <kindred/analysis/stats/tails.hpp>

#include "fingerprint/layers.hpp"

namespace kindred::fingerprint {
namespace {

constexpr double kLog10Copies = -6;  // from which two parts are copies
constexpr double kLog10Unfair = -3;  // a sound model fails with this probability

double twoSidedP(const align::SignCount& count) {
  if (count.coins == 0) return 0;
  return stats::twoSided(stats::binomialTail(count.coins, count.heads),
                         stats::binomialTail(count.coins, count.coins - count.heads));
}

// The largest excess of equal bits that random rows reach, two of so many.
float largestByChance(std::size_t rows, std::uint64_t hidden, std::uint32_t bits) {
  // Variance of a cosine that sketches tell: of the rows' own, and of the bits.
  const double variance = 1 / static_cast<double>(std::max<std::uint64_t>(hidden, 1)) +
                          2.4674 / static_cast<double>(bits);
  const double pairs = 0.5 * static_cast<double>(rows) * static_cast<double>(rows);
  const double cosine =
      std::min(0.98, align::largestCosine(pairs, static_cast<std::uint64_t>(1 / variance)));
  return static_cast<float>(std::asin(cosine) * 2 / 3.14159265358979);
}

class Joiner {
 public:
  Joiner(const Rows& rows, std::uint64_t hidden)
      : rows_(rows), layers_(layersOf(rows.layer)), origins_(rows.count()) {
    most_ = largestByChance(rows.count(), hidden, std::max(64u, rows.own.bits));
  }

  Coinage run() {
    for (std::size_t y = 0; y < layers_.size(); ++y) {
      for (std::size_t x = 0; x <= y; ++x) joinLayers(layers_[x], layers_[y]);
    }
    for (std::size_t y = 1; y < layers_.size(); ++y) {
      for (std::size_t x = 0; x < y; ++x) joinLikeNumbered(layers_[x], layers_[y]);
    }
    Coinage coinage(rows_.count());
    for (std::uint32_t i = 0; i < coinage.size(); ++i) coinage[i] = origins_.find(i);
    return coinage;
  }

 private:
  void join(std::size_t i, std::size_t j) {
    origins_.join(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(j));
  }

  double own(std::size_t i, std::size_t j) const {
    return cosine(rows_.own.row(i), rows_.own.row(j), rows_.own.wordsEach());
  }

  // Rows that are alike by themselves, and rows whose nearest ones agree in sign too often.
  void joinLayers(const Layer& x, const Layer& y) {
    const Sketches& by = rows_.pairing.bits > 0 ? rows_.pairing : rows_.own;
    std::vector<float> values, owns;
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    align::Coins coins;
    for (std::size_t j = y.first; j < y.last; ++j) {
      // In a layer with experts: those of other parts; else of rows before.
      const std::size_t last = &x == &y ? j : x.last;
      if (last <= x.first) continue;
      values.resize(last - x.first);
      owns.resize(values.size());
      agreements(by.row(j), by.row(x.first), by.wordsEach(), values.size(), by.wordsEach(),
                 values.data());
      agreements(rows_.own.row(j), rows_.own.row(x.first), rows_.own.wordsEach(), owns.size(),
                 rows_.own.wordsEach(), owns.data());
      float best = -2;
      std::size_t at = 0;
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (std::abs(owns[i]) > most_) join(x.first + i, j);
        const float value = rows_.pairing.bits > 0 ? values[i] : std::abs(values[i]);
        if (value > best && (&x != &y || rows_.part[x.first + i] != rows_.part[j])) {
          best = value;
          at = x.first + i;
        }
      }
      if (best < -1) continue;
      pairs.emplace_back(at, j);
      coins.add(static_cast<std::uint32_t>(j), own(at, j));
    }
    joinIfKin(coins, pairs);
  }

  void joinLikeNumbered(const Layer& x, const Layer& y) {
    std::map<std::pair<std::int32_t, std::int32_t>, std::size_t> of_x;
    for (std::size_t i = x.first; i < x.last; ++i) {
      of_x.try_emplace({rows_.part[i], rows_.number[i]}, i);
    }
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    align::Coins coins;
    for (std::size_t j = y.first; j < y.last; ++j) {
      const auto found = of_x.find({rows_.part[j], rows_.number[j]});
      if (found == of_x.end()) continue;
      pairs.emplace_back(found->second, j);
      coins.add(static_cast<std::uint32_t>(j), own(found->second, j));
    }
    joinIfKin(coins, pairs);
  }

  void joinIfKin(const align::Coins& coins,
                 const std::vector<std::pair<std::size_t, std::size_t>>& pairs) {
    const double tried = static_cast<double>(layers_.size()) * static_cast<double>(layers_.size());
    if (twoSidedP(coins.count()) + std::log10(tried) > kLog10Copies) return;
    for (const auto& [i, j] : pairs) join(i, j);
  }

  const Rows& rows_;
  std::vector<Layer> layers_;
  align::Origins origins_;
  float most_ = 1;
};

// Each row of length one against the sum of those before it in its layer: given these, its sign is
// fair. Of copies only the first tosses. `row` gives the numbers of one.
template <class RowOf>
align::SignCount againstSum(std::span<const Layer> layers, const Coinage& coinage,
                            std::size_t width, const RowOf& row) {
  align::Coins coins;
  std::set<std::uint32_t> tossed;
  std::vector<float> values(width);
  for (const Layer& layer : layers) {
    std::vector<float> sum(width);
    for (std::size_t i = layer.first; i < layer.last; ++i) {
      row(i, values);
      double along = 0;
      for (std::size_t k = 0; k < width; ++k) along += double{values[k]} * sum[k];
      for (std::size_t k = 0; k < width; ++k) sum[k] += values[k];
      if (tossed.insert(coinage[i]).second) coins.add(coinage[i], along);
    }
  }
  return coins.count();
}

}  // namespace

std::string refusal(const align::SignCount& count, const std::string& against,
                    const std::string& what, double tests) {
  const double log10_p = twoSidedP(count);
  if (log10_p + std::log10(tests) > kLog10Unfair) return {};
  return fmt::format("{} of {} {} have a positive product with {} (p = 10^{:.1f})", count.heads,
                     count.coins, what, against, log10_p);
}

Coinage coinageOf(const Rows& rows, std::uint64_t hidden) {
  if (rows.own.bits == 0) return Coinage(rows.count());
  return Joiner(rows, hidden).run();
}

Coinage coinageOf(const Bands& bands) {
  align::Origins origins(bands.count());
  const std::vector<float> values(bands.values.begin(), bands.values.end());
  align::joinAlike(values, bands.width, origins);
  Coinage coinage(bands.count());
  for (std::uint32_t i = 0; i < coinage.size(); ++i) coinage[i] = origins.find(i);
  return coinage;
}

std::string unfair(const Rows& rows, const Coinage& coinage) {
  if (rows.own.bits == 0) return {};
  if (rows.pairing.bits == rows.own.bits) {
    align::Coins coins;
    for (std::size_t i = 0; i < rows.count(); ++i) {
      coins.add(coinage[i], cosine(rows.own.row(i), rows.pairing.row(i), rows.own.wordsEach()));
    }
    const std::string why = refusal(coins.count(), "the rows that pair them");
    if (!why.empty()) return why;
  }
  const auto bitsOf = [&](std::size_t i, std::vector<float>& into) {
    const std::uint64_t* words = rows.own.row(i);
    for (std::size_t k = 0; k < into.size(); ++k) {
      into[k] = (words[k / 64] >> (k % 64) & 1) != 0 ? 1.0f : -1.0f;
    }
  };
  return refusal(againstSum(layersOf(rows.layer), coinage, rows.own.bits, bitsOf),
                 "the sum of those before them");
}

std::string unfair(const Bands& bands, const Coinage& coinage) {
  const auto valuesOf = [&](std::size_t i, std::vector<float>& into) {
    const std::int8_t* from = bands.values.data() + i * bands.width;
    std::copy(from, from + bands.width, into.begin());
  };
  return refusal(againstSum(layersOf(bands.layer), coinage, bands.width, valuesOf),
                 "the sum of those before them");
}

}  // namespace kindred::fingerprint
