// Bundles as files: what is written is read again, and what is no bundle is refused.
#include <gmock/gmock.h>

#include <cstring>

#include <kindred/bundle/detail/index_text.hpp>
#include <kindred/bundle/reader.hpp>
#include <kindred/bundle/sha256.hpp>
#include <kindred/bundle/write.hpp>
#include <kindred/random.hpp>

#include "support/refusal.hpp"
#include "support/safetensors.hpp"
#include "support/temp_dir.hpp"

namespace kindred::bundle {
namespace {

using support::TempDir;
using testing::AllOf;
using testing::HasSubstr;

std::string noise(std::size_t size, std::uint64_t seed) {
  Random random(seed);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

// One model with two files, parts of which are held.
class BundleFile : public testing::Test {
 protected:
  BundleFile() {
    HeldLocation at;
    at.source = "hub";
    at.address = "org/x@c0ffee";
    at.plugin = "http-range";
    at.layout = "hub";
    at.remote = true;
    at.endpoint = "https://hub.example";
    at.listed = {"config.json", "model.safetensors", "other"};
    HeldFile config, model;
    config.name = "config.json";
    config.size = texts_[0].size();
    addRanges(config, 0, config.size);
    model.name = "model.safetensors";
    model.size = texts_[1].size();
    model.identity = "etag";
    addRanges(model, 10, 20);
    addRanges(model, 30, 5'000'000);
    at.files = {config, model};
    index_.kindred = "1.0";
    index_.locations = {at};
  }

  BytesOf bytes() const {
    return [this](std::size_t, std::size_t file, std::uint64_t offset, std::span<std::byte> into) {
      std::memcpy(into.data(), texts_[file].data() + offset, into.size());
    };
  }
  std::string path() const { return (dir_ / "x.kbundle").string(); }
  void write() const { bundle::write(path(), index_, "a recipe", bytes()); }

  static std::string read(const Bundle& bundle, std::size_t file, std::uint64_t offset,
                          std::size_t size) {
    std::string text(size, '?');
    bundle.read(bundle.index().locations.front().files.at(file), offset,
                std::as_writable_bytes(std::span(text)));
    return text;
  }

  // What is said of a bundle whose index is this text.
  std::string refusalOfIndex(const std::string& index, std::size_t data = 0) const {
    Header header;
    header.index_sha256 = sha256(index);
    const std::string recipe = "a recipe";
    const std::uint64_t end = index.size() + recipe.size();
    header.entries[kIndexEntry] = {0, index.size()};
    header.entries[kRecipeEntry] = {index.size(), end};
    if (data > 0) header.entries["0/config.json"] = {end, end + data};
    return refusalOfFile(
        support::safetensorsBytes(headerText(header), index + recipe + std::string(data, 'x')));
  }
  std::string refusalOfFile(const std::string& file) const {
    dir_.write("x.kbundle", file);
    const Error error = support::refusalOf([&] { Bundle bundle(path()); });
    EXPECT_EQ(error.category(), Category::input);
    EXPECT_EQ(error.place(), path());
    EXPECT_EQ(error.message().find('\n'), std::string::npos);
    return error.message();
  }
  // With one location that has this file.
  static std::string indexWith(const std::string& file, const std::string& listed = "") {
    return "{\"version\":1,\"kindred\":\"1\",\"recipe_sha256\":\"" + sha256("a recipe") +
           "\",\"locations\":[{\"source\":\"s\",\"address\":\"a\",\"plugin\":\"\",\"layout\":\"\","
           "\"remote\":false,\"endpoint\":\"\",\"pinned\":\"\",\"revision\":\"\",\"chosen\":\"\","
           "\"unlisted\":\"\",\"prefix\":\"\",\"listed\":[" +
           listed + "],\"files\":[" + file + "]}]}";
  }
  static std::string fileWith(const std::string& ranges, const std::string& name = "config.json",
                              const std::string& size = "100") {
    return "{\"name\":\"" + name + "\",\"bytes\":" + size +
           ",\"identity\":\"\",\"published_sha256\":\"\",\"ranges\":[" + ranges + "]}";
  }
  static std::string range(const std::string& offset, const std::string& length) {
    return "[" + offset + "," + length + ",\"" + sha256("") + "\"]";
  }

  TempDir dir_;
  Index index_;
  std::string texts_[2] = {"{\"x\": 1}", noise(6'000'000, 3)};
};

TEST_F(BundleFile, GivesBackWhatWasWrittenAcrossItsRanges) {
  write();
  const Bundle bundle(path());
  EXPECT_EQ(bundle.recipe(), "a recipe");
  ASSERT_NE(bundle.find("hub", "org/x@c0ffee"), nullptr);
  EXPECT_EQ(bundle.find("hub", "org/y"), nullptr);
  EXPECT_EQ(bundle.find("hub", "org/x@c0ffee")->listed, index_.locations[0].listed);
  EXPECT_EQ(read(bundle, 0, 0, 8), texts_[0]);
  EXPECT_EQ(read(bundle, 1, 12, 8), texts_[1].substr(12, 8));
  EXPECT_EQ(read(bundle, 1, 100, 4'900'000), texts_[1].substr(100, 4'900'000));
  EXPECT_EQ(read(bundle, 1, kLongestRange - 1, 2), texts_[1].substr(kLongestRange - 1, 2));
  EXPECT_EQ(read(bundle, 1, 25, 0), "");
}

TEST_F(BundleFile, SaysWhichBytesItDoesNotHold) {
  write();
  const Bundle bundle(path());
  for (const auto& [offset, size] : {std::pair{0, 11}, {19, 2}, {20, 1}, {4'999'999, 2}}) {
    const Error error = support::refusalOf([&] {
      read(bundle, 1, static_cast<std::uint64_t>(offset), static_cast<std::size_t>(size));
    });
    EXPECT_THAT(error.what(), AllOf(HasSubstr("does not hold bytes " + std::to_string(offset)),
                                    HasSubstr("'model.safetensors'"), HasSubstr("record a run")));
  }
}

TEST_F(BundleFile, GivesNoByteOfARangeThatHasAnotherHash) {
  write();
  std::string file = support::readFile(path());
  file.back() ^= 1;
  dir_.write("x.kbundle", file);
  const Bundle bundle(path());
  EXPECT_EQ(read(bundle, 1, 100, 100), texts_[1].substr(100, 100));
  const Error error = support::refusalOf([&] { read(bundle, 1, kLongestRange, 1); });
  EXPECT_THAT(error.what(), AllOf(HasSubstr("bytes 4194304 to 5000000 of 'model.safetensors'"),
                                  HasSubstr("another SHA-256")));
}

TEST_F(BundleFile, IsASafetensorsFileOfTheSameBytesEveryTime) {
  write();
  const std::string first = support::readFile(path());
  write();
  EXPECT_EQ(support::readFile(path()), first);
  EXPECT_THAT(first.substr(8, 40), HasSubstr("{\"__metadata__\""));
}

TEST_F(BundleFile, IsNotThereWhereItCouldNotBeWritten) {
  EXPECT_THAT(support::refusalOf([&] {
                bundle::write((dir_ / "no/x.kbundle").string(), index_, "", bytes());
              }).what(),
              HasSubstr("can't be written"));
  const auto failing = [](std::size_t, std::size_t, std::uint64_t, std::span<std::byte>) {
    throw inputError("", "no bytes");
  };
  EXPECT_ANY_THROW(bundle::write(path(), index_, "", failing));
  EXPECT_TRUE(std::filesystem::is_empty(dir_.path()));
}

TEST_F(BundleFile, RefusesWhatIsNoBundle) {
  EXPECT_THAT(refusalOfFile(""), HasSubstr("too short"));
  EXPECT_THAT(refusalOfFile(std::string(8, '\xff') + "{}"), HasSubstr("its header would have"));
  EXPECT_THAT(refusalOfFile(support::safetensorsBytes("{", "")), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusalOfFile(support::safetensorsBytes("[]", "")), HasSubstr("is no object"));
  EXPECT_THAT(
      refusalOfFile(support::safetensorsBytes({support::randomTensor("x", DType::F32, {4}, 1)})),
      HasSubstr("is not a list of bytes"));
  EXPECT_THAT(
      refusalOfFile(support::safetensorsBytes("{\"__metadata__\":{\"format\":\"pt\"}}", "")),
      HasSubstr("no bundle"));
  EXPECT_THAT(support::refusalOf([&] { Bundle bundle(dir_.text()); }).what(),
              HasSubstr("is no file"));
  EXPECT_THAT(support::refusalOf([&] { Bundle bundle("/no/such.kbundle"); }).what(),
              HasSubstr("can't be read"));
}

TEST_F(BundleFile, RefusesATruncatedOne) {
  write();
  const std::string whole = support::readFile(path());
  for (const std::size_t size :
       {std::size_t{9}, std::size_t{200}, whole.size() / 2, whole.size() - 1}) {
    refusalOfFile(whole.substr(0, size));
  }
  EXPECT_THAT(refusalOfFile(whole + "x"), HasSubstr("follow its header"));
}

TEST_F(BundleFile, RefusesEntriesThatOverlapOrLeaveGaps) {
  const auto with = [&](const std::string& more, const std::string& data) {
    return refusalOfFile(support::safetensorsBytes(
        "{\"__metadata__\":{\"format\":\"kindred.bundle\",\"index_sha256\":\"" + sha256("") +
            "\"}" + more + "}",
        data));
  };
  const std::string a = R"(,"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]})";
  EXPECT_THAT(with(a + R"(,"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]})", "abcdef"),
              HasSubstr("overlap"));
  EXPECT_THAT(with(a + R"(,"b":{"dtype":"U8","shape":[1],"data_offsets":[5,6]})", "abcdef"),
              HasSubstr("gap"));
  EXPECT_THAT(
      with(R"(,"a":{"dtype":"U8","shape":[4],"data_offsets":[0,18446744073709551615]})", ""),
      HasSubstr("is not a list of bytes"));
  EXPECT_THAT(with(R"(,"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]})", "abcd"),
              HasSubstr("is not a list of bytes"));
  EXPECT_THAT(with(a + a, "abcd"), HasSubstr("twice"));
  EXPECT_THAT(with("", ""), HasSubstr("has no entry 'index.json'"));
}

