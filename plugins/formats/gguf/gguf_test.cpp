#include <gtest/gtest.h>

#include "support/gguf.hpp"
#include "support/loaded_plugin.hpp"

namespace kindred::gguf_test {
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
  EXPECT_EQ(support::complaints("gguf", {}, {.files = {{"m.gguf", file()}}}), "");
}

}  // namespace
}  // namespace kindred::gguf_test
