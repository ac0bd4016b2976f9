// What fingerprints hold beside sketches: cosines inside layers, maps of the stream, gains.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include <kindred/analysis/stats/tails.hpp>
#include <kindred/random.hpp>

#include "fingerprint/along.hpp"
#include "fingerprint/grams.hpp"
#include "fingerprint/streams.hpp"

namespace kindred::fingerprint::beside {
namespace {

constexpr std::size_t kWidth = 48, kUnits = 40, kLayers = 2, kCoordinates = 32;

double normal(Random& random) {
  return std::sqrt(-2 * std::log(1 - random.unit())) * std::cos(6.283185307179586 * random.unit());
}

std::vector<float> normals(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& x : values) x = static_cast<float>(normal(random));
  return values;
}

std::vector<float> drifted(std::vector<float> values, double share, std::uint64_t seed) {
  Random random(seed);
  for (float& x : values) x += static_cast<float>(share * normal(random));
  return values;
}

// Gates and ups of all layers, a row after the other.
struct Toy {
  std::vector<float> gates, ups;

  explicit Toy(std::uint64_t seed)
      : gates(normals(kLayers * kUnits * kWidth, 2 * seed)),
        ups(normals(kLayers * kUnits * kWidth, 2 * seed + 1)) {}
};

// Turns the plane of each two columns by an angle of its own.
void rotate(std::vector<float>& rows) {
  for (std::size_t at = 0; at + kWidth <= rows.size(); at += kWidth) {
    for (std::size_t c = 0; c + 1 < kWidth; ++c) {
      const double angle = 0.7 + 0.3 * static_cast<double>(c);
      const double x = rows[at + c], y = rows[at + c + 1];
      rows[at + c] = static_cast<float>(std::cos(angle) * x - std::sin(angle) * y);
      rows[at + c + 1] = static_cast<float>(std::sin(angle) * x + std::cos(angle) * y);
    }
  }
}

std::vector<float> unitRows(const std::vector<float>& rows, std::size_t layer,
                            const std::vector<std::size_t>& order) {
  std::vector<float> units;
  for (const std::size_t unit : order) {
    const float* row = rows.data() + (layer * kUnits + unit) * kWidth;
    const double length = std::sqrt(std::inner_product(row, row + kWidth, row, 0.0));
    for (std::size_t c = 0; c < kWidth; ++c) units.push_back(static_cast<float>(row[c] / length));
  }
  return units;
}

Fingerprint printOf(const Toy& toy, const std::vector<std::size_t>& order) {
  Fingerprint print;
  print.hidden = kWidth;
  print.grams.width = 16;
  for (std::size_t l = 0; l < kLayers; ++l) {
    for (std::size_t u = 0; u < kUnits; ++u) {
      print.units.layer.push_back(static_cast<std::int32_t>(l));
      print.units.part.push_back(-1);
      print.units.number.push_back(static_cast<std::int32_t>(u));
      print.units.size.push_back(1);
    }
    addLayer(unitRows(toy.gates, l, order), unitRows(toy.ups, l, order), kWidth, kUnits,
             print.grams);
    print.grams.layer.push_back(static_cast<std::int32_t>(l));
    print.grams.units.push_back(kUnits);
  }
  return print;
}

std::vector<std::size_t> inOrder() {
  std::vector<std::size_t> order(kUnits);
  std::iota(order.begin(), order.end(), 0U);
  return order;
}

// Heads among the paired units, and how many there are.
std::pair<std::uint64_t, std::uint64_t> heads(const Fingerprint& a, const Fingerprint& b) {
  const GramPairs paired(a, b);
  std::uint64_t positive = 0;
  for (const auto& [i, j] : paired.pairs()) positive += paired.cosine(i, j) > 0;
  return {positive, paired.pairs().size()};
}

TEST(Grams, SeeACopyWhoseStreamWasRotatedAndWhoseUnitsWereShuffled) {
  const Toy toy(1);
  Toy copy = toy;
  copy.gates = drifted(copy.gates, 0.1, 7);
  copy.ups = drifted(copy.ups, 0.3, 8);
  rotate(copy.gates);
  rotate(copy.ups);
  std::vector<std::size_t> shuffled = inOrder();
  Random random(3);
  random.shuffle(std::span(shuffled));
  for (const auto& order : {inOrder(), shuffled}) {
    const auto [positive, all] = heads(printOf(toy, inOrder()), printOf(copy, order));
    EXPECT_GE(all, kUnits);
    EXPECT_GE(positive + 3, all);
  }
}

TEST(Grams, TurnTheCosineOfAUnitWhoseUpRowIsTurnedAndNoPair) {
  const Toy toy(1);
  Toy turned = toy;
  for (std::size_t c = 0; c < kWidth; ++c) turned.ups[5 * kWidth + c] *= -1;
  const Fingerprint b = printOf(Toy(9), inOrder()), a = printOf(toy, inOrder()),
                    other = printOf(turned, inOrder());
  const GramPairs before(a, b), after(other, b);
  ASSERT_EQ(before.pairs().size(), after.pairs().size());
  for (std::size_t k = 0; k < before.pairs().size(); ++k) {
    const auto [i, j] = before.pairs()[k];
    EXPECT_EQ(i, after.pairs()[k].a);
    EXPECT_EQ(before.cosine(i, j), (i == 5 ? -1 : 1) * after.cosine(i, j));
  }
}

TEST(Grams, GiveStrangersFairCoins) {
  std::uint64_t positive = 0, all = 0;
  for (std::uint64_t pair = 0; pair < 60; ++pair) {
    const auto [of_pair, units] =
        heads(printOf(Toy(100 + 2 * pair), inOrder()), printOf(Toy(101 + 2 * pair), inOrder()));
    positive += of_pair;
    all += units;
  }
  EXPECT_GT(all, 500U);
  EXPECT_GT(stats::binomialTail(all, positive), -3);
  EXPECT_GT(stats::binomialTail(all, all - positive), -3);
}

TEST(Grams, OfUpsThatFollowTheirGatesAreRefused) {
  Toy leaning(1);
  for (std::size_t k = 0; k < leaning.ups.size(); ++k) leaning.ups[k] += leaning.gates[k];
  Coinage coins(kLayers * kUnits);
  std::iota(coins.begin(), coins.end(), 0U);
  EXPECT_THAT(unfair(printOf(leaning, inOrder()), coins), testing::HasSubstr("other gates"));
  EXPECT_EQ(unfair(printOf(Toy(2), inOrder()), coins), "");
}

// Three maps of one kind.
Streams mapsOf(std::uint64_t seed, double drift = 0) {
  Streams maps;
  maps.coordinates = kCoordinates;
  for (std::int32_t m = 0; m < 3; ++m) {
    std::vector<float> map = normals(kCoordinates * kCoordinates, 10 * seed + 1 + m);
    if (drift > 0) map = drifted(std::move(map), drift, 77 + m);
    EXPECT_TRUE(addMap(std::move(map), maps));
    maps.kind.push_back(static_cast<std::int32_t>(Along::mlp));
    maps.layer.push_back(m);
  }
  return maps;
}

double log10POf(const Streams& a, const Streams& b) {
  const auto tossed = tossTree(a, coordinatesOf(a), b, true);
  return stats::binomialTail(tossed->count.coins, tossed->count.heads);
}

TEST(Trees, SeeACopyByTheMapsThatItsLayersMake) {
  const Streams a = mapsOf(1);
  EXPECT_EQ(tossTree(a, coordinatesOf(a), mapsOf(1, 0.5), true)->count.coins, kCoordinates - 1);
  EXPECT_LT(log10POf(a, mapsOf(1, 0.5)), -8);
}

TEST(Trees, GiveStrangersPValuesThatAreNotTooSmall) {
  int below_5 = 0, below_25 = 0;
  for (std::uint64_t pair = 0; pair < 200; ++pair) {
    const double log10_p = log10POf(mapsOf(1000 + 2 * pair), mapsOf(1001 + 2 * pair));
    below_5 += log10_p <= std::log10(0.05);
    below_25 += log10_p <= std::log10(0.25);
  }
  EXPECT_LE(below_5, 21);  // 10 are expected at most
  EXPECT_LE(below_25, 70);
  EXPECT_GE(below_25, 20);
}

TEST(Trees, SeeNothingWhereTheStreamsSignsWereDrawnAnew) {
  Streams redrawn = mapsOf(1);
  Random random(5);
  std::vector<int> signs(kCoordinates);
  for (int& sign : signs) sign = random.unit() < 0.5 ? -1 : 1;
  for (std::size_t k = 0; k < redrawn.values.size(); ++k) {
    const std::size_t i = k / kCoordinates % kCoordinates, j = k % kCoordinates;
    redrawn.values[k] = static_cast<std::int8_t>(signs[i] * signs[j] * redrawn.values[k]);
  }
  EXPECT_GT(log10POf(mapsOf(1), redrawn), -3);
}

TEST(Trees, TakeCoordinatesThatAreCopiesForOne) {
  Streams doubled = mapsOf(1);
  for (std::size_t m = 0; m < doubled.count(); ++m) {  // the last coordinate is the first
    std::int8_t* map = doubled.values.data() + m * kCoordinates * kCoordinates;
    for (std::size_t i = 0; i < kCoordinates; ++i) {
      map[i * kCoordinates + kCoordinates - 1] = map[i * kCoordinates];
    }
  }
  const Coinage coinage = coordinatesOf(doubled);
  EXPECT_EQ(coinage.back(), coinage.front());
  EXPECT_EQ(tossTree(doubled, coinage, mapsOf(2), true)->copies, 1U);
}

TEST(Trees, OfMapsThatAreMostlyPositiveAreRefused) {
  Streams maps;
  maps.coordinates = kCoordinates;
  std::vector<float> map = normals(kCoordinates * kCoordinates, 4);
  for (float& x : map) x = std::abs(x);
  ASSERT_TRUE(addMap(std::move(map), maps));
  maps.kind.push_back(static_cast<std::int32_t>(Along::mlp));
  maps.layer.push_back(0);
  EXPECT_THAT(unfair(maps, coordinatesOf(maps)), testing::HasSubstr("maps of the stream"));
  EXPECT_EQ(unfair(mapsOf(1), coordinatesOf(mapsOf(1))), "");
}

TEST(Trees, CompareMapsOfTwoSizesAtTheCoordinatesOfTheSmaller) {
  const Streams large = mapsOf(1);
  Streams small;
  small.coordinates = kCoordinates / 2;
  for (std::size_t m = 0; m < large.count(); ++m) {
    std::vector<float> map;
    for (std::size_t i = 0; i < kCoordinates; i += 2) {
      for (std::size_t j = 0; j < kCoordinates; j += 2) {
        map.push_back(large.values[(m * kCoordinates + i) * kCoordinates + j]);
      }
    }
    ASSERT_TRUE(addMap(std::move(map), small));
    small.kind.push_back(large.kind[m]);
    small.layer.push_back(large.layer[m]);
  }
  EXPECT_LT(log10POf(large, small), -4);
  EXPECT_LT(log10POf(small, large), -4);
}

TEST(Gains, AgreeWhereTheyStand) {
  const auto normsOf = [](std::uint64_t seed, double drift) {
    Streams norms;
    norms.coordinates = kCoordinates;
    for (std::int32_t l = 0; l < 4; ++l) {
      EXPECT_TRUE(addGains(drifted(normals(kWidth, 10 * seed + l), drift, 50 + l), norms));
      norms.kind.push_back(static_cast<std::int32_t>(Along::attention));
      norms.layer.push_back(l);
    }
    return norms;
  };
  EXPECT_GT(gainsAgree(normsOf(1, 0), normsOf(1, 0.3)).value(), 0.9);
  EXPECT_LT(std::abs(gainsAgree(normsOf(1, 0), normsOf(2, 0)).value()), 0.3);
  Streams none;
  EXPECT_FALSE(addGains(std::vector<float>(kWidth, 1), none));
  EXPECT_EQ(gainsAgree(normsOf(1, 0), none), std::nullopt);
}

}  // namespace
}  // namespace kindred::fingerprint::beside