TEST_F(BundleFile, RefusesRangesThatOverlapOrLeaveTheirFile) {
  const auto with = [&](const std::string& ranges, std::size_t data) {
    return refusalOfIndex(indexWith(fileWith(ranges)), data);
  };
  EXPECT_THAT(with(range("0", "10") + "," + range("9", "10"), 20), HasSubstr("overlap"));
  EXPECT_THAT(with(range("50", "10") + "," + range("0", "10"), 20), HasSubstr("out of order"));
  EXPECT_THAT(with(range("95", "6"), 6), HasSubstr("leaves its 100 bytes"));
  EXPECT_THAT(with(range("18446744073709551615", "2"), 2), HasSubstr("leaves its 100 bytes"));
  EXPECT_THAT(with(range("0", "18446744073709551615"), 2), HasSubstr("not 1 to 4194304"));
  EXPECT_THAT(with(range("0", "0"), 1), HasSubstr("not 1 to 4194304"));
  EXPECT_THAT(with(range("0", "-1"), 1), HasSubstr("not [offset, length, sha256]"));
  EXPECT_THAT(with("[0,1,\"ab\"]", 1), HasSubstr("no SHA-256"));
  EXPECT_THAT(with(range("0", "10"), 9), HasSubstr("has 9 bytes, and its ranges 10"));
  EXPECT_THAT(with(range("0", "10"), 0), HasSubstr("has no entry '0/config.json'"));
}

