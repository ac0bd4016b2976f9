// A sound source of one location with two files in memory.
#include <cstring>
#include <kindred/source.hpp>

namespace {

class Text final : public kindred::File {
 public:
  Text(std::string place, std::string bytes) : place_(std::move(place)), bytes_(std::move(bytes)) {}
  const std::string& place() const override { return place_; }
  std::uint64_t size() const override { return bytes_.size(); }
  std::string identity() const override { return "1"; }
  void read(std::uint64_t offset, std::span<std::byte> into) override {
    if (offset > bytes_.size() || into.size() > bytes_.size() - offset) {
      throw kindred::inputError(place_, "a read leaves the file");
    }
    if (!into.empty()) std::memcpy(into.data(), bytes_.data() + offset, into.size());
  }

 private:
  std::string place_;
  std::string bytes_;
};

class Shelf final : public kindred::Location {
 public:
  std::vector<std::string> list() override { return {"a.txt", "sub/b.txt"}; }
  std::shared_ptr<kindred::File> open(const std::string& name) override {
    if (name == "a.txt") return std::make_shared<Text>("memory:a.txt", std::string(5000, 'a'));
    if (name == "sub/b.txt") return std::make_shared<Text>("memory:sub/b.txt", "");
    throw kindred::inputError("memory:" + name, "there is no such file", "list() names all");
  }
};

class Memory final : public kindred::Source {
 public:
  std::unique_ptr<kindred::Location> open(const std::string& address) override {
    if (address != "here") throw kindred::inputError(address, "there is no such location");
    return std::make_unique<Shelf>();
  }
};

}  // namespace

KINDRED_SOURCE(Memory, "memory", "1.0", "Two files in memory")
