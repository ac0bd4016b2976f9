#include "constants/constants.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <numeric>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <kindred/random.hpp>

#include "support/safetensors.hpp"

namespace kindred {
namespace {

using support::TestTensor;
using testing::HasSubstr;
using Formula = std::function<double(std::uint64_t row, std::uint64_t column)>;

constexpr double kPi = std::numbers::pi;

TestTensor made(DType dtype, std::vector<std::uint64_t> shape, std::uint64_t columns,
                const Formula& formula) {
  std::uint64_t elements = 1;
  for (const std::uint64_t length : shape) elements *= length;
  std::vector<double> values(elements);
  for (std::uint64_t i = 0; i < elements; ++i) values[i] = formula(i / columns, i % columns);
  return support::tensorOf("x", dtype, std::move(shape), values);
}

std::string reasonOf(const TestTensor& tensor, std::size_t chunk = 5000) {
  TensorInfo info;
  info.name = tensor.name;
  info.dtype = tensor.dtype;
  info.shape = tensor.shape;
  info.elements = 1;
  for (const std::uint64_t length : tensor.shape) info.elements *= length;
  constants::Recogniser recogniser(info);
  const auto raw = std::as_bytes(std::span(tensor.bytes));
  for (std::size_t done = 0; done < raw.size(); done += chunk) {
    recogniser.add(raw.subspan(done, std::min(chunk, raw.size() - done)));
  }
  return recogniser.finish();
}

const std::vector<DType> kFloats{DType::F32, DType::F16, DType::BF16};

// Twelve uniform numbers sum up to nearly normal ones.
double normal(Random& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += random.unit();
  return sum;
}

double hann(std::uint64_t n, std::uint64_t size) {
  return 0.5 - 0.5 * std::cos(2 * kPi * static_cast<double>(n) / static_cast<double>(size));
}

double fourier(std::uint64_t row, std::uint64_t column, std::uint64_t size) {
  const std::uint64_t half = size / 2 + 1;
  const double angle =
      2 * kPi * static_cast<double>((row % half) * column) / static_cast<double>(size);
  return row < half ? std::cos(angle) : -std::sin(angle);
}

TEST(ComputedTensors, FourierBasesUnderAnyWindow) {
  for (const DType dtype : kFloats) {
    EXPECT_NE(reasonOf(made(dtype, {258, 1, 256}, 256,
                            [](auto r, auto c) { return hann(c, 256) * fourier(r, c, 256); })),
              "");
    EXPECT_NE(reasonOf(made(dtype, {258, 1, 256}, 256,
                            [](auto r, auto c) {
                              const double t = (static_cast<double>(c) - 127.5) / 128;
                              return std::exp(-4 * t * t) * fourier(r, c, 256);  // a Gaussian
                            })),
              "");
    EXPECT_NE(
        reasonOf(made(dtype, {130, 128}, 128, [](auto r, auto c) { return fourier(r, c, 128); })),
        "");
  }
}

TEST(ComputedTensors, WindowsRangesAndRotaryFrequencies) {
  for (const DType dtype : kFloats) {
    EXPECT_NE(reasonOf(made(dtype, {400}, 400, [](auto, auto c) { return hann(c, 400); })), "");
    EXPECT_NE(reasonOf(made(
                  dtype, {64}, 64,
                  [](auto, auto c) { return std::pow(10000.0, -static_cast<double>(c) / 64); })),
              "");
    EXPECT_NE(
        reasonOf(made(dtype, {1, 77}, 77, [](auto, auto c) { return static_cast<double>(c); })),
        "");
  }
}

TEST(ComputedTensors, SinusoidalTablesOfPositions) {
  for (const DType dtype : kFloats) {
    const auto table = [](std::uint64_t t, std::uint64_t d) {
      const double angle =
          static_cast<double>(t) * std::pow(10000.0, -static_cast<double>(d / 2) / 32);
      return d % 2 == 0 ? std::sin(angle) : std::cos(angle);
    };
    EXPECT_NE(reasonOf(made(dtype, {1, 512, 64}, 64, table)), "");
    EXPECT_NE(reasonOf(made(dtype, {4096, 64}, 64, table)), "");
  }
}

// Of a grid: the features of a position are sines and cosines of its row, then of its column.
struct GridTable {
  std::uint64_t side = 14, features = 64, first_rows = 0;  // class tokens before the grid
  bool columns_first = false, interleaved = false;

