#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <kindred/analysis/stats/row_products.hpp>
#include <kindred/random.hpp>

namespace kindred::stats {
namespace {

std::vector<float> drawn(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> all(count);
  for (float& x : all) x = static_cast<float>(random() >> 40) * 0x1p-23F - 1;
  return all;
}

TEST(RowProducts, AreInnerProductsAtAnyWidth) {
  for (const std::size_t width : {1, 7, 31, 32, 33, 64, 100}) {
    const std::vector<float> row = drawn(width, 1), others = drawn(5 * width, 2);
    std::vector<float> products(5);
    rowProducts(row.data(), others.data(), 5, width, products.data());
    for (std::size_t i = 0; i < 5; ++i) {
      double sum = 0, size = 0;
      for (std::size_t c = 0; c < width; ++c) {
        sum += double{row[c]} * others[i * width + c];
        size += std::abs(double{row[c]} * others[i * width + c]);
      }
      EXPECT_NEAR(products[i], sum, 1e-6 * size) << width << ' ' << i;
    }
  }
}

TEST(RowProducts, OfATurnedRowAreExactlyTheNegatives) {
  std::vector<float> row = drawn(75, 3);
  const std::vector<float> others = drawn(4 * 75, 4);
  std::vector<float> products(4), turned(4);
  rowProducts(row.data(), others.data(), 4, 75, products.data());
  for (float& x : row) x = -x;
  rowProducts(row.data(), others.data(), 4, 75, turned.data());
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(turned[i], -products[i]);
}

}  // namespace
}  // namespace kindred::stats
