#include "words/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace kindred::words {
namespace {

TEST(Utf8, GivesTheFirstCharacterWithItsLength) {
  const Character letter = firstCharacter("\u00e9t\u00e9");
  EXPECT_EQ(letter.code, U'\u00e9');
  EXPECT_EQ(letter.length, 2U);
  EXPECT_EQ(firstCharacter("\U0001F600").length, 4U);
  EXPECT_EQ(firstCharacter(std::string(1, '\0')).length, 1U);
}

TEST(Utf8, KnowsWhatIsNone) {
  EXPECT_EQ(firstCharacter("\xc0\x80").length, 0U);          // not the shortest form
  EXPECT_EQ(firstCharacter("\xed\xa0\x80").length, 0U);      // a surrogate
  EXPECT_EQ(firstCharacter("\xf4\x90\x80\x80").length, 0U);  // beyond the last
  EXPECT_EQ(firstCharacter("\xe2\x82").length, 0U);          // cut off
  EXPECT_EQ(firstCharacter("\x80").length, 0U);              // no first byte
}

}  // namespace
}  // namespace kindred::words
