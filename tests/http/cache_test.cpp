// The block cache: right or missing, never wrong; whatever dies, whoever else writes.
#include "block_cache.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <random>

#include "fixture.hpp"

namespace kindred::http {
namespace {

namespace fs = std::filesystem;
using servers::bytesOf;
using servers::randomContent;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const servers::Content kContent = randomContent(30'000'000, 3);
const FileKey kKey{"https://hub", "org/model", "c0ffee", "model.safetensors", "etag"};

std::span<std::byte> bytes(std::string& text) { return std::as_writable_bytes(std::span(text)); }

// Keeps the content's bytes [offset, offset + length).
void keep(BlockCache& cache, std::int64_t id, std::uint64_t offset, std::uint64_t length) {
  const std::string text = bytesOf(kContent, offset, length);
  const BlockCache::Fresh fresh{id, offset, std::as_bytes(std::span(text))};
  cache.keep(std::span(&fresh, 1));
}

// What fill() leaves; fails the test where it filled in a wrong byte.
std::vector<Extent> fillAndCheck(BlockCache& cache, std::int64_t id, std::uint64_t offset,
                                 std::uint64_t length) {
  std::string got(length, '\0');
  std::vector<Extent> left;
  std::string expected = bytesOf(kContent, offset, length);
  for (const Piece& piece : cache.fill(id, {offset, bytes(got)})) {
    left.push_back({piece.offset, piece.into.size()});
    std::fill_n(got.begin() + static_cast<std::ptrdiff_t>(piece.offset - offset), piece.into.size(),
                '?');
    std::fill_n(expected.begin() + static_cast<std::ptrdiff_t>(piece.offset - offset),
                piece.into.size(), '?');
  }
  EXPECT_TRUE(got == expected) << "wrong bytes";
  return left;
}

class CacheTest : public ::testing::Test {
 protected:
  BlockCache open(std::uint64_t limit = 1000 * kMiB) const { return {folder_.path(), limit}; }
  std::vector<fs::path> segmentFiles() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder_ / "blocks")) {
      files.push_back(entry.path());
    }
    return files;
  }
  support::TempDir folder_;
};

TEST_F(CacheTest, GivesBackWhatItKeptAndNamesTheRest) {
  BlockCache cache = open();
  const std::int64_t id = cache.remember(kKey, kContent.size).value();
  keep(cache, id, 1000, 500);
  keep(cache, id, 2000, 1'000'000);
  using Extents = std::vector<Extent>;
  EXPECT_EQ(fillAndCheck(cache, id, 1000, 500), Extents{});
  EXPECT_EQ(fillAndCheck(cache, id, 1100, 10), Extents{});
  EXPECT_EQ(fillAndCheck(cache, id, 900, 2000), (Extents{{900, 100}, {1500, 500}}));
  EXPECT_EQ(fillAndCheck(cache, id, 1'001'999, 2), (Extents{{1'002'000, 1}}));
  EXPECT_EQ(fillAndCheck(cache, id, 300'000, 600'000), Extents{});
  EXPECT_EQ(cache.missing(id, {900, 2000}), (Extents{{900, 100}, {1500, 500}}));
  EXPECT_EQ(fillAndCheck(cache, id, 5'000'000, 10), (Extents{{5'000'000, 10}}));
}

TEST_F(CacheTest, OutlivesItsProcess) {
  {
    BlockCache cache = open();
    keep(cache, cache.remember(kKey, kContent.size).value(), 0, 100);
    cache.keepListing("https://hub", "org/model@main", "{}");
  }
  BlockCache cache = open();
  const KnownFile known = cache.latest(kKey).value();
  EXPECT_EQ(known.size, kContent.size);
  EXPECT_EQ(known.etag, "etag");
  EXPECT_THAT(fillAndCheck(cache, known.id, 0, 100), IsEmpty());
  EXPECT_EQ(cache.listing("https://hub", "org/model@main"), "{}");
  EXPECT_FALSE(cache.listing("https://other", "org/model@main"));
}

TEST_F(CacheTest, KeepsVersionsApart) {
  BlockCache cache = open();
  FileKey other = kKey;
  other.etag = "another";
  const std::int64_t first = cache.remember(kKey, 100).value();
  const std::int64_t second = cache.remember(other, 100).value();
  EXPECT_NE(first, second);
  keep(cache, first, 0, 100);
  EXPECT_EQ(cache.missing(second, {0, 100}).size(), 1U);
  EXPECT_EQ(cache.latest(kKey)->id, second);
  EXPECT_EQ(cache.remember(kKey, 100), first);
  EXPECT_EQ(cache.latest(kKey)->id, first) << "the version seen last counts";
  for (std::string FileKey::*part :
       {&FileKey::endpoint, &FileKey::path, &FileKey::commit, &FileKey::name}) {
    FileKey elsewhere = kKey;
    elsewhere.*part = "elsewhere";
    EXPECT_FALSE(cache.latest(elsewhere));
  }
}