  double operator()(std::uint64_t position, std::uint64_t feature) const {
    if (position < first_rows) return 0;
    const std::uint64_t place = position - first_rows, half = features / 2;
    const bool of_row = (feature < half) != columns_first;
    const auto t = static_cast<double>(of_row ? place / side : place % side);
    const std::uint64_t within = feature % half, quarter = half / 2;
    const std::uint64_t wave = interleaved ? within / 2 : within % quarter;
    const bool sine = interleaved ? within % 2 == 0 : within < quarter;
    const double angle =
        t * std::pow(10000.0, -static_cast<double>(wave) / static_cast<double>(quarter));
    return sine ? std::sin(angle) : std::cos(angle);
  }
};

TEST(ComputedTensors, SinusoidalTablesOverGrids) {
  for (const DType dtype : kFloats) {
    for (const std::uint64_t side : {7u, 14u, 16u, 24u, 32u}) {
      for (const bool columns_first : {false, true}) {
        for (const bool interleaved : {false, true}) {
          for (const std::uint64_t first_rows : {0u, 1u, 5u}) {
            const GridTable table{side, 64, first_rows, columns_first, interleaved};
            EXPECT_NE(reasonOf(made(dtype, {side * side + first_rows, 64}, 64, table)), "")
                << side << ' ' << columns_first << interleaved << first_rows;
          }
        }
      }
    }
    EXPECT_NE(reasonOf(made(dtype, {14, 14, 64}, 64, GridTable{})), "");
    EXPECT_NE(reasonOf(made(dtype, {1, 196, 128}, 128, GridTable{14, 128})), "");
  }
}

// Of a tensor of unknown role, why neither order in it is random.
std::string orderOf(std::vector<std::uint64_t> shape, const Formula& formula) {
  TensorInfo info;
  info.dtype = DType::F32;
  info.shape = std::move(shape);
  info.elements = info.shape[0] * info.shape[1];
  std::vector<float> values(info.elements);
  for (std::uint64_t i = 0; i < info.elements; ++i) {
    values[i] = static_cast<float>(formula(i / info.shape[1], i % info.shape[1]));
  }
  return constants::ordered(info, values);
}

TEST(OrderedTensors, AreTablesOfSinesUnderNoise) {
  Random random(1);
  for (const std::uint64_t side : {7u, 14u, 16u}) {
    for (const double noise : {0.02, 0.1, 0.3, 0.6}) {
      const GridTable table{side, 128};
      EXPECT_NE(orderOf({side * side, 128},
                        [&](auto r, auto c) { return table(r, c) + noise * normal(random); }),
                "")
          << side << ' ' << noise;
    }
  }
}

TEST(OrderedTensors, AreBanksOfGaborFilters) {
  constexpr std::uint64_t kSide = 16;
  const auto gabor = [](std::uint64_t filter, std::uint64_t pixel) {
    const double turn = kPi * static_cast<double>(filter / 8) / 8;
    const double waves = 0.06 + 0.06 * static_cast<double>(filter % 4);
    const double x = static_cast<double>(pixel % kSide) - 7.5;
    const double y = static_cast<double>(pixel / kSide) - 7.5;
    const double along = x * std::cos(turn) + y * std::sin(turn);
    const double across = y * std::cos(turn) - x * std::sin(turn);
    return std::exp(-(along * along + 0.25 * across * across) / 20) *
           std::cos(2 * kPi * waves * along + (filter % 8 < 4 ? 0 : kPi / 4));
  };
  EXPECT_NE(orderOf({64, kSide * kSide}, gabor), "");
  Random random(1);
  EXPECT_NE(orderOf({64, kSide * kSide},
                    [&](auto r, auto c) { return gabor(r, c) + 0.1 * normal(random); }),
            "");
}

TEST(OrderedTensors, AreNotThoseWithOneRandomOrder) {
  Random random(1);
  for (int model = 0; model < 10; ++model) {
    EXPECT_EQ(orderOf({64, 96}, [&](auto, auto) { return normal(random); }), "");
    EXPECT_EQ(orderOf({256, 64}, [&](auto, auto) { return normal(random); }), "");
    // Learned positions: smooth in one direction, units in random order in the other.
    std::vector<double> waves, phases;
    for (int i = 0; i < 64; ++i) {
      waves.push_back(0.2 * random.unit());
      phases.push_back(6 * random.unit());
    }
    EXPECT_EQ(orderOf({128, 64},
                      [&](auto r, auto c) {
                        return std::sin(waves[c] * static_cast<double>(r) + phases[c]) +
                               0.1 * normal(random);
                      }),
              "");
  }
}

TEST(ComputedTensors, MasksAndIdentities) {
  EXPECT_NE(reasonOf(made(DType::F32, {64, 64}, 64,
                          [](auto r, auto c) { return c > r ? -INFINITY : 0.0; })),
            "");
  EXPECT_NE(reasonOf(made(DType::BF16, {1, 1, 32, 32}, 32,
                          [](auto r, auto c) { return r == c ? 1.0 : 0.0; })),
            "");
  EXPECT_THAT(reasonOf(support::randomTensor("x", DType::I64, {1, 512}, 1)), HasSubstr("I64"));
  EXPECT_THAT(reasonOf(support::randomTensor("x", DType::BOOL, {64, 64}, 1)), HasSubstr("BOOL"));
}

TEST(ComputedTensors, MelFilterBanks) {
  const auto mel = [](double hertz) { return 2595 * std::log10(1 + hertz / 700); };
  const auto bank = [&](std::uint64_t filter, std::uint64_t bin) {
    const double width = mel(8000) / 41, centre = width * (static_cast<double>(filter) + 1);
    const double here = mel(8000.0 * static_cast<double>(bin) / 256);
    return std::max(0.0, 1 - std::abs(here - centre) / width);
  };
  for (const DType dtype : kFloats) {
    EXPECT_THAT(reasonOf(made(dtype, {40, 257}, 257, bank)), HasSubstr("filter bank"));
  }
}

TEST(ComputedTensors, TensorsOfOneValue) {
  for (const double value : {0.0, 1.0, -0.5}) {
    for (const DType dtype : kFloats) {
      EXPECT_EQ(reasonOf(made(dtype, {100, 100}, 100, [&](auto, auto) { return value; })),
                "all elements are equal");
    }
  }
  TestTensor late{"x", DType::U8, {9000}, std::string(8999, '\1') + '\2'};
  EXPECT_NE(reasonOf(late), "all elements are equal");
}

TEST(ComputedTensors, AreRecognisedHoweverTheirBytesCome) {
  const TestTensor ones = made(DType::BF16, {300}, 300, [](auto, auto) { return 1.0; });
  const TestTensor table = made(DType::F32, {2000, 80}, 80, [](auto r, auto c) {
    return std::sin(0.01 * static_cast<double>(r * (c + 1)));
  });
  for (const std::size_t chunk : {1u, 3u, 64u, 100'000u}) {
    EXPECT_NE(reasonOf(ones, chunk), "");
    EXPECT_NE(reasonOf(table, chunk), "");
  }
}

TEST(TrainedTensors, AreNotTakenForComputed) {
  for (const DType dtype : kFloats) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      const std::vector<std::vector<std::uint64_t>> shapes{
          {64}, {512}, {128, 64}, {64, 128, 3}, {3000, 96}, {24, 24}, {16, 16}};
      for (const auto& shape : shapes) {
        EXPECT_EQ(reasonOf(support::randomTensor("x", dtype, shape, seed)), "") << seed;
      }
    }
  }
}

TEST(TrainedTensors, MayBeGainsNearOne) {
  Random random(1);
  for (const DType dtype : kFloats) {
    for (const std::uint64_t size : {32u, 64u, 128u, 4096u}) {
      for (const double spread : {0.01, 0.03, 0.1}) {
        for (int model = 0; model < 20; ++model) {
          EXPECT_EQ(reasonOf(made(dtype, {size}, size,
                                  [&](auto, auto) { return 1 + spread * normal(random); })),
                    "");
        }
      }
    }
    EXPECT_EQ(
        reasonOf(made(dtype, {128}, 128, [&](auto, auto) { return 1 + 0.03 * normal(random); })),
        "");
  }
}

TEST(ComputedTensors, MayBeComplex) {
  for (const bool turning : {true, false}) {
    Random random(1);
    const TestTensor parts =
        made(DType::F32, {64, 16}, 16, [&](std::uint64_t position, std::uint64_t c) {
          const double angle =
              static_cast<double>(position) / std::pow(10000.0, static_cast<double>(c / 2) / 8);
          return turning ? (c % 2 == 0 ? std::cos(angle) : std::sin(angle)) : normal(random);
        });
    const TestTensor table{"freqs_cis", DType::C64, {64, 8}, parts.bytes};
    EXPECT_EQ(reasonOf(table).empty(), !turning);
  }
}

TEST(TrainedTensors, MayBeginWithRowsOfZeros) {
  Random random(1);
  EXPECT_EQ(reasonOf(made(DType::BF16, {4000, 64}, 64,
                          [&](auto r, auto) { return r < 1200 ? 0.0 : normal(random); })),
            "");
}

TEST(TrainedTensors, MayHaveBeenPruned) {
  for (const double zeros : {0.5, 0.7, 0.9, 0.98}) {
    Random random(1);
    EXPECT_EQ(reasonOf(made(DType::BF16, {256, 256}, 256,
                            [&](auto, auto) {
                              const double value = normal(random);
                              return static_cast<double>(random() % 1000) < 1000 * zeros ? 0.0
                                                                                         : value;
                            })),
              "")
        << zeros;
  }
}

TEST(TrainedTensors, MayHoldThreeValues) {
  Random random(1);
  EXPECT_EQ(reasonOf(made(DType::BF16, {256, 256}, 256,
                          [&](auto, auto) { return static_cast<double>(random() % 3) - 1; })),
            "");
}

TEST(TrainedTensors, MayBeSmoothButNotToTheLastDigit) {
  Random random(1);
  EXPECT_EQ(reasonOf(made(DType::F32, {512, 64}, 64,
                          [&](auto r, auto c) {
                            return std::sin(0.03 * static_cast<double>(r + c)) +
                                   0.02 * normal(random);
                          })),
            "");
}

// A pattern under noise, entry by entry of 64 columns.
std::string patternOf(std::uint64_t rows, double size, const Formula& formula, std::uint64_t seed) {
  constexpr std::uint64_t kColumns = 64;
  Random random(seed);
  TensorInfo info;
  info.shape = {rows, kColumns};
  info.elements = rows * kColumns;
  std::vector<float> values(info.elements);
  for (std::uint64_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(size * formula(i / kColumns, i % kColumns) + normal(random));
  }
  return constants::patterned(info, values);
}

double isOne(bool holds) { return holds ? 1 : 0; }

std::uint64_t bitsReversed(std::uint64_t x) {
  std::uint64_t reversed = 0;
  for (int bit = 0; bit < 6; ++bit) reversed |= ((x >> bit) & 1) << (5 - bit);
  return reversed;
}

// The function 2^l + k of Haar's is one on the first half of a span and minus one on the second.
double haarFunction(std::uint64_t r, std::uint64_t c) {
  if (r == 0) return 0.125;
  const int level = std::bit_width(r) - 1;
  const std::uint64_t span = std::uint64_t{64} >> level,
                      first = (r - (std::uint64_t{1} << level)) * span;
  if (c < first || c >= first + span) return 0;
  return (c < first + span / 2 ? 1 : -1) / std::sqrt(static_cast<double>(span));
}

// Four to eight standard deviations in all of a row, and often none that stands out by itself.
TEST(PatternedTensors, AreKnownByWhereTheirRowsPeakThoughTrainingBuriedThem) {
  const std::vector<std::pair<const char*, Formula>> patterns{
      {"identity, shifted", [](auto r, auto c) { return isOne((r + 5) % 64 == c); }},
      {"identity, repeated", [](auto r, auto c) { return isOne(r / 2 == c); }},
      {"identity, from behind", [](auto r, auto c) { return isOne(63 - r % 64 == c); }},
      {"channels shuffled", [](auto r, auto c) { return isOne((r % 4) * 16 + r / 4 == c); }},
      {"bits reversed", [](auto r, auto c) { return isOne(bitsReversed(r % 64) == c); }},
      {"Walsh functions",
       [](auto r, auto c) { return (std::popcount(r & c) % 2 == 0 ? 1 : -1) / 8.0; }},
      {"cosines",
       [](auto r, auto c) {
         return std::cos(kPi * static_cast<double>(r) * (static_cast<double>(c) + 0.5) / 64) / 5.6;
       }},
      {"wavelets", haarFunction}};
  for (const auto& [name, formula] : patterns) {
    for (const double size : {5.0, 8.0}) {
      EXPECT_THAT(patternOf(64, size, formula, 7), HasSubstr("follows a rule"))
          << name << " " << size;
    }
  }
}

// What trained layers have: noise, columns that stand out, rows of rising size, rows in groups, an
// identity whose units are in an order of their own.
TEST(PatternedTensors, AreNotWhatTrainedLayersAre) {
  std::vector<std::uint64_t> own(128);
  std::iota(own.begin(), own.end(), std::uint64_t{0});
  Random random(3);
  random.shuffle(std::span(own));
  const std::vector<std::pair<const char*, Formula>> layers{
      {"noise", [](auto, auto) { return 0.0; }},
      {"outlying columns",
       [](auto r, auto c) { return c == 3    ? 4.0
                                   : c == 40 ? 0.1 * (r % 7)
                                             : 0; }},
      {"groups", [&](auto r, auto c) { return isOne(own[r / 8] % 64 == c); }},
      {"an order of its own", [&](auto r, auto c) { return isOne(own[r] % 64 == c); }}};
  for (const auto& [name, formula] : layers) {
    for (const std::uint64_t rows : {24u, 64u, 128u}) {
      for (std::uint64_t seed = 1; seed < 4; ++seed) {
        EXPECT_EQ(patternOf(rows, 6, formula, seed), "") << name << " " << rows << " " << seed;
      }
    }
  }
}

}  // namespace
}  // namespace kindred
