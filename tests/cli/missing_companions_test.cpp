// Codes beside which something is missing that their encoding needs: what, and beside which tensor.
#include <gmock/gmock.h>

#include <algorithm>

#include "compared.hpp"
#include "recipes.hpp"
#include "support/quantised.hpp"
#include "toys.hpp"

namespace kindred::clitest {
namespace {

using support::Quantised;
using support::TestTensor;
using testing::HasSubstr;

struct Gone {
  std::string name;
  Quantised how;
  std::string end;  // of the names of what is gone
  std::string said;
};
std::ostream& operator<<(std::ostream& out, const Gone& gone) { return out << gone.name; }

class MissingCompanions : public testing::TestWithParam<Gone> {};

TEST_P(MissingCompanions, AreNamedWithTheTensorThatLacksThem) {
  const Gone& gone = GetParam();
  std::vector<TestTensor> tensors = support::quantised(toyLlama(1), gone.how);
  std::erase_if(tensors, [&](const TestTensor& tensor) { return tensor.name.ends_with(gone.end); });
  TempDir dir;
  saveModel(dir / "a", tensors, support::quantisedConfig(toyLlamaConfig(), gone.how));
  saveModel(dir / "b", stored(toyLlama(2)), toyLlamaConfig());
  const RunResult shown = support::run({"inspect", (dir / "a").string()});
  ASSERT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("without " + gone.said));
  EXPECT_THAT(shown.out, HasSubstr("beside model.layers.0.mlp.down_proj"));
  const std::string report = compared(dir).dump();
  EXPECT_THAT(report, HasSubstr("without " + gone.said + " beside them"));
  EXPECT_THAT(report, HasSubstr("model.layers.0.mlp.down_proj"));
}

INSTANTIATE_TEST_SUITE_P(
    Encodings, MissingCompanions,
    testing::Values(Gone{"gptq", Quantised::gptq, ".qzeros", "'qzeros'"},
                    Gone{"awq", Quantised::awq, ".scales", "'scales'"},
                    Gone{"nf4", Quantised::nf4, ".absmax", "'absmax'"},
                    Gone{"fp8_blocks", Quantised::fp8_blocks, "_scale_inv", "'weight_scale_inv'"},
                    Gone{"packed", Quantised::packed, "weight_scale", "'weight_scale'"},
                    Gone{"mlx", Quantised::mlx, ".scales", "'scales'"},
                    Gone{"hqq", Quantised::hqq, ".zero", "'zero'"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace kindred::clitest
