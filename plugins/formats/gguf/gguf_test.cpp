#include <gtest/gtest.h>

#include <kindred/conformance.hpp>

#include "support/gguf.hpp"

namespace kindred {
namespace {

std::string file() {
  support::GgufWriter writer;
  writer.text("general.architecture", "llama");
  writer.number("llama.block_count", 2);
  writer.texts("tokenizer.ggml.tokens", {"a", "bc", ""});
  writer.tensor("blk.0.attn_q.weight", 8, {2, 64}, std::string(2 * 2 * 34, '\1'));
  writer.tensor("output_norm.weight", 0, {3}, std::string(12, '\0'));
  return writer.bytes();
}

TEST(GgufFormat, KeepsThePromisesOfTheSdk) {
  const conformance::Report report =
      conformance::check(KINDRED_PLUGIN_DIR "/gguf.so", {}, {.files = {{"m.gguf", file()}}});
  EXPECT_EQ(report.count(conformance::Grade::error), 0u) << report.text();
  EXPECT_EQ(report.count(conformance::Grade::warning), 0u) << report.text();
}

}  // namespace
}  // namespace kindred
