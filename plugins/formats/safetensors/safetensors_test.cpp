#include <gtest/gtest.h>

#include "support/loaded_plugin.hpp"
#include "support/safetensors.hpp"

namespace kindred::safetensors_test {
namespace {

TEST(SafetensorsFormat, KeepsThePromisesOfTheSdk) {
  EXPECT_EQ(
      support::complaints("safetensors", {},
                          {.files = {{"model.safetensors",
                                      support::safetensorsBytes(
                                          {support::randomTensor("a", DType::BF16, {4, 6}, 1),
                                           support::randomTensor("b.w", DType::F32, {3}, 2)})}}}),
      "");
}

}  // namespace
}  // namespace kindred::safetensors_test
