// What a server lists, which may be anything.
#include "listing.hpp"

#include "fixture.hpp"

namespace kindred::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(HubAddresses, AreRepositoryAndRevision) {
  const Address address = parseHubAddress("org/name@refs/pr/1");
  EXPECT_EQ(address.path, "org/name");
  EXPECT_EQ(address.revision, "refs/pr/1");
  EXPECT_EQ(parseHubAddress("gpt2").revision, "main");
}

TEST(HubAddresses, CannotBeAnythingElse) {
  for (const char* text : {"", "a/b/c", "../x", "a//b", "/a", "a?b", "a b", "a%2Fb", "x@", "x@../y",
                           "x@a?b", "x@a b"}) {
    EXPECT_THAT(errorOf([&] { parseHubAddress(text); }), HasSubstr("'" + std::string(text) + "'"));
  }
}

TEST(FileAddresses, AreFoldersOrOneFile) {
  EXPECT_EQ(parseFilesAddress("a/b/").path, "a/b");
  EXPECT_EQ(parseFilesAddress("").path, "");
  const Address file = parseFilesAddress("a/b/x.safetensors");
  EXPECT_EQ(file.path, "a/b");
  EXPECT_EQ(file.file, "x.safetensors");
}

TEST(Listings, HaveSizesAndHashesWhereTheServerSaysThem) {
  const std::string sha(64, 'e');
  const Listing listing = parseListing(
      R"({"sha": "abc", "siblings": [{"rfilename": "z"}, {"rfilename": "b", "size": 5,
          "blobId": "f00"}, {"rfilename": "a", "size": 1, "lfs": {"sha256": ")" +
          sha + R"(", "size": 7, "pointerSize": 1}}]})",
      "here");
  ASSERT_EQ(listing.files.size(), 3U);
  EXPECT_EQ(listing.files[0].name, "a");
  EXPECT_EQ(listing.files[0].size, 7U);
  EXPECT_EQ(listing.files[0].sha256, sha);
  EXPECT_EQ(listing.files[1].content, "f00");
  EXPECT_EQ(listing.files[2].size, std::nullopt);
}

TEST(Listings, SurviveBeingKept) {
  const std::string sha(64, 'e');
  Listing listing{"abc", {{"a\"b", 7, sha, sha}, {"c", {}, "", ""}, {"d", 0, "f00", ""}}};
  const Listing back = parseListing(listingText(listing), "here");
  EXPECT_EQ(listingText(back), listingText(listing));
  EXPECT_EQ(back.files[0].name, "a\"b");
  EXPECT_EQ(back.files[0].sha256, sha);
  EXPECT_EQ(back.files[2].content, "f00");
}

TEST(Listings, ThatAreMalformedAreRefused) {
  for (const char* json :
       {"", "[]", "{", "<html>", "{\"sha\": \"a\"}", R"({"sha": "../x", "siblings": []})",
        R"({"sha": "a", "siblings": {}})",
        R"({"sha": "a", "siblings": [{"rfilename": "x"}, {"rfilename": "x"}]})"}) {
    EXPECT_THAT(errorOf([&] { parseListing(json, "here"); }), HasSubstr("here: ")) << json;
  }
}

TEST(Listings, IgnoreHostileNames) {
  const Listing listing = parseListing(
      R"({"sha": "a", "siblings": [{"rfilename": "../x"}, {"rfilename": "/x"}, {"rfilename": 5},
          {"rfilename": "a\u0000b"}, {"rfilename": "good"}, {}, {"rfilename": "size", "size": -1}]})",
      "here");
  std::vector<std::string> names;
  for (const Listed& file : listing.files) names.push_back(file.name);
  EXPECT_THAT(names, ElementsAre("good", "size"));
}

TEST(ShardNames, AreEachNamedOnce) {
  EXPECT_THAT(shardNames(R"({"weight_map": {"b": "2", "a": "1", "c": "2"}})", "here"),
              ElementsAre("1", "2"));
  EXPECT_THAT(errorOf([] { shardNames("{}", "here"); }), HasSubstr("weight_map"));
  EXPECT_THAT(errorOf([] { shardNames(R"({"weight_map": {"a": 1}})", "here"); }), HasSubstr("'a'"));
}

}  // namespace
}  // namespace kindred::http
