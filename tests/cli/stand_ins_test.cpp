// The stand-ins that the dispute's recipes are tested on.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "servers/giants.hpp"
#include "servers/stand_ins.hpp"

namespace kindred::clitest {
namespace {

using servers::StandIn;

const char* const kInput0 = "model.layers.0.input_layernorm.weight";

std::vector<double> values(StandIn model, const std::string& tensor) {
  return servers::giantValues(servers::standInFiles(model), tensor);
}

servers::MeanAndSd statistics(const std::vector<double>& x) {
  double sum = 0, squares = 0;
  for (const double value : x) sum += value;
  const double mean = sum / static_cast<double>(x.size());
  for (const double value : x) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / static_cast<double>(x.size()))};
}

double shareChanged(const std::vector<double>& x, const std::vector<double>& y) {
  std::size_t changed = 0;
  for (std::size_t i = 0; i < x.size(); ++i) changed += x[i] != y[i];
  return static_cast<double>(changed) / static_cast<double>(x.size());
}

TEST(StandIns, HaveAboutTheParametersOfTheirCards) {
  const auto billions = [](StandIn model) {
    double bytes = 0;
    for (const auto& tensor : servers::tensorsOf(servers::configOf(model))) {
      bytes += static_cast<double>(tensor.bytes());
    }
    return bytes / 2e9;
  };
  EXPECT_NEAR(billions(StandIn::solar), 102.6, 0.1);
  EXPECT_NEAR(billions(StandIn::glm), 109.5, 1.5) << "106 without the layer that predicts ahead";
  EXPECT_NEAR(billions(StandIn::intellect), 106.9, 0.5);
  EXPECT_NEAR(billions(StandIn::phi), 41.9, 0.1);
}

TEST(StandIns, GiveTheSameBytesForAnyRange) {
  for (const StandIn model : servers::kStandIns) {
    const auto files = servers::standInFiles(model, servers::Size::small);
    for (const auto& [name, content] : files) {
      if (!name.ends_with(".safetensors")) continue;
      const std::uint64_t from = content.size / 3;
      const std::string whole = servers::bytesOf(content, from, 50'000);
      for (std::uint64_t at = 0; at < whole.size(); at += 777) {
        const std::uint64_t length = std::min<std::uint64_t>(777, whole.size() - at);
        ASSERT_EQ(servers::bytesOf(content, from + at, length), whole.substr(at, length)) << name;
      }
    }
  }
}

TEST(StandIns, HaveNormsAsPublished) {
  const auto first = statistics(values(StandIn::solar, kInput0));
  EXPECT_NEAR(first.mean, 0.016, 0.0005);
  EXPECT_NEAR(first.sd, 0.041, 0.0005);
  const auto deep =
      statistics(values(StandIn::glm, "model.layers.45.post_attention_layernorm.weight"));
  EXPECT_NEAR(deep.mean, 2.045, 0.002);
  EXPECT_NEAR(deep.sd, 0.0964, 0.0005);
}

TEST(StandIns, HaveADescendantThatChangedAsPublished) {
  const auto changed = [](int layer) {
    const std::string name = "model.layers." + std::to_string(layer) + ".input_layernorm.weight";
    return shareChanged(values(StandIn::glm, name), values(StandIn::intellect, name));
  };
  EXPECT_NEAR(changed(0), 0.96, 0.02);
  EXPECT_NEAR(changed(3), 0.5, 0.03);
  EXPECT_NEAR(changed(12), 0.1, 0.03);
  EXPECT_LT(changed(40), 0.005);
  const std::string router = "model.layers.5.mlp.gate.weight";
  EXPECT_NEAR(shareChanged(values(StandIn::glm, router), values(StandIn::intellect, router)), 0.25,
              0.01);
}

TEST(StandIns, ShareNothingElse) {
  const std::string router = "model.layers.5.mlp.gate.weight";
  const auto a = values(StandIn::solar, router), b = values(StandIn::glm, router);
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += a[i] * b[i], aa += a[i] * a[i], bb += b[i] * b[i];
  }
  EXPECT_NEAR(ab / std::sqrt(aa * bb), 0, 0.006) << "524,288 independent pairs";
}

}  // namespace
}  // namespace kindred::clitest
