// What is read of a source is in the bundle, once.
#include <gmock/gmock.h>

#include <thread>

#include <kindred/bundle/reader.hpp>
#include <kindred/random.hpp>

#include "recording/recorder.hpp"
#include "support/refusal.hpp"
#include "support/sources.hpp"
#include "support/temp_dir.hpp"

namespace kindred::recording {
namespace {

using support::MemorySource;
using support::TempDir;
using testing::HasSubstr;

class Recording : public testing::Test {
 protected:
  Recording() {
    Random random(5);
    for (char& c : text_) c = static_cast<char>(random());
  }
  std::unique_ptr<Source> source(Recorder& recorder, bool remote = false) const {
    auto memory = std::make_unique<MemorySource>(remote);
    memory->put("m", "x.bin", text_);
    memory->put("m", "unread.bin", "never looked at");
    return recorder.around({"s", "memory", ""}, std::move(memory));
  }
  std::string read(File& file, std::uint64_t offset, std::size_t size) const {
    std::string got(size, '?');
    file.read(offset, std::as_writable_bytes(std::span(got)));
    EXPECT_EQ(got, text_.substr(offset, size));
    return got;
  }
  static std::vector<std::pair<std::uint64_t, std::uint64_t>> rangesOf(
      const bundle::HeldFile& file) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> list;
    for (const bundle::Range& range : file.ranges) list.emplace_back(range.offset, range.length);
    return list;
  }

  TempDir dir_;
  std::string path_ = (dir_ / "r.kbundle").string();
  std::string text_ = std::string(100'000, '\0');
};

TEST_F(Recording, KeepsEveryByteOnceHoweverReadsOverlap) {
  Recorder recorder(path_);
  const auto source = this->source(recorder);
  const auto location = source->open("m");
  const auto file = location->open("x.bin");
  for (const auto& [offset, size] :
       {std::pair{100, 100}, {150, 100}, {400, 50}, {50, 500}, {700, 1}, {699, 3}, {550, 10}}) {
    read(*file, static_cast<std::uint64_t>(offset), static_cast<std::size_t>(size));
  }
  std::string more(20, '?');
  const ReadRequest request{file.get(), 701, std::as_writable_bytes(std::span(more))};
  source->read({&request, 1});
  recorder.write("a recipe", "1");

  const bundle::Bundle bundle(path_);
  const bundle::HeldFile& held = bundle.find("s", "m")->files.at(0);
  EXPECT_THAT(rangesOf(held), testing::ElementsAre(std::pair{50, 510}, std::pair{699, 22}));
  std::string got(510, '?');
  bundle.read(held, 50, std::as_writable_bytes(std::span(got)));
  EXPECT_EQ(got, text_.substr(50, 510));
}

TEST_F(Recording, IsTheSameBytesWhateverTheOrderAndTheThreads) {
  std::vector<std::string> bundles;
  for (const bool together : {false, true}) {
    Recorder recorder(path_);
    const auto source = this->source(recorder);
    const auto location = source->open("m");
    const auto file = location->open("x.bin");
    const auto readAll = [&](std::size_t first) {
      for (std::size_t i = first; i < 500; i += 3) read(*file, i * 150 % 90'000, 333);
    };
    std::vector<std::thread> threads;
    for (const std::size_t first : {2, 0, 1}) {
      if (together) {
        threads.emplace_back(readAll, first);
      } else {
        readAll(first);
      }
    }
    for (std::thread& thread : threads) thread.join();
    recorder.write("a recipe", "1");
    bundles.push_back(support::readFile(path_));
  }
  EXPECT_EQ(bundles[0], bundles[1]);
}

TEST_F(Recording, LeavesOutFilesThatWereOnlyListed) {
  Recorder recorder(path_);
  const auto source = this->source(recorder, true);
  const auto location = source->open("m");
  EXPECT_EQ(location->list().size(), 2U);
  location->open("unread.bin");
  EXPECT_EQ(location->open("x.bin")->size(), text_.size());
  recorder.write("a recipe", "1");
  const bundle::Bundle bundle(path_);
  const bundle::HeldLocation& at = *bundle.find("s", "m");
  EXPECT_TRUE(at.remote);
  EXPECT_EQ(at.listed, (std::vector<std::string>{"unread.bin", "x.bin"}));
  ASSERT_EQ(at.files.size(), 1U);
  EXPECT_EQ(at.files[0].name, "x.bin");
  EXPECT_TRUE(at.files[0].ranges.empty());
}

TEST_F(Recording, RefusesAddressesThatTellThisMachinesFolders) {
  Recorder recorder(path_);
  const auto source = this->source(recorder);
  EXPECT_THAT(support::refusalOf([&] { source->open("/m"); }).what(), HasSubstr("root"));
}

TEST_F(Recording, RefusesAPlaceWhereNoBundleCanBeBeforeAnythingIsRead) {
  EXPECT_THAT(support::refusalOf([&] { Recorder recorder((dir_ / "r.zip").string()); }).what(),
              HasSubstr(".kbundle"));
  EXPECT_THAT(
      support::refusalOf([&] { Recorder recorder((dir_ / "no/r.kbundle").string()); }).what(),
      HasSubstr("can't be written"));
}

TEST_F(Recording, LeavesNothingWhereTheRunDidNotEnd) {
  {
    Recorder recorder(path_);
    const auto source = this->source(recorder);
    const auto location = source->open("m");
    read(*location->open("x.bin"), 0, 50'000);
  }
  EXPECT_TRUE(std::filesystem::is_empty(dir_.path()));
}

}  // namespace
}  // namespace kindred::recording
