// Two models of 200 GB each, compared on a laptop's terms.
#include <gmock/gmock.h>

#include <cmath>

#include "recipes.hpp"
#include "servers/giants.hpp"
#include "servers/giants_recipe.hpp"
#include "servers/range_server.hpp"
#include "support/sanitized.hpp"

namespace kindred::clitest {
namespace {

using namespace std::string_literals;

TEST(Giants, HaveTheShapesOfTheirConfigurations) {
  const auto check = [](const servers::MixtureConfig& config, double least_gb, double most_gb) {
    const auto tensors = servers::tensorsOf(config);
    EXPECT_GT(tensors.size(), 17'500U);
    EXPECT_LT(tensors.size(), 19'000U);
    double gb = 0;
    for (const auto& tensor : tensors) gb += static_cast<double>(tensor.bytes()) / 1e9;
    EXPECT_GT(gb, least_gb);
    EXPECT_LT(gb, most_gb);
    EXPECT_EQ(servers::giantFiles(config).size(), config.shards + 2);
  };
  check(servers::solarOpen100B(), 204, 207);
  check(servers::glm45Air(), 212, 222);  // with the layer that predicts one more token
}

TEST(Giants, GiveTheSameBytesForAnyRange) {
  const auto files = servers::giantFiles(servers::solarOpen100B());
  const servers::Content& shard = files.at("model-00003-of-00042.safetensors");
  const std::string whole = servers::bytesOf(shard, 0, 200'000);
  for (std::uint64_t at = 0; at < whole.size(); at += 777) {
    const std::uint64_t length = std::min<std::uint64_t>(777, whole.size() - at);
    ASSERT_EQ(servers::bytesOf(shard, at, length), whole.substr(at, length));
  }
}

TEST(Giants, AreComparedWithinAFewMegabytes) {
  const TempDir dir;
  servers::RangeServer server;
  servers::publishGiants(server);
  const std::string recipe =
      dir.write("recipe.yaml", servers::giantsRecipe(server.endpoint(), dir.text())).string();

  const RunResult plan = support::run({"plan", recipe, "--json"});
  ASSERT_EQ(plan.exit_code, 0) << plan.err;
  const auto planned =
      nlohmann::json::parse(plan.out).at("bytes_by_model");  // outlives its items()
  for (const auto& [model, bytes] : planned.items()) {
    EXPECT_LT(bytes.get<double>(), 64e6) << model;
  }

  const RunResult run = support::run(
      {"run", recipe, "--force", "--out", (dir / "out").string(), "--max-bytes", "64MB"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  if (!support::kSanitized) {
    EXPECT_LT(run.peak_kib, 256 * 1024);
  }
  const auto report = reportOf(dir);
  EXPECT_LT(report.at("cost").at("bytes_read").get<double>(), 2 * 64e6);
  EXPECT_EQ(summaryOf(report, "norms", "cosine", "cosine").at("count"), 2 * 47)
      << "two norms in each layer that both have";

  // One figure, computed here from the values that the server makes up.
  const std::string name = "model.layers.7.input_layernorm.weight";
  const auto a = servers::giantValues(servers::giantFiles(servers::solarOpen100B()), name);
  const auto b = servers::giantValues(servers::giantFiles(servers::glm45Air()), name);
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += a[i] * b[i], aa += a[i] * a[i], bb += b[i] * b[i];
  }
  const std::string csv = support::readFile(dir / "out/observations.csv");
  const std::size_t row = csv.find("norms,cosine,cosine,solar," + name + ",glm," + name + ",");
  ASSERT_NE(row, std::string::npos);
  const std::string line = csv.substr(row, csv.find('\n', row) - row);
  EXPECT_NEAR(std::stod(line.substr(line.rfind(',') + 1)), ab / std::sqrt(aa * bb), 1e-12);
}

}  // namespace
}  // namespace kindred::clitest