TEST_F(CacheTest, FetchesAgainWhatWasDamagedOnDisk) {
  BlockCache cache = open();
  const std::int64_t id = cache.remember(kKey, kContent.size).value();
  keep(cache, id, 0, 1'000'000);
  {
    std::fstream file(segmentFiles().at(0), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(300'000);
    file.put('!');
  }
  EXPECT_EQ(fillAndCheck(cache, id, 0, 1'000'000), (std::vector<Extent>{{262'144, 262'144}}));
  keep(cache, id, 262'144, 262'144);
  EXPECT_THAT(fillAndCheck(cache, id, 0, 1'000'000), IsEmpty());
}

TEST_F(CacheTest, FetchesAgainWhatVanishedFromDisk) {
  BlockCache cache = open();
  const std::int64_t id = cache.remember(kKey, kContent.size).value();
  keep(cache, id, 0, 1000);
  keep(cache, id, 5000, 1000);
  for (const fs::path& file : segmentFiles()) fs::resize_file(file, 10);
  EXPECT_EQ(fillAndCheck(cache, id, 0, 1000), (std::vector<Extent>{{0, 1000}}));
  for (const fs::path& file : segmentFiles()) fs::remove(file);
  EXPECT_EQ(fillAndCheck(cache, id, 5000, 1000), (std::vector<Extent>{{5000, 1000}}));
}

TEST_F(CacheTest, IsSetUpAnewWhereTheIndexIsDamaged) {
  {
    BlockCache cache = open();
    keep(cache, cache.remember(kKey, kContent.size).value(), 0, 100);
  }
  for (const char* suffix : {"-wal", "-shm"})
    fs::remove(folder_.text() + "/blocks.sqlite" + suffix);
  std::ofstream(folder_ / "blocks.sqlite") << "this is no database, and long enough to be one";
  BlockCache cache = open();
  EXPECT_FALSE(cache.latest(kKey));
  const std::int64_t id = cache.remember(kKey, kContent.size).value();
  keep(cache, id, 0, 100);
  EXPECT_THAT(fillAndCheck(cache, id, 0, 100), IsEmpty());
}

TEST_F(CacheTest, StaysWithinItsSizeAndDropsTheOldestFirst) {
  BlockCache cache = open(10'000'000);
  const std::int64_t id = cache.remember(kKey, kContent.size).value();
  for (std::uint64_t i = 0; i < 20; ++i) keep(cache, id, i * 1'000'000, 1'000'000);
  EXPECT_THAT(cache.missing(id, {10'000'000, 10'000'000}), IsEmpty());
  EXPECT_EQ(cache.missing(id, {0, 10'000'000}), (std::vector<Extent>{{0, 10'000'000}}));
  std::uint64_t on_disk = 0;
  for (const fs::path& file : segmentFiles()) on_disk += fs::file_size(file);
  EXPECT_EQ(on_disk, 10'000'000U);
}

TEST_F(CacheTest, DoesNotKeepWhatIsLargerThanItself) {
  BlockCache cache = open(1000);
  const std::int64_t id = cache.remember(kKey, kContent.size).value();
  keep(cache, id, 0, 1001);
  EXPECT_THAT(segmentFiles(), IsEmpty());
  keep(cache, id, 0, 1000);
  EXPECT_THAT(fillAndCheck(cache, id, 0, 1000), IsEmpty());
}

TEST_F(CacheTest, RemovesOldFilesThatNobodyEntered) {
  { open(); }
  const fs::path old = folder_ / "blocks/0123.part", young = folder_ / "blocks/4567.part";
  std::ofstream(old) << "x";
  std::ofstream(young) << "x";
  fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(2));
  open();
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(young)) << "another process may be writing it";
}

TEST_F(CacheTest, SaysWhereItCannotBe) {
  const fs::path file = folder_.write("file", "x");
  EXPECT_THAT(errorOf([&] { BlockCache(file / "cache", 1000); }),
              HasSubstr("or do without: cache-size: 0"));
}

// Runs `work` in a process of its own.
template <class F>
pid_t inChild(F&& work) {
  const pid_t child = fork();
  if (child != 0) return child;
  bool good = false;
  try {
    good = work();
  } catch (...) {
  }
  _exit(good && !::testing::Test::HasFailure() ? 0 : 1);
}

