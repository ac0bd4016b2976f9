// An architecture file, joined with a file that ships.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "harness.hpp"
#include "models/architecture.hpp"

namespace {

// A folder in memory with a file that others can extend.
struct Folder {
  std::string path = "/dev/shm/kindred-fuzz-" + std::to_string(getpid());
  Folder() {
    std::filesystem::create_directory(path);
    std::filesystem::copy_file(KINDRED_SOURCE_DIR "/configs/architectures/decoder.yaml",
                               path + "/decoder.yaml");
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kindred;
  static const Folder folder;
  std::ofstream(folder.path + "/own.yaml", std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  fuzz::answered([&] { models::ArchitectureRegistry registry(folder.path); });
  return 0;
}
