// Addresses, and who gets the token.
#include "url.hpp"

#include "fixture.hpp"
#include "settings.hpp"

namespace kindred::http {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Origins, AreSchemeHostAndPort) {
  EXPECT_EQ(origin("https://huggingface.co/x"), origin("https://huggingface.co:443/y?z"));
  EXPECT_EQ(origin("HTTPS://HuggingFace.co"), origin("https://huggingface.co"));
  EXPECT_NE(origin("https://huggingface.co"), origin("http://huggingface.co"));
  EXPECT_NE(origin("https://huggingface.co"), origin("https://huggingface.co:8443"));
  EXPECT_NE(origin("https://huggingface.co"), origin("https://huggingface.co.evil.example"));
  EXPECT_NE(origin("https://huggingface.co"), origin("https://huggingface.co@evil.example"));
}

TEST(Origins, AreOnlyOfTheWeb) {
  for (const char* url : {"ftp://x/y", "file:///etc/passwd", "x/y", "", "javascript:alert(1)"}) {
    EXPECT_THAT(errorOf([&] { origin(url); }), HasSubstr("no http or https URL")) << url;
  }
}

TEST(Redirects, AreResolvedAgainstWhereTheyCameFrom) {
  EXPECT_EQ(redirected("https://a/b/c?d", "e"), "https://a/b/e");
  EXPECT_EQ(redirected("https://a/b/c", "/e?f"), "https://a/e?f");
  EXPECT_EQ(redirected("https://a/b/c", "//h/e"), "https://h/e");
  EXPECT_EQ(redirected("http://a/b", "https://h/e"), "https://h/e");
}

TEST(Redirects, AreCarriedByteForByte) {
  for (const char* link : {"https://h/a/../b%2e?c=%7e+*'~&Policy=e-_~&b=2&a=1", "HTTPS://H:443/x",
                           "https://h/x?response=inline%3B+filename*%3DUTF-8%27%27x&x"}) {
    EXPECT_EQ(redirected("https://a/b", link), link);
  }
}

TEST(Loopback, IsANumberOrOneName) {
  for (const char* url : {"http://127.0.0.1:1/x", "http://localhost", "http://[::1]:2"}) {
    EXPECT_TRUE(isLoopback(origin(url))) << url;
  }
  for (const char* url : {"http://127.example.org", "http://127.0.0.1.example.org",
                          "http://localhost.example.org", "http://128.0.0.1"}) {
    EXPECT_FALSE(isLoopback(origin(url))) << url;
  }
}

TEST(Redirects, NeverLeaveEncryption) {
  EXPECT_THAT(errorOf([] { redirected("https://a/b", "http://a/b"); }), HasSubstr("unencrypted"));
}

TEST(Secrets, AreCutFromWhatIsShown) {
  EXPECT_EQ(withoutSecrets("https://user:pass@host/path?Signature=1#x"), "https://host/path");
  EXPECT_EQ(withoutSecrets("https://host/path"), "https://host/path");
  EXPECT_THAT(withoutSecrets("nonsense?Signature=1"), Not(HasSubstr("Signature")));
}

TEST(PathEncoding, LeavesNothingThatHasAMeaning) {
  EXPECT_EQ(encodePath("org/model-1.0_x~y"), "org/model-1.0_x~y");
  EXPECT_EQ(encodePath("a b?c#d%e"), "a%20b%3Fc%23d%25e");
  EXPECT_EQ(encodePath("\xc3\xa4"), "%C3%A4");
}

TEST(Names, StayInside) {
  for (const char* name : {"a", "a/b", "a.b/c..d", "..a", "..."}) EXPECT_TRUE(staysInside(name));
  for (const char* name : {"", "/a", "a/", "a//b", ".", "..", "a/../b", "../a", "a/..", "./a",
                           "a\\b", "a\nb", "a\x7f"}) {
    EXPECT_FALSE(staysInside(name)) << name;
  }
  EXPECT_FALSE(staysInside(std::string_view("a\0b", 3)));
}

TEST(SignedUrls, SayWhenTheyExpire) {
  EXPECT_EQ(expiry("https://h/f?Expires=1700000000&Signature=x"), 1700000000);
  EXPECT_EQ(expiry("https://h/f?X-Amz-Date=20231114T221320Z&X-Amz-Expires=3600"), 1700003600);
  EXPECT_EQ(expiry("https://h/f"), std::nullopt);
  EXPECT_EQ(expiry("https://h/f?Expires=soon"), std::nullopt);
  EXPECT_EQ(expiry("https://h/f?NotExpires=5"), std::nullopt);
}

