// Families that GGUF has under names of its own, with Llama's tensors: one model there and on the
// Hub. Of some the converter changes the order of rows inside heads.
#include <gmock/gmock.h>

#include <ostream>

#include "compared.hpp"
#include "family_layouts.hpp"
#include "support/gguf_llama.hpp"

namespace kindred::clitest {
namespace {

struct Named {
  const char* gguf;
  const char* hub;  // its model_type there
};
std::ostream& operator<<(std::ostream& out, const Named& named) { return out << named.hub; }

class NamedInGguf : public testing::TestWithParam<Named> {};

TEST_P(NamedInGguf, IsTheModelOfTheHubWithItsHeadsInOrder) {
  TempDir dir;
  const Toy base = toyLlama(1);
  saveModel(dir / "a", stored(base), toyLlamaConfig(GetParam().hub));
  const auto write = [&](const char* file, const Toy& toy) {
    dir.write(file, support::ggufLlama(toy, {}, support::GgufType::F16, GetParam().gguf));
  };
  write("b.gguf", tuned(base, 2));
  write("stranger.gguf", toyLlama(3));
  const nlohmann::json report = compared(dir, "a", "b.gguf");
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  EXPECT_LT(bestP(report, "value-dim"), -8);
  EXPECT_LT(bestP(report, "rotary-pair"), -8);
  EXPECT_EQ(compared(dir, "a", "stranger.gguf").at("verdict").at("class"), "no-evidence");
}

INSTANTIATE_TEST_SUITE_P(Families, NamedInGguf,
                         testing::Values(Named{"granite", "granite"}, Named{"minicpm", "minicpm"},
                                         Named{"smollm3", "smollm3"}, Named{"qwen2", "qwen2"},
                                         Named{"seed_oss", "seed_oss"}),
                         [](const auto& test) { return std::string(test.param.hub); });

}  // namespace
}  // namespace kindred::clitest
