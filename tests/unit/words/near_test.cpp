#include "words/near.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kindred::words {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(NearWords, AreASlipOfThePenAway) {
  const std::vector<std::string> known{"metrics", "models", "sources", "steps"};
  EXPECT_THAT(near("metrcs", known), ElementsAre("metrics"));
  EXPECT_THAT(near("setps", known), ElementsAre("steps"));
  EXPECT_THAT(near("source", known), ElementsAre("sources"));
}

TEST(NearWords, AreNoneWhereNothingIsClose) {
  EXPECT_THAT(near("banana", {"metrics", "models"}), IsEmpty());
  EXPECT_THAT(near("", {"metrics"}), IsEmpty());
  EXPECT_THAT(near("d", {"a", "b"}), IsEmpty()) << "no letter in common";
}

TEST(NearWords, ComeNearestFirstAndNoMoreThanAsked) {
  EXPECT_THAT(near("cosine", {"cosines", "cosine", "casino", "cousin"}, 2),
              ElementsAre("cosine", "cosines"));
}

TEST(NearWords, IncludeWhatTheWordBegins) {
  EXPECT_THAT(near("perm", {"permutation-test", "mad"}), ElementsAre("permutation-test"));
}

TEST(NearWords, CostLittleForAWordOfAnyLength) {
  EXPECT_THAT(near(std::string(10'000'000, 'x'), {std::string(10'000'000, 'x')}), IsEmpty());
}

}  // namespace
}  // namespace kindred::words
