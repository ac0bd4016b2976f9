#include "words/meant_number.hpp"

#include <gtest/gtest.h>

namespace kindred::words {
namespace {

TEST(MeantNumber, HasADotForItsPoint) {
  EXPECT_EQ(meantNumber("0,9"), "0.9");
  EXPECT_EQ(meantNumber("-3,5e2"), "-3.5e2");
  for (const char* text : {"", "0.9", "1,000,000", ",", "0,9x", "a,b"}) {
    EXPECT_EQ(meantNumber(text), "") << text;
  }
}

TEST(MeantNumber, OfAWholeOneHasDigitsAlone) {
  EXPECT_EQ(meantInteger("1,000"), "1000");
  EXPECT_EQ(meantInteger("12_345_678"), "12345678");
  for (const char* text : {"", "1000", "1,00", "1000,000", "1,000_000", ",000", "1,00x", "1,"}) {
    EXPECT_EQ(meantInteger(text), "") << text;
  }
}

TEST(MeantNumber, OfBytesHasAUnitThatIsKnown) {
  EXPECT_EQ(meantSize("8mb"), "8MB");
  EXPECT_EQ(meantSize("1,5 gb"), "1.5GB");
  EXPECT_EQ(meantSize("64mib"), "64MiB");
  EXPECT_EQ(meantSize("64,000,000"), "64000000");
  for (const char* text : {"", "8MB", "8 MB", "lots", "8xb", "mb", "-8mb", "8mb8"}) {
    EXPECT_EQ(meantSize(text), "") << text;
  }
}

}  // namespace
}  // namespace kindred::words
