#include "reply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace kindred::http {
namespace {

using ::testing::HasSubstr;
using Kind = Judgement::Kind;

ReplyHead headOf(std::initializer_list<std::string_view> lines) {
  ReplyHead head;
  for (const std::string_view line : lines) addLine(head, line);
  return head;
}

// 10 bytes from byte 5 on of a file of 100.
constexpr std::uint64_t kTotal = 100;
Asked tenBytes() { return {5, 10, kTotal, {"\"v1\"", ""}}; }

TEST(RangeHeader, IsInclusiveAtBothEnds) {
  EXPECT_EQ(rangeHeader({0, 1, {}, {}}), "bytes=0-0");
  EXPECT_EQ(rangeHeader({0, 8, {}, {}}), "bytes=0-7");
  EXPECT_EQ(rangeHeader({5, 10, {}, {}}), "bytes=5-14");
  EXPECT_EQ(rangeHeader({99, 1, 100, {}}), "bytes=99-99");
  EXPECT_EQ(rangeHeader({1ULL << 40, 1ULL << 20, {}, {}}), "bytes=1099511627776-1099512676351");
}

TEST(ContentRangeHeader, IsParsedInBothForms) {
  EXPECT_EQ(parseContentRange("bytes 0-9/100"), (ContentRange{0, 9, 100}));
  EXPECT_EQ(parseContentRange("bytes 0-9/*"), (ContentRange{0, 9, {}}));
  EXPECT_EQ(parseContentRange("Bytes 99-99/100"), (ContentRange{99, 99, 100}));
}

TEST(ContentRangeHeader, IsRefusedWhereItContradictsItself) {
  for (const char* text :
       {"", "bytes", "bytes ", "bytes 0-9", "bytes 9-0/100", "bytes 0-100/100", "bytes */100",
        "bytes -1-9/100", "bytes 0-9/", "bytes 0-9/1x", "bytes 0x-9/100", "items 0-9/100",
        "bytes 0-9/100, 20-29/100", "bytes 0-99999999999999999999/*", "bytes 0/9-100"}) {
    EXPECT_FALSE(parseContentRange(text)) << text;
  }
}

TEST(ReplyHeader, KeepsWhatMattersWhateverTheCase) {
  const ReplyHead head = headOf({"HTTP/1.1 206 Partial Content\r\n", "eTaG: \"v1\"\r\n",
                                 "CONTENT-LENGTH: 10\r\n", "content-range:bytes 5-14/100\r\n",
                                 "X-Linked-Etag: \"sha\"\r\n", "not a header\r\n"});
  EXPECT_EQ(head.status, 206);
  EXPECT_EQ(head.etag, "\"v1\"");
  EXPECT_EQ(head.content_length, 10U);
  EXPECT_EQ(head.content_range, "bytes 5-14/100");
  EXPECT_EQ(head.linked_etag, "\"sha\"");
}

TEST(ReplyHeader, OfTheLastAnswerCounts) {
  const ReplyHead head = headOf({"HTTP/1.1 100 Continue", "ETag: \"old\"", "HTTP/2 200", ""});
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.etag, "");
}

TEST(Judgement, UsesTheRangeThatWasAskedFor) {
  const Judgement judgement =
      judge(headOf({"HTTP/1.1 206", "Content-Range: bytes 5-14/100", "ETag: \"v1\""}), tenBytes());
  EXPECT_EQ(judgement.kind, Kind::use);
  EXPECT_EQ(judgement.length, 10U);
  EXPECT_EQ(judgement.total, 100U);
}

TEST(Judgement, RefusesEveryOtherRange) {
  for (const char* range : {"4-13", "6-15", "5-13", "5-15", "0-99", "5-5"}) {
    const std::string line = std::string("Content-Range: bytes ") + range + "/100";
    const Judgement judgement = judge(headOf({"HTTP/1.1 206", line, "ETag: \"v1\""}), tenBytes());
    EXPECT_EQ(judgement.kind, Kind::refuse) << range;
    EXPECT_THAT(judgement.why, HasSubstr(range));
  }
}

