#include <gtest/gtest.h>

#include "support/loaded_plugin.hpp"
#include "support/torch.hpp"

namespace kindred::torch_test {
namespace {

TEST(TorchFormat, KeepsThePromisesOfTheSdk) {
  EXPECT_EQ(
      support::complaints(
          "torch", {},
          {.files = {{"pytorch_model.bin",
                      support::torchBytes({support::randomTensor("a", DType::BF16, {4, 6}, 1),
                                           support::randomTensor("b.w", DType::F32, {3}, 2)})}}}),
      "");
}

}  // namespace
}  // namespace kindred::torch_test
