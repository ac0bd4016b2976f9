// What a server means by a refusal, and what a person is told.
#include "refusal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace kindred::http {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Case {
  int status;
  const char* code;
  const char* message;
  bool token;
  Refused because;
};

// As a Hub words them. Where code, sentence and status contradict each other, they count in this
// order.
constexpr Case kCases[] = {
    {401, "GatedRepo", "Access to model x/y is restricted. Please log in.", false, Refused::gated},
    {401, "", "Access to model x/y is restricted. Please log in.", true, Refused::gated},
    {403, "GatedRepo", "You are not in the authorized list.", true, Refused::gated_account},
    {403, "GatedRepo", "Your request to access model x/y is awaiting a review from the authors.",
     true, Refused::gated_pending},
    {401, "RepoNotFound", "Invalid username or password.", false, Refused::model},
    {401, "", "Invalid username or password.", false, Refused::model},
    {404, "RepoNotFound", "Repository not found", true, Refused::model},
    {404, "RevisionNotFound", "Invalid rev id: x", false, Refused::revision},
    {404, "", "Invalid rev id: x", false, Refused::revision},
    {404, "EntryNotFound", "Entry not found", false, Refused::file},
    {403, "", "Access to this resource is disabled.", false, Refused::disabled},
    {451, "", "", false, Refused::legal},
    {403, "", "Unavailable for legal reasons", false, Refused::legal},
    {401, "", "Invalid credentials in Authorization header", true, Refused::token},
    {401, "", "", true, Refused::token},
    {401, "", "", false, Refused::not_allowed},
    {403, "", "", true, Refused::not_allowed},
    {404, "", "", false, Refused::nothing_here},
    {410, "", "", false, Refused::nothing_here},
    {418, "", "", false, Refused::other},
};

ReplyHead headOf(const Case& one) {
  ReplyHead head;
  head.status = one.status;
  head.error_code = one.code;
  head.error_message = one.message;
  head.request_id = "Root=1-abc;def";
  return head;
}

TEST(Refusals, AreJudgedByCodeThenSentenceThenStatus) {
  for (const Case& one : kCases) {
    EXPECT_EQ(refusedBecause(headOf(one), one.message, one.token), one.because)
        << one.status << " " << one.code << " " << one.message;
  }
}

TEST(Refusals, EachHaveTheirOwnSentenceAndNameStatusWordsAndRequest) {
  std::map<std::string, Refused> sentences;
  for (const Case& one : kCases) {
    const Asker asker{true, one.token, false, {}};
    const RefusalText text = refusalText(headOf(one), one.message, asker);
    EXPECT_THAT(text.why, AllOf(HasSubstr("answered " + std::to_string(one.status)),
                                HasSubstr(one.message), HasSubstr("Root=1-abc;def")));
    EXPECT_NE(text.remedy, "");
    const std::string sentence = text.why.substr(0, text.why.find(": the server answered"));
    const auto [same, is_new] = sentences.emplace(sentence, one.because);
    EXPECT_EQ(same->second, one.because) << sentence;
  }
}

TEST(Refusals, SpeakOfTokensOnlyWhereTheyCanHelp) {
  const auto remedy = [](const Case& one, bool hub) {
    return refusalText(headOf(one), "", {hub, false, false, {}}).remedy;
  };
  EXPECT_THAT(remedy({401, "", "", false, {}}, true), HasSubstr("HF_TOKEN"));
  EXPECT_THAT(remedy({401, "", "", false, {}}, false), Not(HasSubstr("TOKEN")));
  EXPECT_THAT(remedy({451, "", "", false, {}}, true), Not(HasSubstr("TOKEN")));
  EXPECT_THAT(remedy({404, "RevisionNotFound", "", false, {}}, true), Not(HasSubstr("TOKEN")));
}

TEST(Refusals, OfAGatedModelTellATokenThatIsOver) {
  const ReplyHead head = headOf({401, "GatedRepo", "restricted", false, {}});
  EXPECT_THAT(refusalText(head, "", {true, false, true, {}}).why, HasSubstr("your token"));
  EXPECT_THAT(refusalText(head, "", {true, false, false, {}}).why, Not(HasSubstr("your token")));
}

TEST(Refusals, SayWhyATokenWasNotSent) {
  const ReplyHead head = headOf({401, "RepoNotFound", "", false, {}});
  EXPECT_THAT(refusalText(head, "", {true, false, false, "kept back"}).remedy,
              HasSubstr("kept back"));
}

TEST(RefusalMessages, StandInTheHeaderOrTheBody) {
  ReplyHead head;
  head.content_type = "application/json; charset=utf-8";
  EXPECT_EQ(messageOf(head, R"({"error": "Repository not found"})", ""), "Repository not found");
  EXPECT_EQ(messageOf(head, "<html>", ""), "");
  head.content_type = "text/plain";
  EXPECT_EQ(messageOf(head, "Auth failed: invalid range\n", ""), "Auth failed: invalid range");
  head.content_type = "text/html";
  EXPECT_EQ(messageOf(head, "<html>", ""), "");
  head.error_message = "from the header";
  EXPECT_EQ(messageOf(head, "<html>", ""), "from the header");
}

TEST(RefusalMessages, AreShownWithoutTheTokenAndWithoutControlCharacters) {
  ReplyHead head;
  head.error_message = "bad token hf_secret\x1b[2J and hf_secret again";
  const std::string shown = messageOf(head, "", "hf_secret");
  EXPECT_EQ(shown, "bad token *** [2J and *** again");
  head.error_message = std::string(5000, 'x');
  EXPECT_LT(messageOf(head, "", "").size(), 400U);
}

}  // namespace
}  // namespace kindred::http
