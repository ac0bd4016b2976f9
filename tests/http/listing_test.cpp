// What a server lists, which may be anything.
#include "listing.hpp"

#include "fixture.hpp"

namespace kindred::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(FileAddresses, AreFoldersOrOneFile) {
  EXPECT_EQ(parseFilesAddress("a/b/").path, "a/b");
  EXPECT_EQ(parseFilesAddress("").path, "");
  const FilesAddress file = parseFilesAddress("a/b/x.safetensors");
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
  const Listing listing{
      "org/name", "abc", {{"a\"b", 7, sha, sha}, {"c", {}, "", ""}, {"d", 0, "f00", ""}}};
  const Listing back = parseListing(listingText(listing), "here");
  EXPECT_EQ(listingText(back), listingText(listing));
  EXPECT_EQ(back.id, "org/name");
  EXPECT_EQ(back.files[0].name, "a\"b");
  EXPECT_EQ(back.files[0].sha256, sha);
  EXPECT_EQ(back.files[2].content, "f00");
}

TEST(Listings, MayBeCutOff) {
  EXPECT_FALSE(parseListing(R"({"sha": "a"})", "here").whole);
  EXPECT_FALSE(parseListing(R"({"sha": "a", "siblings": null})", "here").whole);
  std::string many = R"({"rfilename": "f0"})";
  for (int i = 1; i < 999; ++i) many += R"(, {"rfilename": "f)" + std::to_string(i) + "\"}";
  EXPECT_TRUE(parseListing(R"({"sha": "a", "siblings": [)" + many + "]}", "here").whole);
  many += R"(, {"rfilename": "last"})";
  EXPECT_FALSE(parseListing(R"({"sha": "a", "siblings": [)" + many + "]}", "here").whole);
}

TEST(Listings, NameTheModelAsItIsCalledNow) {
  EXPECT_EQ(parseListing(R"({"id": "new/Name", "sha": "a", "siblings": []})", "here").id,
            "new/Name");
  EXPECT_EQ(parseListing(R"({"id": "../x", "sha": "a", "siblings": []})", "here").id, "");
}

TEST(Listings, TakeNoHashThatIsBlottedOutNorThatOfAPointer) {
  const Listing listing =
      parseListing(R"({"sha": "a", "siblings": [{"rfilename": "x", "blobId": "f00",
                       "lfs": {"sha256": ")" +
                       std::string(64, '*') + R"(", "size": 7}}]})",
                   "here");
  EXPECT_EQ(listing.files[0].content, "");
  EXPECT_EQ(listing.files[0].sha256, "");
  EXPECT_EQ(listing.files[0].size, 7U);
}

TEST(Trees, NameFilesWithSizesAndHashes) {
  const std::string sha(64, 'e');
  const auto files = parseTree(
      R"([{"type": "directory", "path": "unet", "oid": "d"},
          {"type": "file", "path": "unet/x.safetensors", "size": 134, "oid": "f00",
           "lfs": {"oid": ")" +
          sha + R"(", "size": 7, "pointerSize": 134}},
          {"type": "file", "path": "../y", "size": 1, "oid": "b"},
          {"type": "file", "path": "config.json", "size": 5, "oid": "c0f"}])",
      "here");
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].name, "unet/x.safetensors");
  EXPECT_EQ(files[0].sha256, sha);
  EXPECT_EQ(files[0].size, 7U);
  EXPECT_EQ(files[1].content, "c0f");
  EXPECT_THAT(errorOf([] { parseTree("{}", "here"); }), HasSubstr("lists no files"));
}

TEST(ModelScope, NamesFilesOrSaysWhyNot) {
  const std::string sha(64, 'e');
  const Listing listing = parseModelScope(
      R"({"Code": 200, "Data": {"Files": [
           {"Path": "unet", "Type": "tree", "Size": 0},
           {"Path": "model.safetensors", "Type": "blob", "Size": 7, "Sha256": ")" +
          sha + R"("}]}})",
      "here");
  ASSERT_EQ(listing.files.size(), 1U);
  EXPECT_EQ(listing.files[0].content, sha);
  EXPECT_THAT(errorOf([] {
                parseModelScope(R"({"Code": 10010205001, "Message": "no such\nmodel"})", "here");
              }),
              HasSubstr("no such?model (code 10010205001)"));
}

TEST(Listings, ThatAreMalformedAreRefused) {
  for (const char* json :
       {"", "[]", "{", "<html>", R"({"sha": "../x", "siblings": []})",
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
