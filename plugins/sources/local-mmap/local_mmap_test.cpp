#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <kindred/random.hpp>
#include <kindred/source.hpp>
#include <thread>

#include "support/loaded_plugin.hpp"
#include "support/temp_dir.hpp"

namespace kindred::local_mmap_test {
namespace {

namespace fs = std::filesystem;
using support::TempDir;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::unique_ptr<Source> source(const fs::path& root, const std::string& read = "auto") {
  return support::load<Source>("local-mmap", {{"root", root.string()}, {"read", read}});
}

std::string noise(std::size_t size) {
  Random random(7);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

std::string bytes(File& file, std::uint64_t offset, std::size_t size) {
  std::string text(size, '?');
  file.read(offset, std::as_writable_bytes(std::span(text)));
  return text;
}

// What the Error of `f` says, or a remark that there was none.
template <class F>
std::string errorOf(F&& f) {
  try {
    f();
  } catch (const Error& error) {
    EXPECT_EQ(error.category(), Category::input);
    return error.what();
  }
  return "no error";
}

class EveryWayOfReading : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(LocalMmap, EveryWayOfReading, testing::Values("auto", "map", "pread"),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(EveryWayOfReading, GivesTheBytesOfTheFile) {
  const TempDir dir;
  const std::string content = noise(300'000);
  dir.write("m/x.bin", content);
  const auto location = source(dir.path(), GetParam())->open("m");
  const auto file = location->open("x.bin");
  EXPECT_EQ(file->size(), content.size());
  for (const std::size_t size : {0u, 1u, 8u, 4096u, 65536u, 65537u, 200'000u}) {
    for (const std::size_t offset : {0u, 1u, 4095u, 99'999u}) {
      EXPECT_EQ(bytes(*file, offset, size), content.substr(offset, size)) << offset << "+" << size;
    }
  }
  EXPECT_EQ(bytes(*file, content.size(), 0), "");
  EXPECT_EQ(bytes(*file, content.size() - 1, 1), content.substr(content.size() - 1));
}

TEST_P(EveryWayOfReading, RefusesRangesThatLeaveTheFile) {
  const TempDir dir;
  const std::string path = dir.write("x.bin", noise(1000)).string();
  const auto location = source(dir.path(), GetParam())->open("");
  const auto file = location->open("x.bin");
  EXPECT_THAT(errorOf([&] { bytes(*file, 1000, 1); }), AllOf(HasSubstr(path), HasSubstr("leaves")));
  EXPECT_THAT(errorOf([&] { bytes(*file, 1, 1000); }), HasSubstr("leaves the file of 1000 bytes"));
  EXPECT_THAT(errorOf([&] { bytes(*file, ~std::uint64_t{0}, 2); }), HasSubstr("leaves"));
}

TEST_P(EveryWayOfReading, NamesAFileThatShrinks) {
  const TempDir dir;
  const fs::path path = dir.write("x.bin", noise(300'000));
  const auto location = source(dir.path(), GetParam())->open(".");
  const auto file = location->open("x.bin");
  bytes(*file, 0, 100);
  fs::resize_file(path, 4096);
  for (const std::size_t size : {100u, 200'000u}) {
    EXPECT_THAT(errorOf([&] { bytes(*file, 100'000, size); }),
                AllOf(HasSubstr(path.string()), HasSubstr("shrank from 300000 to 4096 bytes")));
  }
}

TEST_P(EveryWayOfReading, NamesAFileThatGrowsIsRewrittenDeletedOrReplaced) {
  const TempDir dir;
  const auto location = source(dir.path(), GetParam())->open(".");
  const auto opened = [&](const char* name) {
    dir.write(name, noise(5000));
    return location->open(name);
  };
  const auto grown = opened("grown");
  fs::resize_file(dir / "grown", 5001);
  EXPECT_THAT(errorOf([&] { bytes(*grown, 0, 10); }), HasSubstr("grew from 5000 to 5001"));

  const auto rewritten = opened("rewritten");
  fs::last_write_time(dir / "rewritten", fs::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_THAT(errorOf([&] { bytes(*rewritten, 0, 10); }), HasSubstr("was written to"));

  const auto deleted = opened("deleted");
  fs::remove(dir / "deleted");
  EXPECT_THAT(errorOf([&] { bytes(*deleted, 0, 10); }), HasSubstr("deleted or replaced"));

  const auto replaced = opened("replaced");
  dir.write("new", noise(5000));
  fs::rename(dir / "new", dir / "replaced");
  EXPECT_THAT(errorOf([&] { bytes(*replaced, 0, 10); }), HasSubstr("deleted or replaced"));
}

TEST_P(EveryWayOfReading, SurvivesAFileThatShrinksWhileThreadsReadIt) {
  const TempDir dir;
  const fs::path path = dir.write("x.bin", noise(1 << 20));
  const auto location = source(dir.path(), GetParam())->open(".");
  for (int round = 0; round < 20; ++round) {
    dir.write("x.bin", noise(1 << 20));
    const auto file = location->open("x.bin");
    std::vector<std::jthread> readers;
    for (int i = 0; i < 3; ++i) {
      readers.emplace_back([&file] {
        EXPECT_THAT(errorOf([&] {
                      for (int k = 0; k < 1'000'000; ++k) bytes(*file, (1 << 20) - 5000, 5000);
                    }),
                    HasSubstr("shrank"));
      });
    }
    fs::resize_file(path, 10);
  }
}

TEST(LocalMmap, KeepsThePromisesOfTheInterface) {
  const TempDir dir;
  conformance::Expected expected;
  expected.address = "m";
  expected.files = {{"a.bin", noise(200'000)}, {"b.bin", "b"}, {"c.bin", ""}};
  for (const auto& [name, content] : expected.files) dir.write("m/" + name, content);
  for (const char* read : {"auto", "map", "pread"}) {
    EXPECT_EQ(support::complaints("local-mmap", {{"root", dir.text()}, {"read", std::string(read)}},
                                  expected),
              "");
  }
}

TEST(LocalMmap, IdentityChangesWithTheFileBehindThePath) {
  const TempDir dir;
  dir.write("x.bin", "first");
  const auto location = source(dir.path())->open(".");
  const auto file = location->open("x.bin");
  const std::string before = file->identity();
  EXPECT_EQ(file->identity(), before);
  EXPECT_EQ(location->open("x.bin")->identity(), before);
  dir.write("y.bin", "other");
  fs::rename(dir / "y.bin", dir / "x.bin");
  const std::string after = file->identity();
  EXPECT_NE(after, before);
  fs::remove(dir / "x.bin");
  EXPECT_NE(file->identity(), after);
  EXPECT_NE(file->identity(), before);
}

TEST(LocalMmap, ListsTheFilesOfAFolderAndOfThoseInItInOrder) {
  const TempDir dir;
  dir.write("m/b.safetensors", "1");
  dir.write("m/a.json", "2");
  dir.write("m/sub/c.bin", "3");
  dir.write("m/.cache/d.json", "4");
  dir.write("m/sub/deeper/e.json", "5");
  const auto location = source(dir.path())->open("m/");
  EXPECT_THAT(location->list(), ElementsAre("a.json", "b.safetensors", "sub/c.bin"));
  EXPECT_EQ(bytes(*location->open("sub/c.bin"), 0, 1), "3");
  EXPECT_EQ(location->revision(), "");
}

TEST(LocalMmap, ListsALinkThatLeadsNowhereAndSaysSoWhenItIsOpened) {
  const TempDir dir;
  dir.write("m/a.json", "2");
  fs::create_symlink("../../blobs/1234", dir / "m" / "gone.safetensors");
  const auto location = source(dir.path())->open("m");
  EXPECT_THAT(location->list(), ElementsAre("a.json", "gone.safetensors"));
  EXPECT_THAT(errorOf([&] { location->open("gone.safetensors"); }),
              AllOf(HasSubstr("is a link to '../../blobs/1234', which is not there"),
                    HasSubstr("fetch the model again")));
}

TEST(LocalMmap, OpensASingleFileAndTheConfigurationBesideIt) {
  const TempDir dir;
  dir.write("m/x.safetensors", "1");
  dir.write("m/y.safetensors", "2");
  dir.write("m/config.json", "3");
  dir.write("m/notes.json", "4");
  const auto location = source(dir.path())->open("m/x.safetensors");
  EXPECT_THAT(location->list(), ElementsAre("config.json", "x.safetensors"));
  EXPECT_EQ(location->chosen(), "x.safetensors");
  EXPECT_EQ(bytes(*location->open("config.json"), 0, 1), "3");
  EXPECT_EQ(bytes(*location->open("x.safetensors"), 0, 1), "1");
  EXPECT_THAT(errorOf([&] { location->open("y.safetensors"); }), HasSubstr("is one file"));
}

TEST(LocalMmap, RefusesAddressesAndNamesThatLeaveTheRoot) {
  const TempDir dir;
  dir.write("root/m/x", "1");
  dir.write("secret", "2");
  const auto inside = source(dir / "root");
  for (const std::string& address :
       {std::string(".."), std::string("../secret"), std::string("m/../../secret"),
        std::string("/etc/passwd"), (dir / "secret").string(), (dir / "rootless").string()}) {
    EXPECT_THAT(errorOf([&] { inside->open(address); }), HasSubstr("leaves")) << address;
  }
  const auto location = inside->open("m");
  for (const std::string& name :
       {std::string("../../secret"), std::string("/etc/passwd"), std::string("../m2/x")}) {
    EXPECT_THAT(errorOf([&] { location->open(name); }), HasSubstr("leaves")) << name;
  }
  EXPECT_THAT(errorOf([&] { location->open(std::string("x\0y", 3)); }), HasSubstr("zero byte"));
}

TEST(LocalMmap, TakesAbsoluteAddressesBelowTheRoot) {
  const TempDir dir;
  dir.write("root/m/x", "1");
  EXPECT_THAT(source(dir / "root")->open((dir / "root" / "m").string())->list(), ElementsAre("x"));
  EXPECT_THAT(source("/")->open((dir / "root" / "m").string())->list(), ElementsAre("x"));
}

// A recipe moves from the Hub to a disk by its source alone.
TEST(LocalMmap, TakesAddressesOfTheHubForPathsBelowTheRoot) {
  const TempDir dir;
  dir.write("org/name/x", "1");
  const auto at = [&](const char* address) { return source(dir.path())->open(address); };
  EXPECT_THAT(at("org/name@main")->list(), ElementsAre("x"));
  EXPECT_EQ(at("org/name@main:x")->chosen(), "x");
  EXPECT_THAT(errorOf([&] { at("org/other@main"); }), HasSubstr("other@main"));
  dir.write("org/name@main/y", "1");  // what is called as written is what is meant
  EXPECT_THAT(at("org/name@main")->list(), ElementsAre("y"));
}

TEST(LocalMmap, SaysWhatIsNoFile) {
  const TempDir dir;
  dir.write("m/x", "1");
  fs::create_directory(dir / "m" / "folder");
  ASSERT_EQ(mkfifo((dir / "m" / "pipe").c_str(), 0600), 0);
  fs::create_symlink("/dev/zero", dir / "m" / "device");
  const auto location = source(dir.path())->open("m");
  EXPECT_THAT(location->list(), ElementsAre("device", "pipe", "x"));
  EXPECT_THAT(errorOf([&] { location->open("folder"); }), HasSubstr("is a folder"));
  EXPECT_THAT(errorOf([&] { location->open("pipe"); }), HasSubstr("is a pipe"));
  EXPECT_THAT(errorOf([&] { location->open("device"); }), HasSubstr("is a device"));
  EXPECT_THAT(errorOf([&] { location->open("none"); }),
              AllOf(HasSubstr((dir / "m" / "none").string()), HasSubstr("No such file")));
  EXPECT_THAT(errorOf([&] { location->open(""); }), HasSubstr("is a folder"));
  EXPECT_THAT(errorOf([&] { source(dir.path())->open("none"); }), HasSubstr("no such file"));
}

TEST(LocalMmap, ReadsTheHubsCache) {
  const TempDir dir;
  dir.write("models--o--n/blobs/1234", "weights");
  dir.write("models--o--n/refs/main", "aaaa\n");
  fs::create_directories(dir / "models--o--n/snapshots/aaaa");
  fs::create_symlink("../../blobs/1234", dir / "models--o--n/snapshots/aaaa/model.safetensors");
  const auto location = source(dir.path())->open("models--o--n");
  EXPECT_EQ(location->revision(), "aaaa");
  EXPECT_EQ(location->pinned(), "models--o--n/snapshots/aaaa");
  EXPECT_THAT(location->list(), ElementsAre("model.safetensors"));
  EXPECT_EQ(bytes(*location->open("model.safetensors"), 0, 7), "weights");

  dir.write("models--o--n/snapshots/bbbb/config.json", "{}");
  EXPECT_EQ(source(dir.path())->open("models--o--n")->revision(), "aaaa");
  EXPECT_EQ(source(dir.path())->open("models--o--n/snapshots/bbbb")->revision(), "bbbb");
  dir.write("models--o--n/refs/main", "../../..");
  EXPECT_THAT(errorOf([&] { source(dir.path())->open("models--o--n"); }),
              AllOf(HasSubstr("several snapshots"), HasSubstr("aaaa, bbbb")));
  fs::remove_all(dir / "models--o--n/snapshots/aaaa");
  EXPECT_EQ(source(dir.path())->open("models--o--n")->revision(), "bbbb");
}

}  // namespace
}  // namespace kindred::local_mmap_test
