// What a sign test needs of its reference, tested on that model alone.
#include <bit>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/alignment/comparison.hpp"
#include "support/alignment/toy_model.hpp"

namespace {

using namespace kindred;
using test::compare;
using test::Comparison;
using test::ToyModel;
using testing::HasSubstr;

Place layer(std::int64_t l) { return {l, -1, false}; }

// rows = share * from + rows, everywhere.
void mix(ToyModel& model, std::string_view to, std::string_view from, float share, float rest) {
  for (std::int64_t l = 0; l < 3; ++l) {
    const Matrix source = model.at(from, layer(l));
    Matrix& target = model.at(to, layer(l));
    for (std::size_t i = 0; i < target.values.size(); ++i) {
      target.values[i] = share * source.values[i] + rest * target.values[i];
    }
  }
}

// Gates of trained models lean one way.
ToyModel leaning(std::string name, std::uint64_t seed) {
  ToyModel model(std::move(name), seed);
  for (std::int64_t l = 0; l < 3; ++l) {
    Matrix& gate = model.at(role::kGate, layer(l));
    for (std::size_t i = 0; i < gate.values.size(); ++i) {
      gate.values[i] += 0.3f * static_cast<float>(std::cos(static_cast<double>(i % gate.columns)));
    }
  }
  return model;
}

// Ups that are their gates with the columns in another order, the same everywhere, and noise.
ToyModel mapped(std::string name, std::uint64_t seed) {
  ToyModel model(std::move(name), seed);
  for (std::int64_t l = 0; l < 3; ++l) {
    const Matrix& gate = model.at(role::kGate, layer(l));
    Matrix& up = model.at(role::kUp, layer(l));
    for (std::uint64_t i = 0; i < up.values.size(); ++i) {
      const std::uint64_t reversed = i - i % up.columns + up.columns - 1 - i % up.columns;
      up.values[i] = gate.values[reversed] + 0.3f * up.values[i];
    }
  }
  return model;
}

// Adds to the rows of a role what `table` has there, `size` times the rows' own standard deviation.
template <class Table>
ToyModel with(ToyModel model, std::string_view role, float size, Table&& table) {
  for (std::int64_t l = 0; l < 3; ++l) {
    Matrix& rows = model.at(role, layer(l));
    double square = 0;
    for (const float x : rows.values) square += double{x} * x;
    const auto deviation =
        static_cast<float>(std::sqrt(square / static_cast<double>(rows.values.size())));
    for (std::uint64_t i = 0; i < rows.values.size(); ++i) {
      rows.values[i] += size * deviation * table(i / rows.columns, i % rows.columns, rows.columns);
    }
  }
  return model;
}

float onDiagonal(std::uint64_t row, std::uint64_t column, std::uint64_t columns) {
  return row % columns == column ? 1.0f : 0.0f;
}

float ofHadamard(std::uint64_t row, std::uint64_t column, std::uint64_t) {
  return std::popcount(row & column) % 2 == 0 ? 1.0f : -1.0f;
}

float ofCosines(std::uint64_t row, std::uint64_t column, std::uint64_t columns) {
  const double width = static_cast<double>(columns);
  return static_cast<float>(std::cos(std::acos(-1.0) * (static_cast<double>(column) + 0.5) *
                                     static_cast<double>(row % columns) / width));
}

ToyModel swapped(ToyModel model) {
  for (std::int64_t l = 0; l < 3; ++l) {
    std::swap(model.at(role::kGate, layer(l)), model.at(role::kUp, layer(l)));
  }
  return model;
}

void expectRefused(const Comparison& c, Gauge gauge, const std::string& why) {
  EXPECT_EQ(c.find(std::string(name(gauge))), nullptr);
  for (const align::Refusal& refusal : c.outcome.refusals) {
    if (refusal.gauge != gauge) continue;
    EXPECT_THAT(refusal.reason, HasSubstr(why));
    EXPECT_THAT(refusal.reason, HasSubstr("nor may the other model serve"));
    return;
  }
  ADD_FAILURE() << name(gauge) << " is not refused";
}

Comparison testedBySigns(const ModelWeights& a, const ModelWeights& b) {
  return compare({"sign-test"}, a, b);
}

TEST(SelfTest, GatesAndUpsFromOneKeyGiveNoCoin) {
  ToyModel a("a", 1), b("b", 2);
  for (ToyModel* model : {&a, &b}) mix(*model, role::kUp, role::kGate, 1, 0);
  expectRefused(testedBySigns(a, b), Gauge::mlp_unit,
                "units of mlp.up have a positive product with rows of equal number of mlp.gate");
}

TEST(SelfTest, UpsThatBeganNearTheirGatesGiveNoCoin) {
  ToyModel a("a", 1), b("b", 2);
  for (ToyModel* model : {&a, &b}) mix(*model, role::kUp, role::kGate, 0.3f, 1);
  expectRefused(testedBySigns(a, b), Gauge::mlp_unit, "mlp.gate");
}

TEST(SelfTest, UpsThatAreGatesUnderAMapGiveNoCoin) {
  expectRefused(testedBySigns(mapped("a", 1), mapped("b", 2)), Gauge::mlp_unit,
                "the rows before them, weighed by how alike those of equal number of mlp.gate are");
}

TEST(SelfTest, RowsThatBeganAsAPublicTableGiveNoCoin) {
  const auto pair = [](std::string_view role, float size, auto table) {
    return testedBySigns(with(ToyModel("a", 1), role, size, table),
                         with(ToyModel("b", 2), role, size, table));
  };
  expectRefused(pair(role::kUp, 8, onDiagonal), Gauge::mlp_unit,
                "rows of equal number of the identity");
  expectRefused(pair(role::kUp, 1, ofHadamard), Gauge::mlp_unit, "the Hadamard matrix");
  expectRefused(pair(role::kUp, 1, ofCosines), Gauge::mlp_unit, "the cosine transform");
  expectRefused(pair(role::kValue, 8, onDiagonal), Gauge::value_dim, "the identity");
}

TEST(SelfTest, RowsOfAPublicTableGiveNoCoinInWhateverOrderTheyStand) {
  const auto shuffled = [](std::uint64_t model, auto table) {
    return [model, table](std::uint64_t row, std::uint64_t column, std::uint64_t columns) {
      return table((row * (2 * model + 1) + model) % columns, column, columns);
    };
  };
  const auto pair = [&](std::string_view role, float size, auto table) {
    return testedBySigns(with(ToyModel("a", 1), role, size, shuffled(3, table)),
                         with(ToyModel("b", 2), role, size, shuffled(8, table)));
  };
  expectRefused(pair(role::kUp, 8, onDiagonal), Gauge::mlp_unit,
                "the coordinate that they lie along most");
  expectRefused(pair(role::kUp, 1, ofHadamard), Gauge::mlp_unit,
                "the Walsh function that they lie along most");
}

TEST(SelfTest, RowsThatAreOneRowTurnedGiveNoCoin) {
  const auto circulant = [](std::string name, std::uint64_t seed) {
    ToyModel model(std::move(name), seed);
    for (std::int64_t l = 0; l < 3; ++l) {
      Matrix& up = model.at(role::kUp, layer(l));
      for (std::uint64_t i = up.columns; i < up.values.size(); ++i) {
        up.values[i] = up.values[i / up.columns * up.columns - up.columns +
                                 (i % up.columns + up.columns - 1) % up.columns];
      }
    }
    return model;
  };
  expectRefused(testedBySigns(circulant("a", 1), circulant("b", 2)), Gauge::mlp_unit,
                "turned by one column");
}

TEST(SelfTest, KeysFromTheNumbersOfValuesGiveNoCoin) {
  ToyModel a("a", 1), b("b", 2);
  for (ToyModel* model : {&a, &b}) mix(*model, role::kKey, role::kValue, 1, 0);
  const Comparison c = testedBySigns(a, b);
  expectRefused(c, Gauge::value_dim, "attention.k");
  EXPECT_NE(c.find("mlp-unit"), nullptr);  // its signs are fair all the same
}

TEST(SelfTest, GatesUnderTheNameOfUpsGiveNoCoin) {
  const ToyModel a = swapped(leaning("a", 1)), b = swapped(leaning("b", 2));
  expectRefused(testedBySigns(a, b), Gauge::mlp_unit, "the sum of the rows before them");
}

// As rows of unsigned codes do, whatever they are stored as.
TEST(SelfTest, RowsThatAllPointOneWayGiveNoCoin) {
  ToyModel a("a", 1), b("b", 2);
  for (ToyModel* model : {&a, &b}) {
    for (const std::string_view role : {role::kUp, role::kGate}) {
      for (std::int64_t l = 0; l < 3; ++l) {
        for (float& x : model->at(role, layer(l)).values) x += 0.3f;
      }
    }
  }
  expectRefused(testedBySigns(a, b), Gauge::mlp_unit, "the sum of the rows before them");
}

TEST(SelfTest, OneModelWithFairSignsIsReferenceEnough) {
  ToyModel a("a", 1);
  mix(a, role::kUp, role::kGate, 1, 0);
  const ToyModel b("b", 2);
  for (const Comparison& c : {testedBySigns(a, b), testedBySigns(b, a)}) {
    ASSERT_NE(c.find("mlp-unit"), nullptr);
    EXPECT_EQ(c.find("mlp-unit")->reference, "b");
    EXPECT_GT(c.log10P("mlp-unit"), -4);
  }
}

TEST(SelfTest, ACopyIsFoundWithTheOtherModelAsReference) {
  // The copy's gates were drawn anew from its ups, so only the original's signs are fair.
  const ToyModel a("a", 1);
  ToyModel b = a.as("b");
  mix(b, role::kGate, role::kUp, 0.5f, 1);
  const Comparison c = testedBySigns(b, a);
  ASSERT_NE(c.find("mlp-unit"), nullptr);
  EXPECT_EQ(c.find("mlp-unit")->reference, "a");
  EXPECT_LT(c.log10P("mlp-unit"), -80);
}

TEST(SelfTest, HonestModelsKeepTheirCoins) {
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const ToyModel model = leaning("a", seed);
    const auto profile = test::aligner()->profile(model);
    align::SelfTests self_tests;
    for (const auto& [gauge, role] :
         {std::pair(Gauge::mlp_unit, "mlp.up"), std::pair(Gauge::value_dim, "attention.v"),
          std::pair(Gauge::rotary_pair, "attention.k"),
          std::pair(Gauge::residual_dim, "embedding")}) {
      const GaugeUse use{gauge, GaugeUse::Of::signs, role, 0};
      refused += self_tests.against(*profile, use, {0, 1, 2, 3, 4, 5, 6, 7}).has_value();
    }
  }
  EXPECT_LE(refused, 1u);  // 0.16 expected
}

