// What reports spell is read again as what it was.
#include <gtest/gtest.h>

#include <set>

#include "evidence/class.hpp"

namespace kindred::evidence {
namespace {

template <class T>
void expectNamesOfAll() {
  std::set<std::string> names;
  for (const T value : kAll<T>) {
    EXPECT_EQ(parse<T>(name(value)), value);
    names.insert(name(value));
  }
  EXPECT_EQ(names.size(), kAll<T>.size());
  EXPECT_FALSE(names.contains(""));
  EXPECT_FALSE(parse<T>("something else").has_value());
}

TEST(VerdictWords, AreReadAsTheyAreSpelled) {
  expectNamesOfAll<Class>();
  expectNamesOfAll<Basis>();
}

}  // namespace
}  // namespace kindred::evidence
