#include "words/names.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace kindred::words {
namespace {

TEST(NaturalOrder, ComparesDigitsAsNumbers) {
  std::vector<std::string> names{"l.10.w",
                                 "l.2.w",
                                 "l.02.w",
                                 "l",
                                 "",
                                 "l.2",
                                 "l.2.10",
                                 "l.2.9",
                                 "l.a",
                                 "l.99999999999999999999998",
                                 "l.99999999999999999999999"};
  std::sort(names.begin(), names.end(), naturalLess);
  EXPECT_EQ(names, (std::vector<std::string>{"", "l", "l.2", "l.2.9", "l.2.10", "l.02.w", "l.2.w",
                                             "l.10.w", "l.99999999999999999999998",
                                             "l.99999999999999999999999", "l.a"}));
}

TEST(NaturalOrder, IsATotalOrder) {
  const std::vector<std::string> names{"",    "0",    "00",   "1",   "01",   "001",  "a",
                                       "a0",  "a00",  "a1",   "a1b", "a01b", "a01c", "1a",
                                       "01a", "\xff", "\x01", "a-",  "9",    "10"};
  for (const std::string& a : names) {
    EXPECT_FALSE(naturalLess(a, a));
    for (const std::string& b : names) {
      if (a != b) {
        EXPECT_NE(naturalLess(a, b), naturalLess(b, a)) << a << " and " << b;
      }
      for (const std::string& c : names) {
        if (naturalLess(a, b) && naturalLess(b, c)) {
          EXPECT_TRUE(naturalLess(a, c)) << a << " < " << b << " < " << c;
        }
      }
    }
  }
}

struct Shown {
  std::string name, expected;
};

class EscapedNames : public ::testing::TestWithParam<Shown> {};

TEST_P(EscapedNames, ShowWhatCannotBeSeen) {
  EXPECT_EQ(escaped(GetParam().name), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Names, EscapedNames,
    ::testing::Values(Shown{"model.layers.0.weight", "model.layers.0.weight"},
                      Shown{"Gewicht \u00fc \u91cd", "Gewicht \u00fc \u91cd"},
                      Shown{"a\nb\t", "a\\u000ab\\u0009"}, Shown{"\x1b[31m", "\\u001b[31m"},
                      Shown{"'\"\\", "\\u0027\\u0022\\u005c"},
                      Shown{std::string("nul\0", 4), "nul\\u0000"},
                      Shown{"\u202eevil\u2069", "\\u202eevil\\u2069"},
                      Shown{"\u200b\u2028\ufeff\u0085", "\\u200b\\u2028\\ufeff\\u0085"},
                      Shown{"\U000e0041", "\\u{e0041}"}, Shown{"\U0001f600", "\U0001f600"},
                      Shown{"\xff\xc0\x80", "\\xff\\xc0\\x80"},
                      Shown{"\xed\xa0\x80", "\\xed\\xa0\\x80"},           // a surrogate
                      Shown{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // beyond Unicode
                      Shown{"cut \xe9\x87", "cut \\xe9\\x87"}));

TEST(EscapedTexts, KeepTheirQuotesAndBackslashes) {
  EXPECT_EQ(escapedText("say \"it's\" \\ \x1b[31m"), "say \"it's\" \\ \\u001b[31m");
}

TEST(EscapedNames, AreCut) {
  EXPECT_EQ(escaped(std::string(1000, 'x'), 10), "xxxxxxxxxx...");
  EXPECT_EQ(escaped(std::string(10, 'x'), 10), "xxxxxxxxxx");
}

}  // namespace
}  // namespace kindred::words
