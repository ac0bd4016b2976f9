#include <gtest/gtest.h>

#include <kindred/conformance.hpp>

#include "support/safetensors.hpp"

namespace kindred {
namespace {

TEST(SafetensorsFormat, KeepsThePromisesOfTheSdk) {
  const conformance::Report report = conformance::check(
      KINDRED_PLUGIN_DIR "/safetensors.so", {},
      {.files = {{"model.safetensors",
                  support::safetensorsBytes({support::randomTensor("a", DType::BF16, {4, 6}, 1),
                                             support::randomTensor("b.w", DType::F32, {3}, 2)})}}});
  EXPECT_EQ(report.count(conformance::Grade::error), 0u) << report.text();
  EXPECT_EQ(report.count(conformance::Grade::warning), 0u) << report.text();
}

}  // namespace
}  // namespace kindred
