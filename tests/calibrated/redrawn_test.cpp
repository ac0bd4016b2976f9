// Everything that a layer's symmetries leave free was drawn anew, and the model trained on: what is
// left lies in the maps that layers make of the residual stream.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <string>

#include "briefly.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "trainer/reparameterise.hpp"
#include "trainer/save.hpp"
#include "trainer/signs.hpp"

namespace kindred::trainer {
namespace {

using nlohmann::json;
using support::TempDir;

constexpr std::size_t kWords = 96;

Weights<float> wide(std::uint64_t seed) {
  Shape shape;
  shape.hidden = 64;
  shape.layers = 3;
  shape.kv_heads = 4;
  shape.head_dim = shape.rotary_dim = 16;
  shape.intermediate = 176;
  shape.vocabulary = kWords;
  Weights<float> weights = initialise<float>(shape, words(kWords, 1), seed);
  trainBriefly(weights, kWords, 60, 1e-2, seed);
  return weights;
}

// All but the stream's own coordinates.
void redrawLayers(Weights<float>& weights) {
  auto signs = drawSigns(weights, 21);
  signs.residual.clear();
  applySigns(weights, signs);
  permuteUnits(weights, 22);
  permuteHeads(weights, 23);
  scaleUnits(weights, 4, 24);
  rotateValues(weights, 25);
  turnRotaryPairs(weights, 26);
}

json comparison(const Weights<float>& a, const Weights<float>& b) {
  TempDir dir;
  save(a, dir / "a", DType::F32);
  save(b, dir / "b", DType::F32);
  const support::RunResult result =
      support::run({"compare", (dir / "a").string(), (dir / "b").string(), "--json", "--force",
                    "--out", (dir / "out").string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

double leastOf(const json& report, const std::string& test) {
  double least = 0;
  for (const json& finding : report.at("findings")) {
    if (finding.at("test") == test) least = std::min(least, finding.at("log10_p").get<double>());
  }
  return least;
}

TEST(Redrawn, LayersAreSeenThroughByTheMapsThatTheyMake) {
  const Weights<float> a = wide(1);
  Weights<float> b = a;
  redrawLayers(b);
  trainBriefly(b, kWords, 25, 1e-3, 99);
  const json report = comparison(a, b);
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights") << report.at("verdict");
  EXPECT_LT(leastOf(report, "tree-coins"), -12);
}

TEST(Redrawn, LayersOfStrangersShowNothing) {
  Weights<float> b = wide(2);
  redrawLayers(b);
  trainBriefly(b, kWords, 25, 1e-3, 99);
  const json report = comparison(wide(1), b);
  EXPECT_EQ(report.at("verdict").at("class"), "no-evidence");
}

// A p-value of a few planted rows is as small as that of a copy.
TEST(Planted, RowsOfOneModelInAStrangerAreNoCopyOfTheWhole) {
  const Weights<float> a = wide(1);
  Weights<float> b = wide(2);
  constexpr std::size_t kPlanted = 64;  // of 3 * 176
  for (std::size_t i = 0; i < kPlanted; ++i) {
    const Mlp<float>& from = a.layers[i % 3].mlp;
    Mlp<float>& to = b.layers[i % 3].mlp;
    std::copy_n(from.gate.row(i), from.gate.columns, to.gate.row(i));
    std::copy_n(from.up.row(i), from.up.columns, to.up.row(i));
  }
  const json verdict = comparison(a, b).at("verdict");
  EXPECT_LT(verdict.at("log10_p").get<double>(), -6);
  EXPECT_EQ(verdict.at("class"), "partial") << verdict;
}

}  // namespace
}  // namespace kindred::trainer
