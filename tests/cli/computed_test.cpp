// Strangers that hold one table which any program computes, in place of weights or below them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "toys.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using support::RunResult;
using testing::AnyOf;

constexpr double kPi = 3.14159265358979;

struct Formula {
  const char* name;
  double (*at)(std::uint64_t row, std::uint64_t column, std::uint64_t rows, std::uint64_t columns);
};

double sines(std::uint64_t r, std::uint64_t c, std::uint64_t, std::uint64_t columns) {
  const double by = std::pow(1e4, -static_cast<double>(c / 2 * 2) / static_cast<double>(columns));
  return c % 2 == 0 ? std::sin(by * static_cast<double>(r)) : std::cos(by * static_cast<double>(r));
}
double sinesThenCosines(std::uint64_t r, std::uint64_t c, std::uint64_t, std::uint64_t columns) {
  const std::uint64_t half = columns / 2;
  const double by =
      std::pow(500, -static_cast<double>(c % half) / static_cast<double>(half - 1)) * 3;
  return c < half ? std::sin(by * static_cast<double>(r)) : std::cos(by * static_cast<double>(r));
}
double ofPhase(double row, double column, double length) {
  return std::cos(kPi / length * row * column);
}
constexpr Formula kFormulas[] = {
    {"sines", sines},
    {"sines, then cosines", sinesThenCosines},
    {"sines by column",
     [](auto r, auto c, auto rows, auto columns) { return sines(c, r, columns, rows); }},
    {"cosine transform II",
     [](auto r, auto c, auto, auto columns) {
       return ofPhase(static_cast<double>(r), static_cast<double>(c) + 0.5,
                      static_cast<double>(columns));
     }},
    {"cosine transform IV",
     [](auto r, auto c, auto, auto columns) {
       return ofPhase(static_cast<double>(r) + 0.5, static_cast<double>(c) + 0.5,
                      static_cast<double>(columns));
     }},
    {"cosine transform IV of the longer side",
     [](auto r, auto c, auto rows, auto) {
       return ofPhase(static_cast<double>(r) + 0.5, static_cast<double>(c) + 0.5,
                      static_cast<double>(rows));
     }},
    {"sine transform",
     [](auto r, auto c, auto, auto columns) {
       return std::sin(kPi * static_cast<double>((r + 1) * (c + 1)) /
                       static_cast<double>(columns + 1));
     }},
    {"Hadamard",
     [](auto r, auto c, auto, auto) { return std::popcount(r & c) % 2 == 0 ? 1.0 : -1.0; }},
    {"identity", [](auto r, auto c, auto, auto columns) { return r % columns == c ? 1.0 : 0.0; }},
    {"constant", [](auto, auto, auto, auto) { return 0.25; }},
    {"slopes of distance",
     [](auto r, auto c, auto, auto) {
       return -std::exp2(-static_cast<double>(r % 8 + 1)) * static_cast<double>(c);
     }},
    {"causal mask", [](auto r, auto c, auto, auto) { return c <= r ? 1.0 : 0.0; }},
    {"rotary frequencies",
     [](auto r, auto c, auto, auto columns) {
       return std::cos(static_cast<double>(r) *
                       std::pow(1e4, -static_cast<double>(c % (columns / 2)) * 2 /
                                         static_cast<double>(columns)));
     }},
};

// The table in the size of the role's weights, and so much of these over it.
Toy with(Toy toy, const std::string& role, const Formula& formula, double rest) {
  for (auto& [name, array] : toy) {
    if (name.find(role) == std::string::npos) continue;
    const std::uint64_t rows = array.shape[0], columns = array.shape[1];
    double square = 0, of_table = 0;
    for (std::uint64_t i = 0; i < array.values.size(); ++i) {
      const double value = formula.at(i / columns, i % columns, rows, columns);
      square += array.values[i] * array.values[i];
      of_table += value * value;
    }
    for (std::uint64_t i = 0; i < array.values.size(); ++i) {
      array.values[i] =
          rest * array.values[i] +
          std::sqrt(square / of_table) * formula.at(i / columns, i % columns, rows, columns);
    }
  }
  return toy;
}

class ComputedWeights : public testing::Test {
 protected:
  // What `identify` and `compare` say of two strangers that hold the same.
  void expectNothingFound(const char* role, const Formula& formula, double rest) {
    SCOPED_TRACE(std::string(role) + ": " + formula.name + ", " + std::to_string(rest));
    saveModel(dir_ / "one", stored(with(toyLlama(40), role, formula, rest)), toyLlamaConfig());
    saveModel(dir_ / "other", stored(with(toyLlama(41), role, formula, rest)), toyLlamaConfig());
    const std::string one = (dir_ / "one").string(), other = (dir_ / "other").string();
    const RunResult identified = support::run({"identify", one, "--among", other, "--json"});
    ASSERT_EQ(identified.exit_code, 0) << identified.err;
    EXPECT_EQ(json::parse(identified.out).at("answer"), json::array());
    const RunResult compared = support::run(
        {"compare", one, other, "--force", "--out", (dir_ / "out").string(), "--json"});
    ASSERT_EQ(compared.exit_code, 0) << compared.err;
    EXPECT_THAT(json::parse(compared.out).at("verdict").at("class").get<std::string>(),
                AnyOf("no-evidence", "inconclusive", "untestable"));
  }

  support::TempDir dir_;
};

TEST_F(ComputedWeights, InPlaceOfUnitsAreNoEvidence) {
  for (const Formula& formula : kFormulas) expectNothingFound("up_proj", formula, 0);
}

TEST_F(ComputedWeights, InPlaceOfEmbeddingsAreNoEvidence) {
  for (const Formula& formula : kFormulas) expectNothingFound("embed_tokens", formula, 0);
}

TEST_F(ComputedWeights, ThatTrainingHasHalfBuriedAreNoEvidence) {
  for (const Formula& formula : kFormulas) expectNothingFound("up_proj", formula, 1);
}

TEST_F(ComputedWeights, AreNamedBesideTheVerdict) {
  const Formula& cosines = kFormulas[4];
  for (const char* name : {"one", "other"}) {
    saveModel(dir_ / name, stored(with(toyLlama(name[1]), "up_proj", cosines, 0)),
              toyLlamaConfig());
  }
  const RunResult compared =
      support::run({"compare", (dir_ / "one").string(), (dir_ / "other").string(), "--force",
                    "--out", (dir_ / "out").string(), "--json"});
  EXPECT_THAT(compared.out, testing::HasSubstr("what any program computes"));
  const RunResult identified = support::run(
      {"identify", (dir_ / "one").string(), "--among", (dir_ / "other").string(), "--json"});
  EXPECT_THAT(identified.out, testing::HasSubstr("what any program computes"));
}

}  // namespace
}  // namespace kindred::clitest
