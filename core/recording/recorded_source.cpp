#include "recording/recorded_source.hpp"

#include <utility>
#include <vector>

#include <kindred/error.hpp>

namespace kindred::recording {
namespace {

class RecordedFile final : public File {
 public:
  RecordedFile(std::shared_ptr<File> file, FileRecord& record)
      : file_(std::move(file)), record_(record) {}

  const std::string& place() const override { return file_->place(); }
  std::uint64_t size() const override { return used().size(); }
  std::string identity() const override { return used().identity(); }
  std::string publishedSha256() const override { return used().publishedSha256(); }
  void read(std::uint64_t offset, std::span<std::byte> into) override {
    file_->read(offset, into);
    keep(offset, into);
  }

  File& own() const { return *file_; }
  void keep(std::uint64_t offset, std::span<const std::byte> bytes) {
    used();
    record_.keep(offset, bytes);
  }

 private:
  const File& used() const {
    record_.use(*file_);
    return *file_;
  }

  std::shared_ptr<File> file_;
  FileRecord& record_;
};

class RecordedLocation final : public Location {
 public:
  RecordedLocation(Recorder& recorder, LocationRecord& record, std::unique_ptr<Location> location)
      : recorder_(recorder), record_(record), location_(std::move(location)) {}

  std::vector<std::string> list() override {
    std::vector<std::string> names = location_->list();
    recorder_.list(record_, names);
    return names;
  }
  std::shared_ptr<File> open(const std::string& name) override {
    std::shared_ptr<File> file = location_->open(name);
    return std::make_shared<RecordedFile>(std::move(file), recorder_.opened(record_, name));
  }
  std::string revision() const override { return location_->revision(); }
  std::string chosen() const override { return location_->chosen(); }
  std::string addressOf(const std::string& below) const override {
    return location_->addressOf(below);
  }
  std::string pinned() const override { return location_->pinned(); }
  std::string unlisted() const override { return location_->unlisted(); }
  std::string endpoint() const override { return location_->endpoint(); }

 private:
  Recorder& recorder_;
  LocationRecord& record_;
  std::unique_ptr<Location> location_;
};

// Others than those that it opened never come to a source.
RecordedFile& recorded(File& file) { return dynamic_cast<RecordedFile&>(file); }
const RecordedFile& recorded(const File& file) { return dynamic_cast<const RecordedFile&>(file); }

}  // namespace

RecordedSource::RecordedSource(Recorder& recorder, Origin origin, std::unique_ptr<Source> source)
    : recorder_(recorder), origin_(std::move(origin)), source_(std::move(source)) {}

std::unique_ptr<Location> RecordedSource::open(const std::string& address) {
  if (!remote() && address.starts_with('/')) {
    throw inputError(address,
                     "the address begins at this machine's root, which a bundle would tell",
                     "name the model below its source's root");
  }
  std::unique_ptr<Location> location = source_->open(address);
  LocationRecord& record = recorder_.opened(origin_, address, remote(), *location);
  return std::make_unique<RecordedLocation>(recorder_, record, std::move(location));
}

void RecordedSource::read(std::span<const ReadRequest> requests) {
  std::vector<ReadRequest> own(requests.begin(), requests.end());
  for (ReadRequest& request : own) request.file = &recorded(*request.file).own();
  source_->read(own);
  for (const ReadRequest& request : requests) {
    recorded(*request.file).keep(request.offset, request.into);
  }
}

Cost RecordedSource::price(std::span<const PlannedRange> ranges) const {
  std::vector<PlannedRange> own(ranges.begin(), ranges.end());
  for (PlannedRange& range : own) range.file = &recorded(*range.file).own();
  return source_->price(own);
}

}  // namespace kindred::recording
