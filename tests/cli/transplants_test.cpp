// Models of which one holds a layer of the other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compared.hpp"
#include "support/process.hpp"
#include "toys.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using support::TempDir;

constexpr ToyShape kShape{6, 176};

// A stranger of `host` in which one layer is another's, as it was trained on there.
Toy withLayerOf(const Toy& donor, std::uint64_t seed, const std::string& layer) {
  Toy host = toyLlama(seed, kShape);
  const Toy moved = tuned(donor, seed + 50);
  for (auto& [name, array] : host) {
    if (name.find("layers." + layer + ".") != std::string::npos) array = moved.at(name);
  }
  return host;
}

class Transplants : public testing::Test {
 protected:
  void SetUp() override {
    const Toy donor = toyLlama(1, kShape);
    saveModel(dir_ / "donor", stored(donor), toyLlamaConfig("llama", kShape));
    saveModel(dir_ / "host", stored(withLayerOf(donor, 2, "3")), toyLlamaConfig("llama", kShape));
  }

  std::string printOf(const std::string& model) const {
    const std::string file = (dir_ / (model + ".kfp")).string();
    const auto made =
        support::run({"fingerprint", (dir_ / model).string(), "--out", file, "--force"});
    EXPECT_EQ(made.exit_code, 0) << made.err;
    return file;
  }

  TempDir dir_;
};

TEST_F(Transplants, OfOneLayerArePartialBothWaysRound) {
  for (const auto& [a, b] : {std::pair{"donor", "host"}, {"host", "donor"}}) {
    const json report = compared(dir_, a, b);
    EXPECT_EQ(report.at("verdict").at("class"), "partial") << report.at("verdict").dump(1);
    EXPECT_EQ(report.at("verdict").at("breadth").at("layers"), 1) << a;
    EXPECT_EQ(report.at("verdict").at("breadth").at("layers_tested"), 6) << a;
    EXPECT_LT(report.at("verdict").at("log10_p").get<double>(), -40) << a;
  }
}

TEST_F(Transplants, OfOneLayerArePartialInFingerprints) {
  const std::string donor = printOf("donor"), host = printOf("host");
  for (const auto& [a, b] : {std::pair{donor, host}, {host, donor}}) {
    const auto result =
        support::run({"compare", a, b, "--json", "--force", "--out", (dir_ / "out").string()});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(json::parse(result.out).at("verdict").at("class"), "partial") << a;
  }
}

}  // namespace
}  // namespace kindred::clitest
