#include "link.hpp"

#include <gtest/gtest.h>

#include <string>

namespace kindred::http {
namespace {

using std::chrono::seconds;

TEST(Ways, AreToldByAddressesOfTheHub) {
  EXPECT_TRUE(tellsTheWay("https://hub.example/org/name/resolve/main/x.safetensors"));
  EXPECT_TRUE(tellsTheWay("https://hub.example/datasets/a/b/resolve/refs%2Fpr%2F1/x"));
  EXPECT_FALSE(tellsTheWay("https://hub.example/api/resolve-cache/models/org/name/c0ffee/x?a=b"));
  EXPECT_FALSE(tellsTheWay("https://cdn.example/bridge/c0ffee?from=/org/name/resolve/main/x"));
  EXPECT_FALSE(tellsTheWay("https://cdn.example/bridge/c0ffee#/resolve/"));
}

TEST(Links, MayBeSignedWhereTheyCarryAQuery) {
  EXPECT_TRUE(maySign("https://cdn.example/x?Signature=s"));
  EXPECT_FALSE(maySign("https://mirror.example/elsewhere/x"));
}

TEST(LinkLife, EndsShortlyBeforeTheLinkDoes) {
  constexpr std::int64_t kNow = 784111777;  // the date below
  const auto life = [](std::int64_t lasts, const std::string& date, std::int64_t now) {
    return linkLife("https://cdn.example/x?Expires=" + std::to_string(kNow + lasts) + "&Policy=p",
                    date, now);
  };
  EXPECT_EQ(life(3600, "", kNow), seconds(3540));
  EXPECT_EQ(life(5, "", kNow), std::chrono::milliseconds(3500));
  EXPECT_EQ(life(1, "", kNow), seconds(0));
  EXPECT_EQ(life(0, "", kNow), seconds(0));
  EXPECT_EQ(life(-7, "", kNow), seconds(0));
}

TEST(LinkLife, IsByTheServersClock) {
  const std::string url = "https://cdn.example/x?Expires=784115377";
  const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";  // 3600 s before
  EXPECT_EQ(linkLife(url, date, 0), seconds(3540));
  EXPECT_EQ(linkLife(url, date, 2'000'000'000), seconds(3540));
  EXPECT_EQ(linkLife(url, "no date", 784115377 - 100), seconds(89));
}

TEST(LinkLife, IsAYearAtMostWhateverTheTwoDatesSay) {
  const std::string url = "https://cdn.example/x?Expires=9223372036854775807";
  EXPECT_EQ(linkLife(url, "Mon, 01 Jan 1900 00:00:00 GMT", 0), seconds(366 * 24 * 3600 - 60));
}

TEST(LinkLife, IsUnknownWhereTheLinkDoesNotSay) {
  EXPECT_FALSE(linkLife("https://cdn.example/x?auth_key=1", "", 0));
}

}  // namespace
}  // namespace kindred::http
