#include "words/quantities.hpp"

#include <gtest/gtest.h>

namespace kindred::words {
namespace {

TEST(Quantities, AreReadAsPeopleReadThem) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(counted(1, "pair"), "1 pair");
  EXPECT_EQ(counted(0, "pair"), "0 pairs");
  EXPECT_EQ(counted(1234, "pair"), "1,234 pairs");
}

TEST(Quantities, OfBytesHaveAUnit) {
  EXPECT_EQ(byteCount(1), "1 byte");
  EXPECT_EQ(byteCount(999), "999 bytes");
  EXPECT_EQ(byteCount(1000), "1.0 kB");
  EXPECT_EQ(byteCount(12'345'678), "12.3 MB");
  EXPECT_EQ(byteCount(18'446'744'073'709'551'615ULL), "18.4 EB");
}

}  // namespace
}  // namespace kindred::words
