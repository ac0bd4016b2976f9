// A family whose kernels are no matrices: it is named, and compared by contents.
#include <gmock/gmock.h>

#include "compared.hpp"
#include "family_layouts.hpp"

namespace kindred::clitest {
namespace {

// As timm and torchvision name it.
Layout resnet() {
  std::string tensors = "conv1.weight 16 3 7 7\nfc.weight 10 64\nfc.bias 10\n";
  for (const char* stage : {"layer1", "layer2"}) {
    const std::string block = std::string(stage) + ".{l}.";
    tensors += block + "conv1.weight 64 64 1 1\n" + block + "conv2.weight 64 64 3 3\n" + block +
               "bn1.weight 64\n" + block + "bn1.bias 64\n" + block + "bn1.running_mean 64\n";
  }
  return {"resnet", R"("architecture":"resnet50.a1_in1k","hidden_size":64)", tensors};
}

TEST(ResNet, IsNamedAndComparedByContents) {
  TempDir dir;
  const Toy base = made(resnet(), 1);
  save(dir, "a", resnet(), base);
  save(dir, "kin", resnet(), tuned(base, 2));
  save(dir, "stranger", resnet(), made(resnet(), 3));
  const RunResult inspected = support::run({"inspect", (dir / "a").string(), "--json"});
  ASSERT_EQ(inspected.exit_code, 0) << inspected.err;
  EXPECT_EQ(nlohmann::json::parse(inspected.out).at("architecture"), "resnet");
  EXPECT_EQ(compared(dir, "a", "kin").at("verdict").at("class"), "shared-weights");
  EXPECT_EQ(compared(dir, "a", "stranger").at("verdict").at("class"), "no-evidence");
}

}  // namespace
}  // namespace kindred::clitest