TEST(ByteCounts, AreReadWithTheirUnits) {
  EXPECT_EQ(parseBytes("4096", "gap"), 4096U);
  EXPECT_EQ(parseBytes("20GB", "gap"), 20'000'000'000U);
  EXPECT_EQ(parseBytes("64 KiB", "gap"), 65'536U);
  EXPECT_EQ(parseBytes("1.5GB", "gap"), 1'500'000'000U);
  EXPECT_EQ(parseBytes("0", "gap"), 0U);
  for (const char* text :
       {"", "GB", "-1", "1 parsec", "1e9", "inf", "99999999999999999999", "9999999999TB"}) {
    EXPECT_THAT(errorOf([&] { parseBytes(text, "gap"); }), HasSubstr("'gap'")) << text;
  }
}

TEST(Sentences, OfALibraryAboutAProxyHoldNoPassword) {
  for (const char* proxy : {"http://user:s3cre#tpw@127.0.0.1:1", "foo://user:p@ss@127.0.0.1:1",
                            "user:s3cret@127.0.0.1:1"}) {
    const std::string said =
        withoutUserinfo("Unsupported proxy syntax in '" + std::string(proxy) + "'");
    EXPECT_THAT(said, HasSubstr("127.0.0.1:1'"));
    EXPECT_THAT(said, ::testing::StartsWith("Unsupported proxy syntax in '"));
    for (const char* secret : {"user", "s3cre", "p@ss", "ss@"}) {
      EXPECT_THAT(said, Not(HasSubstr(secret))) << proxy;
    }
  }
  EXPECT_EQ(withoutUserinfo("Could not resolve host: hub.example"),
            "Could not resolve host: hub.example");
}

class TokenTest : public RemoteTest {
 protected:
  Settings settings(const std::string& endpoint) const {
    return settingsFrom(parametersWith({{"endpoint", endpoint}}));
  }
  Environment token_{"HF_TOKEN", "hf_secret"};
};

TEST_F(TokenTest, GoesToTheHubByDefault) {
  EXPECT_EQ(settings("").endpoint, "https://huggingface.co");
  EXPECT_EQ(settings("").token, "hf_secret");
}

TEST_F(TokenTest, GoesToTheEndpointThatTheUsersEnvironmentNames) {
  const Environment endpoint("HF_ENDPOINT", "https://mirror.example/hf");
  EXPECT_EQ(settings("").token, "hf_secret");
  EXPECT_EQ(settings("https://mirror.example/hf").token, "hf_secret");
}

TEST_F(TokenTest, DoesNotGoWhereOnlyARecipeSaysSo) {
  const Settings recipe = settings("https://collector.example");
  EXPECT_THAT(recipe.token, IsEmpty());
  EXPECT_THAT(recipe.token_withheld, HasSubstr("HF_ENDPOINT"));
  EXPECT_THAT(settings("https://huggingface.co.evil.example").token, IsEmpty());
  EXPECT_THAT(settings("http://127.0.0.1.evil.example").token, IsEmpty());
  // A port of this machine may be another user's.
  EXPECT_THAT(settings("http://127.0.0.1:18099").token, IsEmpty());
  const Environment endpoint("HF_ENDPOINT", "http://127.0.0.1:18099");
  EXPECT_EQ(settings("http://127.0.0.1:18099").token, "hf_secret");
}

TEST_F(TokenTest, DoesNotGoOverUnencryptedHttp) {
  const Environment endpoint("HF_ENDPOINT", "http://mirror.example");
  EXPECT_THAT(settings("").token, IsEmpty());
  EXPECT_THAT(settings("").token_withheld, HasSubstr("unencrypted"));
}

TEST_F(TokenTest, ThatCouldSmuggleAHeaderIsRefusedWithoutBeingShown) {
  const Environment token("HF_TOKEN", "hf_secret\r\nX-Evil: 1");
  const std::string error = errorOf([&] { settings(""); });
  EXPECT_THAT(error, HasSubstr("HF_TOKEN"));
  EXPECT_THAT(error, Not(HasSubstr("secret")));
}

TEST_F(TokenTest, HasNoPlaceInAnEndpoint) {
  EXPECT_THAT(errorOf([&] { settings("https://user:pw@host"); }), HasSubstr("HF_TOKEN"));
}

}  // namespace
}  // namespace kindred::http