TEST_F(BundleFile, RefusesNamesThatLeaveTheirFolder) {
  for (const char* name : {"../x", "/etc/passwd", "a/../../b", "", "x\\u0000y", ".."}) {
    EXPECT_THAT(refusalOfIndex(indexWith(fileWith("", name))), HasSubstr("file name")) << name;
    EXPECT_THAT(refusalOfIndex(indexWith("", "\"" + std::string(name) + "\"")),
                HasSubstr("file name"))
        << name;
  }
  EXPECT_THAT(refusalOfIndex(indexWith("", "\"b\",\"a\"")), HasSubstr("out of order"));
  EXPECT_THAT(refusalOfIndex(indexWith(fileWith("") + "," + fileWith(""))), HasSubstr("twice"));
}

TEST_F(BundleFile, RefusesAnIndexOrARecipeThatIsNotTheOneItsHashIsOf) {
  write();
  const std::string whole = support::readFile(path());
  for (const char* text : {"\"kindred\":\"1.0\"", "a recipe"}) {
    std::string changed = whole;
    changed[changed.find(text) + 2] ^= 1;
    EXPECT_THAT(refusalOfFile(changed), HasSubstr("has another SHA-256")) << text;
  }
}

TEST_F(BundleFile, RefusesAVersionThatItDoesNotKnowAndWhatNothingNames) {
  EXPECT_THAT(refusalOfIndex("{\"version\":2}"), HasSubstr("bundle of version 2"));
  EXPECT_THAT(refusalOfIndex("{}"), HasSubstr("has no whole number 'version'"));
  EXPECT_THAT(refusalOfIndex(indexWith(""), 3),
              HasSubstr("the index names no entry '0/config.json'"));
}

TEST(Sha256, IsTheStandards) {
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace kindred::bundle
