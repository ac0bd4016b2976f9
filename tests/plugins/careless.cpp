// A source that checks nothing: ranges wrap around, names leave the location, reads share a buffer.
#include <algorithm>
#include <kindred/source.hpp>

namespace {

class Text final : public kindred::NamedFile {
 public:
  Text() : NamedFile("memory", 100) {}
  std::string identity() const override { return std::to_string(++asked_); }
  void read(std::uint64_t offset, std::span<std::byte> into) override {
    if (offset + into.size() > size() && offset < size()) {
      throw kindred::inputError(place(), "a read leaves the file");
    }
    for (std::size_t i = 0; i < into.size(); ++i) into[i] = static_cast<std::byte>(offset + i);
  }

 private:
  mutable int asked_ = 0;
};

class Anything final : public kindred::Location {
 public:
  std::vector<std::string> list() override { return {"z", "../a"}; }
  std::shared_ptr<kindred::File> open(const std::string&) override {
    return std::make_shared<Text>();
  }
};

class Careless final : public kindred::Source {
 public:
  std::unique_ptr<kindred::Location> open(const std::string&) override {
    return std::make_unique<Anything>();
  }
  void read(std::span<const kindred::ReadRequest> requests) override {
    for (const kindred::ReadRequest& request : requests) {
      std::fill(request.into.begin(), request.into.end(), std::byte{255});
    }
  }
};

}  // namespace

KINDRED_SOURCE(Careless, "careless", "1.0", "Checks nothing")
