// Numbers that were rounded to a block type come back as near as its steps allow.
#include <gtest/gtest.h>

#include <cmath>

#include "codecs/rows.hpp"
#include "support/gguf_blocks.hpp"

namespace kindred::codecs {
namespace {

using support::GgufType;

constexpr std::size_t kRows = 8, kColumns = 512;

std::vector<double> numbers() {
  std::vector<double> values;
  for (std::size_t i = 0; i < kRows * kColumns; ++i) {
    const auto x = static_cast<double>(i * i % 9973);
    values.push_back(std::sin(x) * (1 + std::cos(static_cast<double>(i / 64))));
  }
  return values;
}

// Of the numbers' length.
double errorOf(GgufType type) {
  const std::vector<double> values = numbers();
  const std::string bytes = support::ggufBytes(type, values);
  const auto codec = blockRows(*blockType(support::nameOf(type)), kRows, kColumns);
  std::vector<Bytes> pieces;
  for (const Piece& piece : codec->pieces(0, kRows)) {
    pieces.push_back(std::as_bytes(std::span(bytes)).subspan(piece.offset, piece.length));
  }
  std::vector<float> decoded(values.size());
  codec->decode(0, kRows, pieces, decoded);
  double square = 0, error = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    square += values[i] * values[i];
    error += (values[i] - decoded[i]) * (values[i] - decoded[i]);
  }
  return std::sqrt(error / square);
}

TEST(BlockTypes, GiveBackWhatWasRoundedToThem) {
  EXPECT_LT(errorOf(GgufType::Q8_0), 0.01);
  EXPECT_LT(errorOf(GgufType::Q4_0), 0.1);
  EXPECT_LT(errorOf(GgufType::MXFP4), 0.2);
  EXPECT_LT(errorOf(GgufType::Q4_K), 0.1);
  EXPECT_LT(errorOf(GgufType::IQ4_XS), 0.1);
  EXPECT_LT(errorOf(GgufType::Q2_K), 0.4);
}

}  // namespace
}  // namespace kindred::codecs
