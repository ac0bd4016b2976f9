// @NAME@: a source of models that are one file each, below a root folder.
#include <filesystem>
#include <fstream>
#include <kindred/source.hpp>
namespace fs = std::filesystem;
namespace {
struct DiskFile final : kindred::NamedFile {
  explicit DiskFile(const fs::path& path) : NamedFile(path.string(), fs::file_size(path)) {}
  std::string identity() const override {  // changes when the file does
    return std::to_string(fs::last_write_time(place()).time_since_epoch().count());
  }
  void read(std::uint64_t offset, std::span<std::byte> into) override {  // from any thread
    kindred::checkRange(*this, offset, into.size());
    std::ifstream in(place(), std::ios::binary);
    in.seekg(static_cast<std::streamoff>(offset));
    in.read(reinterpret_cast<char*>(into.data()), std::ssize(into));
    if (!in) throw kindred::inputError(place(), "can't be read", "check that it was not cut short");
  }
};
struct OneFile final : kindred::Location {
  explicit OneFile(fs::path file) : path(std::move(file)) {}
  std::vector<std::string> list() override { return {path.filename().string()}; }
  std::shared_ptr<kindred::File> open(const std::string& name) override {
    kindred::checkListed(*this, name);
    return std::make_shared<DiskFile>(path);
  }
  fs::path path;
};
struct @CLASS@ final : kindred::Source {
  explicit @CLASS@(const kindred::Parameters& p) : root(p.text("root")) {}
  std::unique_ptr<kindred::Location> open(const std::string& address) override {
    kindred::checkBelow(address);
    if (!fs::is_regular_file(root / address)) throw kindred::inputError(address, "is no file");
    return std::make_unique<OneFile>(root / address);
  }
  fs::path root;
};
}  // namespace
KINDRED_SOURCE(@CLASS@, "@NAME@", "0.1", "Models that are one file each",
               kindred::text("root", ".", "the folder that addresses are relative to"))