TEST(Judgement, LetsAnUnknownFileEndBeforeTheRangeDoes) {
  const Asked ask{0, 64, {}, {}};
  const auto whole = judge(headOf({"HTTP/1.1 206", "Content-Range: bytes 0-8/9"}), ask);
  EXPECT_EQ(whole.kind, Kind::use);
  EXPECT_EQ(whole.length, 9U);
  EXPECT_EQ(whole.total, 9U);
  // But not in the middle of it.
  EXPECT_EQ(judge(headOf({"HTTP/1.1 206", "Content-Range: bytes 0-8/90"}), ask).kind, Kind::refuse);
  const auto empty = judge(headOf({"HTTP/1.1 416", "Content-Range: bytes */0"}), ask);
  EXPECT_EQ(empty.kind, Kind::use);
  EXPECT_EQ(empty.total, 0U);
}

TEST(Judgement, NeedsToKnowHowLargeTheFileIs) {
  EXPECT_EQ(judge(headOf({"HTTP/1.1 206", "Content-Range: bytes 0-63/*"}), {0, 64, {}, {}}).kind,
            Kind::refuse);
  EXPECT_EQ(judge(headOf({"HTTP/1.1 206", "Content-Range: bytes 0-63/*"}), {0, 64, 100, {}}).kind,
            Kind::use);
}

TEST(Judgement, TakesAWholeFileOnlyWhereItWasAskedFor) {
  const auto kindOf = [](std::string_view length, const Asked& ask) {
    return judge(headOf({"HTTP/1.1 200", length}), ask).kind;
  };
  EXPECT_EQ(kindOf("Content-Length: 64", {0, 64, {}, {}}), Kind::use);
  EXPECT_EQ(kindOf("Content-Length: 9", {0, 64, {}, {}}), Kind::use);
  EXPECT_EQ(kindOf("Content-Length: 1000000", {0, 64, {}, {}}), Kind::refuse);
  EXPECT_EQ(kindOf("Content-Length: 1000000", {1, 8, {}, {}}), Kind::refuse);
  EXPECT_EQ(kindOf("Content-Length: 100", {0, 100, 100, {}}), Kind::use);
  EXPECT_EQ(kindOf("Content-Length: 1000000", {0, 99, 1'000'000, {}}), Kind::refuse);
  EXPECT_EQ(kindOf("Content-Length: 99", {0, 100, 100, {}}), Kind::changed);
  EXPECT_EQ(kindOf("", {0, 99, 1'000'000, {}}), Kind::refuse);
  EXPECT_EQ(kindOf("", {5, 99, {}, {}}), Kind::refuse);
}

TEST(Judgement, CutsARangeOutOfASmallFileThatCameWhole) {
  const Judgement middle = judge(headOf({"HTTP/1.1 200", "Content-Length: 100"}), {5, 10, {}, {}});
  EXPECT_EQ(middle.kind, Kind::use);
  EXPECT_EQ(middle.before, 5U);
  EXPECT_EQ(middle.length, 10U);
  EXPECT_EQ(middle.behind, 85U);
  EXPECT_EQ(middle.total, 100U);
}

TEST(Judgement, KnowsAWebPageInPlaceOfAFile) {
  const Judgement page =
      judge(headOf({"HTTP/1.1 200", "Content-Type: text/html; charset=utf-8"}), {5, 10, {}, {}});
  EXPECT_EQ(page.kind, Kind::refuse);
  EXPECT_THAT(page.why, HasSubstr("web page"));
}

TEST(Judgement, KnowsAWebPageInPlaceOfAText) {
  const Judgement page =
      judge(headOf({"HTTP/1.1 200", "Content-Type: text/html"}), {0, 1000, 400, {}, true});
  EXPECT_EQ(page.kind, Kind::refuse);
  EXPECT_THAT(page.why, HasSubstr("web page"));
}

TEST(ReplyHeader, CannotCommandATerminal) {
  const ReplyHead head = headOf({"HTTP/1.1 206", "Content-Range: \x1b]0;x\x07 bytes"});
  EXPECT_EQ(head.content_range.find_first_of("\x1b\x07"), std::string::npos);
}

TEST(Judgement, CountsACompressedTextAsItIsWhenDecoded) {
  const Asked text{0, 1000, 400, {}, true};
  const Judgement known =
      judge(headOf({"HTTP/1.1 200", "Content-Encoding: gzip", "Content-Length: 50"}), text);
  EXPECT_EQ(known.kind, Kind::use);
  EXPECT_EQ(known.length, 400U);
  const Judgement unknown =
      judge(headOf({"HTTP/1.1 200", "Content-Encoding: br"}), {0, 1000, {}, {}, true});
  EXPECT_EQ(unknown.kind, Kind::use);
  EXPECT_EQ(unknown.length, 1000U);
  EXPECT_EQ(unknown.total, std::nullopt);
}

