#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include <kindred/bundle/write.hpp>
#include <kindred/source.hpp>

#include "support/loaded_plugin.hpp"
#include "support/refusal.hpp"
#include "support/temp_dir.hpp"

namespace kindred::bundle_test {
namespace {

using support::TempDir;
using testing::HasSubstr;

// A bundle of one model whose two files are held whole, and a third that is listed only.
class BundlePlugin : public testing::Test {
 protected:
  BundlePlugin() {
    bundle::HeldLocation at;
    at.source = "s1";
    at.address = "org/x";
    at.revision = "c0ffee";
    at.pinned = "org/x@c0ffee";
    at.remote = true;
    at.listed = {"a.json", "b.bin", "c.bin"};
    at.prefix = "org/x@c0ffee:";
    for (const char* name : {"a.json", "b.bin"}) {
      bundle::HeldFile file;
      file.name = name;
      file.size = texts_[name].size();
      file.identity = "etag";
      bundle::addRanges(file, 0, file.size);
      at.files.push_back(file);
    }
    bundle::Index index;
    index.locations = {at};
    bundle::write(
        path_, index, "a recipe",
        [&](std::size_t, std::size_t file, std::uint64_t offset, std::span<std::byte> into) {
          const std::string& text = texts_[file == 0 ? "a.json" : "b.bin"];
          std::memcpy(into.data(), text.data() + offset, into.size());
        });
  }
  std::unique_ptr<Source> source(const std::string& name = "s1") const {
    return support::load<Source>("bundle", {{"root", path_}, {"source", name}});
  }

  TempDir dir_;
  std::string path_ = (dir_ / "x.kbundle").string();
  std::map<std::string, std::string> texts_{{"a.json", "{}"}, {"b.bin", std::string(9000, 'b')}};
};

TEST_F(BundlePlugin, KeepsThePromisesOfSources) {
  TempDir two;
  // The kit opens all that is listed.
  bundle::HeldLocation at;
  at.source = "s1";
  at.address = "m";
  at.listed = {"a.json"};
  bundle::HeldFile file;
  file.name = "a.json";
  file.size = 5000;
  file.identity = "etag";
  bundle::addRanges(file, 0, 5000);
  at.files = {file};
  bundle::Index index;
  index.locations = {at};
  const std::string path = (two / "m.kbundle").string();
  bundle::write(path, index, "a recipe",
                [](std::size_t, std::size_t, std::uint64_t offset, std::span<std::byte> into) {
                  for (std::size_t i = 0; i < into.size(); ++i) {
                    into[i] = static_cast<std::byte>((offset + i) % 251);
                  }
                });
  std::string text(5000, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i % 251);
  EXPECT_EQ(support::complaints("bundle", {{"root", path}, {"source", std::string("s1")}},
                                {.address = "m", .files = {{"a.json", text}}}),
            "");
}

TEST_F(BundlePlugin, IsWhatTheRecordedRunSaw) {
  const auto from = source();
  EXPECT_TRUE(from->remote());
  const auto location = from->open("org/x");
  EXPECT_EQ(location->list(), (std::vector<std::string>{"a.json", "b.bin", "c.bin"}));
  EXPECT_EQ(location->revision(), "c0ffee");
  EXPECT_EQ(location->pinned(), "org/x@c0ffee");
  EXPECT_EQ(location->addressOf("b.bin"), "org/x@c0ffee:b.bin");
  const auto file = location->open("b.bin");
  EXPECT_EQ(file->size(), 9000U);
  EXPECT_EQ(file->identity(), "etag");
  EXPECT_FALSE(source("s2")->remote());
}

TEST_F(BundlePlugin, SaysWhatItDoesNotHold) {
  const auto from = source();
  EXPECT_THAT(support::refusalOf([&] { from->open("org/y"); }).what(),
              HasSubstr("holds nothing of 'org/y' of the source 's1' (it holds org/x)"));
  const auto location = from->open("org/x");
  const auto unread = location->open("c.bin");
  EXPECT_THAT(support::refusalOf([&] { unread->size(); }).what(),
              HasSubstr("the bundle holds nothing of this file"));
  EXPECT_THAT(support::refusalOf([&] { location->open("d.bin"); }).what(),
              HasSubstr("no such file"));
}

}  // namespace
}  // namespace kindred::bundle_test