// Long training has left of each coordinate's copy some leaning alone.
TEST(SelfTest, StreamsThatWereWidenedByCopiesGiveNoCoin) {
  for (const bool beside : {true, false}) {
    ToyModel model("a", 3);
    for (std::int64_t l = 0; l < 3; ++l) {
      Matrix& up = model.at(role::kUp, layer(l));
      for (std::uint64_t r = 0; r < up.rows; ++r) {
        float* row = up.values.data() + r * up.columns;
        for (std::uint64_t k = 0; k < up.columns / 2; ++k) {
          if (beside) {
            row[2 * k + 1] += 0.3f * row[2 * k];
          } else {
            row[up.columns / 2 + k] += 0.3f * row[k];
          }
        }
      }
    }
    const auto profile = test::aligner()->profile(model);
    align::SelfTests self_tests;
    const auto refused = self_tests.against(
        *profile, {Gauge::residual_dim, GaugeUse::Of::signs, std::string(role::kUp), 1}, {});
    ASSERT_TRUE(refused.has_value());
    EXPECT_THAT(*refused, HasSubstr(beside ? "each coordinate stands 2 times, side by side"
                                           : "the stream stands 2 times, copy behind copy"));
  }
}

// What values read and outputs write leans one way: maps made of both do in independent models.
TEST(SelfTest, MapsOfValuesAndOutputsThatLeanGiveNoCoin) {
  const GaugeUse maps{Gauge::residual_dim, GaugeUse::Of::signs, std::string(role::kUp), 1};
  for (const double mean : {0.0, 0.4}) {
    ToyShape shape;
    shape.bands = shape.hidden;
    ToyModel model("a", 3, shape);
    for (std::int64_t l = 0; l < 3; ++l) {
      for (const auto role : {role::kValue, role::kAttentionOutput}) {
        Matrix& matrix = model.at(role, layer(l));
        double square = 0;
        for (const float x : matrix.values) square += double{x} * x;
        const double size = std::sqrt(square / static_cast<double>(matrix.values.size()));
        for (float& x : matrix.values) x += static_cast<float>(mean * size);
      }
    }
    const auto profile = test::aligner()->profile(model);
    align::SelfTests self_tests;
    EXPECT_EQ(self_tests.against(*profile, maps, {}).has_value(), mean > 0);
  }
}

TEST(SelfTest, PartsThatWereCopiedAreTestedOnce) {
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const ToyModel model = ToyModel("a", seed).upcycled(8).trained(0.2, seed);
    const auto profile = test::aligner()->profile(model);
    align::SelfTests self_tests;
    refused += self_tests.against(*profile, {Gauge::mlp_unit, GaugeUse::Of::signs, "mlp.up", 0}, {})
                   .has_value();
  }
  EXPECT_EQ(refused, 0u);
}

}  // namespace