bool endedWell(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_F(CacheTest, IsIntactAfterItsProcessIsKilledAtAnyMoment) {
  std::uint64_t kept = 0;
  for (int round = 0; round < 25; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = inChild([&] {
      BlockCache cache = open(4'000'000);  // evicts all the time
      const std::int64_t id = cache.remember(kKey, kContent.size).value();
      std::mt19937 random(static_cast<unsigned>(round));
      while (true) {
        keep(cache, id, random() % 9'000'000, 1 + random() % 1'000'000);
        if (write(pipe_ends[1], "x", 1) != 1) return false;
      }
    });
    close(pipe_ends[1]);
    char mark;
    for (int i = 0; i < 1 + round % 5; ++i) ASSERT_EQ(read(pipe_ends[0], &mark, 1), 1);
    usleep(static_cast<useconds_t>(round * 137 % 4000));  // somewhere in the next write
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    close(pipe_ends[0]);

    BlockCache cache = open(4'000'000);
    const std::int64_t id = cache.latest(kKey).value().id;
    std::uint64_t left = 0;
    for (const Extent& extent : fillAndCheck(cache, id, 0, 10'000'000)) left += extent.length;
    kept += 10'000'000 - left;
  }
  EXPECT_GT(kept, 0U);
}

TEST_F(CacheTest, ServesTwoProcessesAtOnce) {
  std::vector<pid_t> children;
  for (unsigned which = 0; which < 2; ++which) {
    children.push_back(inChild([&] {
      BlockCache cache = open(4'000'000);
      const std::int64_t id = cache.remember(kKey, kContent.size).value();
      std::mt19937 random(which);
      for (int i = 0; i < 60; ++i) {
        keep(cache, id, random() % 9'000'000, 1 + random() % 1'000'000);
        fillAndCheck(cache, id, random() % 9'000'000, 1'000'000);
      }
      return true;
    }));
  }
  for (const pid_t child : children) EXPECT_TRUE(endedWell(child));
  BlockCache cache = open(4'000'000);
  std::uint64_t left = 0;
  for (const Extent& extent : fillAndCheck(cache, cache.latest(kKey)->id, 0, 10'000'000)) {
    left += extent.length;
  }
  EXPECT_LT(left, 9'000'000U) << "something was kept";
  EXPECT_GE(left, 6'000'000U) << "the limit held";
}

class CachedFilesTest : public RemoteTest {
 protected:
  static constexpr const char* kPath = "/m/model.safetensors";
  std::string readAll(const Changes& changes = {}) {
    auto remote = filesSource(changes);
    auto location = remote->open("m");
    auto file = location->open("model.safetensors");
    return read(*file, 0, file->size());
  }
};

TEST_F(CachedFilesTest, APlainServersFileIsConfirmedWithoutReadingIt) {
  const auto content = randomContent(500'000, 1);
  server_.serve(kPath, content);
  EXPECT_EQ(readAll(), bytesOf(content, 0, content.size));
  server_.forget();
  EXPECT_EQ(readAll(), bytesOf(content, 0, content.size));
  for (const servers::Seen& seen : server_.seen()) {
    if (seen.path == kPath) {
      EXPECT_EQ(seen.method, "HEAD");
    }
  }
  EXPECT_EQ(server_.count("model.safetensors"), 2U);  // and the index, which is not there
}

TEST_F(CachedFilesTest, APlainServersChangedFileIsReadAnew) {
  server_.serve(kPath, randomContent(500'000, 1));
  readAll();
  const auto content = randomContent(400'000, 2);
  server_.serve(kPath, content);
  EXPECT_EQ(readAll(), bytesOf(content, 0, content.size));
}

TEST_F(CachedFilesTest, RunsOfflineFromTheCacheAlone) {
  const auto content = randomContent(500'000, 1);
  server_.serve(kPath, content);
  readAll();
  server_.forget();
  EXPECT_EQ(readAll({{"offline", true}}), bytesOf(content, 0, content.size));
  EXPECT_THAT(server_.seen(), IsEmpty());
}

TEST_F(CachedFilesTest, AFileThatNothingMarksIsNeverKept) {
  server_.serve(kPath, randomContent(500'000, 1));
  server_.fail(kPath, {.kind = servers::Fault::Kind::unmarked});
  readAll();
  const auto content = randomContent(500'000, 2);
  server_.serve(kPath, content);
  EXPECT_EQ(readAll(), bytesOf(content, 0, content.size));
}

TEST_F(CachedFilesTest, ShardsAreFoundInTheIndex) {
  const auto shard = randomContent(500'000, 1);
  server_.serve("/m/model.safetensors.index.json",
                servers::textContent("{\"weight_map\": {\"a\": \"s-1.safetensors\", "
                                     "\"b\": \"s-2.safetensors\", \"c\": \"s-1.safetensors\"}}"));
  server_.serve("/m/s-1.safetensors", shard);
  server_.serve("/m/s-2.safetensors", shard);
  auto remote = filesSource();
  auto location = remote->open("m");
  EXPECT_THAT(location->list(), ::testing::ElementsAre("model.safetensors.index.json",
                                                       "s-1.safetensors", "s-2.safetensors"));
  EXPECT_EQ(read(*location->open("s-2.safetensors"), 400'000, 9), bytesOf(shard, 400'000, 9));
}

TEST_F(CachedFilesTest, AnIndexCannotNameFilesElsewhere) {
  server_.serve("/m/model.safetensors.index.json",
                servers::textContent("{\"weight_map\": {\"a\": \"../../etc/passwd\"}}"));
  auto remote = filesSource();
  EXPECT_THAT(errorOf([&] { remote->open("m")->list(); }),
              HasSubstr("the shard of tensor 'a' is no file of this model"));
}

TEST_F(CachedFilesTest, AnAddressCannotLeaveTheEndpoint) {
  auto remote = filesSource();
  EXPECT_THAT(errorOf([&] { remote->open("../m"); }), HasSubstr("leaves the endpoint"));
  EXPECT_THAT(errorOf([&] { remote->open("m")->list(); }), HasSubstr("there is no model here"));
}

}  // namespace
}  // namespace kindred::http
