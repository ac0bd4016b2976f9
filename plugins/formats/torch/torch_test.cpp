#include <gtest/gtest.h>

#include <kindred/conformance.hpp>

#include "support/torch.hpp"

namespace kindred {
namespace {

TEST(TorchFormat, KeepsThePromisesOfTheSdk) {
  const conformance::Report report = conformance::check(
      KINDRED_PLUGIN_DIR "/torch.so", {},
      {.files = {{"pytorch_model.bin",
                  support::torchBytes({support::randomTensor("a", DType::BF16, {4, 6}, 1),
                                       support::randomTensor("b.w", DType::F32, {3}, 2)})}}});
  EXPECT_EQ(report.count(conformance::Grade::error), 0u) << report.text();
  EXPECT_EQ(report.count(conformance::Grade::warning), 0u) << report.text();
}

}  // namespace
}  // namespace kindred