TEST(Judgement, RefusesACompressedPart) {
  const Judgement part = judge(headOf({"HTTP/1.1 206", "Content-Range: bytes 5-14/100",
                                       "Content-Encoding: gzip", "ETag: \"v1\""}),
                               tenBytes());
  EXPECT_EQ(part.kind, Kind::refuse);
  EXPECT_THAT(part.why, HasSubstr("gzip"));
}

TEST(Judgement, WantsNoMoreThanWasExpectedOfAWholeText) {
  EXPECT_EQ(judge(headOf({"HTTP/1.1 200", "Content-Length: 1001"}), {0, 1000, {}, {}, true}).kind,
            Kind::refuse);
  EXPECT_EQ(judge(headOf({"HTTP/1.1 200", "Content-Length: 399"}), {0, 1000, 400, {}, true}).kind,
            Kind::changed);
}

TEST(HubHashes, AreHashesAndNotWhatStandsInTheirPlace) {
  EXPECT_TRUE(isHash(std::string(64, 'e')));
  EXPECT_FALSE(isHash(std::string(64, '*')));
  EXPECT_FALSE(isHash(""));
}

TEST(Judgement, ComparesValidators) {
  const auto kindOf = [](std::initializer_list<std::string_view> lines, const Validator& pinned) {
    return judge(headOf(lines), {5, 10, kTotal, pinned}).kind;
  };
  const std::string_view range = "Content-Range: bytes 5-14/100";
  EXPECT_EQ(kindOf({"HTTP/1.1 206", range, "ETag: \"v2\""}, {"\"v1\"", ""}), Kind::changed);
  EXPECT_EQ(kindOf({"HTTP/1.1 206", range}, {"\"v1\"", ""}), Kind::changed);
  EXPECT_EQ(kindOf({"HTTP/1.1 206", range, "ETag: W/\"v1\""}, {"\"v1\"", ""}), Kind::changed);
  EXPECT_EQ(kindOf({"HTTP/1.1 206", range, "Last-Modified: now"}, {"", "now"}), Kind::use);
  EXPECT_EQ(kindOf({"HTTP/1.1 206", range, "Last-Modified: later"}, {"", "now"}), Kind::changed);
  EXPECT_EQ(kindOf({"HTTP/1.1 412"}, {"\"v1\"", ""}), Kind::changed);
  EXPECT_EQ(kindOf({"HTTP/1.1 416"}, {"\"v1\"", ""}), Kind::changed);
}

TEST(Judgement, SortsTheOtherStatuses) {
  const auto kindOf = [](int status) {
    return judge(headOf({"HTTP/1.1 " + std::to_string(status)}), tenBytes()).kind;
  };
  for (const int status : {301, 302, 303, 307, 308}) EXPECT_EQ(kindOf(status), Kind::redirect);
  EXPECT_EQ(kindOf(429), Kind::limited);
  for (const int status : {400, 401, 403, 404, 405, 410, 451}) {
    EXPECT_EQ(kindOf(status), Kind::refused) << status;
  }
  for (const int status : {408, 425, 500, 502, 503, 504, 520}) {
    EXPECT_EQ(kindOf(status), Kind::transient) << status;
  }
  for (const int status : {201, 204, 300, 304, 400, 405, 451, 501, 505, 511, 999}) {
    EXPECT_NE(kindOf(status), Kind::use) << status;
  }
  for (const int status : {201, 204, 304, 501, 505, 511}) {
    EXPECT_EQ(kindOf(status), Kind::refuse) << status;
  }
}

TEST(Validators, OnlyStrongOnesAreSentAsConditions) {
  EXPECT_TRUE((Validator{"\"x\"", ""}.strong()));
  EXPECT_FALSE((Validator{"W/\"x\"", ""}.strong()));
  EXPECT_FALSE((Validator{"", "Tue, 24 Nov 2026 18:00:00 GMT"}.strong()));
}

TEST(LinkHeaders, NameTheNextPage) {
  EXPECT_EQ(nextPage("<https://hub.example/a?cursor=x%3D&limit=2>; rel=\"next\""),
            "https://hub.example/a?cursor=x%3D&limit=2");
  EXPECT_EQ(nextPage("<https://a>; rel=\"prev\", </b?c=1>; rel=\"next\""), "/b?c=1");
  for (const char* none : {"", "<https://a>; rel=\"last\"", "<https://a", "rel=\"next\""}) {
    EXPECT_EQ(nextPage(none), "") << none;
  }
}

}  // namespace
}  // namespace kindred::http
