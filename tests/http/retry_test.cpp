#include "retry.hpp"

#include <curl/curl.h>
#include <gtest/gtest.h>

namespace kindred::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const RetryPolicy kPolicy{
    .attempts = 6, .base = milliseconds(500), .most = seconds(4), .patience = seconds(60)};

TEST(RetryWait, DoublesUpToItsCap) {
  const double latest = 1.0;
  EXPECT_EQ(waitBeforeRetry(kPolicy, 1, {}, latest), milliseconds(500));
  EXPECT_EQ(waitBeforeRetry(kPolicy, 2, {}, latest), milliseconds(1000));
  EXPECT_EQ(waitBeforeRetry(kPolicy, 3, {}, latest), milliseconds(2000));
  EXPECT_EQ(waitBeforeRetry(kPolicy, 4, {}, latest), milliseconds(4000));
  EXPECT_EQ(waitBeforeRetry(kPolicy, 5, {}, latest), milliseconds(4000));
}

TEST(RetryWait, IsDrawnBetweenHalfAndAllOfIt) {
  EXPECT_EQ(waitBeforeRetry(kPolicy, 2, {}, 0.0), milliseconds(500));
  EXPECT_EQ(waitBeforeRetry(kPolicy, 2, {}, 0.5), milliseconds(750));
}

TEST(RetryWait, EndsAfterTheLastAttempt) {
  EXPECT_TRUE(waitBeforeRetry(kPolicy, 5, {}, 0));
  EXPECT_FALSE(waitBeforeRetry(kPolicy, 6, {}, 0));
  RetryPolicy many = kPolicy;
  many.attempts = 100;
  EXPECT_EQ(waitBeforeRetry(many, 99, {}, 1.0), seconds(4)) << "no overflow";
}

TEST(RetryWait, NeverFallsBelowWhatTheServerAsksFor) {
  for (const double unit : {0.0, 0.3, 0.999}) {
    EXPECT_GE(waitBeforeRetry(kPolicy, 1, seconds(10), unit), seconds(10));
  }
  EXPECT_GT(waitBeforeRetry(kPolicy, 1, seconds(10), 0.9),
            waitBeforeRetry(kPolicy, 1, seconds(10), 0));
}

TEST(RetryWait, GivesUpOnAServerThatAsksForTooMuch) {
  EXPECT_TRUE(waitBeforeRetry(kPolicy, 1, seconds(60), 0));
  EXPECT_FALSE(waitBeforeRetry(kPolicy, 1, seconds(61), 0));
}

TEST(RetryAfter, IsSecondsOrADate) {
  constexpr std::int64_t kNow = 784111777;  // the date below
  EXPECT_EQ(parseRetryAfter("0", kNow), seconds(0));
  EXPECT_EQ(parseRetryAfter("120", kNow), seconds(120));
  EXPECT_EQ(parseRetryAfter("Sun, 06 Nov 1994 08:49:37 GMT", kNow), seconds(0));
  EXPECT_EQ(parseRetryAfter("Sun, 06 Nov 1994 08:49:37 GMT", kNow - 30), seconds(30));
  EXPECT_EQ(parseRetryAfter("Sun, 06 Nov 1994 08:49:37 GMT", kNow + 30), seconds(0));
}

TEST(RetryAfter, ThatIsNonsenseIsIgnoredOrHuge) {
  EXPECT_FALSE(parseRetryAfter("", 0));
  EXPECT_FALSE(parseRetryAfter("soon", 0));
  EXPECT_EQ(parseRetryAfter("-5", 0), seconds(0));
  EXPECT_GT(parseRetryAfter("99999999999999999999", 0), std::chrono::hours(24));
}

TEST(RateLimits, TellWhenTheWindowEnds) {
  EXPECT_EQ(parseRateLimit("\"resolvers\";r=0;t=158"), seconds(159));
  EXPECT_EQ(parseRateLimit("\"resolvers\"; r=0; t=0"), seconds(1));
  EXPECT_EQ(parseRateLimit("\"api\";r=0;t=5, \"resolvers\";r=0;t=40;w=300"), seconds(41));
  EXPECT_EQ(parseRateLimit("\"api\";r=3;t=90, \"resolvers\";r=0;t=4"), seconds(5));
}

TEST(RateLimits, WithSomethingLeftOrMalformedSayNothing) {
  for (const char* text :
       {"", "\"resolvers\"", "\"resolvers\";r=7;t=158", "\"resolvers\";r=0",
        "\"resolvers\";r=0;t=x", "\"resolvers\";r=0;t=-4", ";;;,,,", "r=0;t=4x"}) {
    EXPECT_FALSE(parseRateLimit(text)) << text;
  }
}

TEST(RateLimits, GoBeforeRetryAfter) {
  ReplyHead head;
  head.retry_after = "9";
  EXPECT_EQ(waitAsked(head, 0), seconds(9));
  head.rate_limit = "\"resolvers\";r=2;t=30";
  EXPECT_EQ(waitAsked(head, 0), seconds(9));
  head.rate_limit = "\"resolvers\";r=0;t=30";
  EXPECT_EQ(waitAsked(head, 0), seconds(31));
}

TEST(LimitWait, OutlastsAWholeWindowHoweverTheServerSpeaks) {
  const RetryPolicy usual;
  EXPECT_GE(waitAtLimit(usual, 1, seconds(301), milliseconds(0), 0), seconds(301));
  EXPECT_GE(waitAtLimit(usual, 2, seconds(301), seconds(301), 0), seconds(301));
  milliseconds waited(0);
  for (unsigned failed = 1;; ++failed) {
    const auto wait = waitAtLimit(usual, failed, {}, waited, 0);
    if (!wait) break;
    waited += *wait;
  }
  EXPECT_GE(waited, seconds(300));
  EXPECT_LE(waited, seconds(400));
}

TEST(LimitWait, EndsWhereTheServerAsksForHours) {
  EXPECT_FALSE(waitAtLimit(RetryPolicy(), 1, std::chrono::hours(2), milliseconds(0), 0));
  EXPECT_FALSE(waitAtLimit(RetryPolicy(), 9, seconds(300), seconds(900), 0));
}

TEST(TransferFailures, AreRetriedWhereThatCanHelp) {
  for (const int code : {CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT, CURLE_GOT_NOTHING,
                         CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2,
                         CURLE_HTTP2_STREAM, CURLE_COULDNT_RESOLVE_HOST}) {
    EXPECT_TRUE(isTransientFailure(code)) << code;
  }
  for (const int code : {CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
                         CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_OUT_OF_MEMORY}) {
    EXPECT_FALSE(isTransientFailure(code)) << code;
  }
}

}  // namespace
}  // namespace kindred::http
