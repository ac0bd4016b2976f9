// What a run read, from the bundle that was kept of it.
#include <algorithm>

#include <kindred/bundle/reader.hpp>
#include <kindred/source.hpp>

namespace kindred::bundle {
namespace {

class BundledFile final : public NamedFile {
 public:
  BundledFile(const Bundle& bundle, std::string place, const HeldFile& file)
      : NamedFile(std::move(place), file.size), bundle_(bundle), file_(file) {}

  std::string identity() const override { return file_.identity; }
  std::string publishedSha256() const override { return file_.published_sha256; }
  void read(std::uint64_t offset, std::span<std::byte> into) override {
    checkRange(*this, offset, into.size());
    bundle_.read(file_, offset, into);
  }

 private:
  const Bundle& bundle_;
  const HeldFile& file_;
};

// A file that the run knew of and did not look into.
class UnreadFile final : public File {
 public:
  explicit UnreadFile(std::string place) : place_(std::move(place)) {}

  const std::string& place() const override { return place_; }
  std::uint64_t size() const override { throw notHeld(); }
  std::string identity() const override { throw notHeld(); }
  std::string publishedSha256() const override { throw notHeld(); }
  void read(std::uint64_t, std::span<std::byte>) override { throw notHeld(); }

 private:
  Error notHeld() const {
    return inputError(place_, "the bundle holds nothing of this file",
                      "it has what its own run read: run it as it was recorded, or record a run "
                      "that reads more");
  }

  std::string place_;
};

class BundledLocation final : public Location {
 public:
  BundledLocation(const Bundle& bundle, const HeldLocation& at) : bundle_(bundle), at_(at) {}

  std::vector<std::string> list() override { return at_.listed; }
  std::shared_ptr<File> open(const std::string& name) override {
    const std::string place = bundle_.path() + ": " + at_.address + "/" + name;
    const auto held = std::find_if(at_.files.begin(), at_.files.end(),
                                   [&](const HeldFile& file) { return file.name == name; });
    if (held != at_.files.end()) return std::make_shared<BundledFile>(bundle_, place, *held);
    checkListed(*this, name);
    return std::make_shared<UnreadFile>(place);
  }
  std::string revision() const override { return at_.revision; }
  std::string chosen() const override { return at_.chosen; }
  std::string addressOf(const std::string& below) const override { return at_.prefix + below; }
  std::string pinned() const override { return at_.pinned; }
  std::string unlisted() const override { return at_.unlisted; }
  std::string endpoint() const override { return at_.endpoint; }

 private:
  const Bundle& bundle_;
  const HeldLocation& at_;
};

class BundleSource final : public Source {
 public:
  explicit BundleSource(const Parameters& parameters)
      : bundle_(parameters.text("root")), source_(parameters.text("source")) {}

  std::unique_ptr<Location> open(const std::string& address) override {
    const HeldLocation* at = bundle_.find(source_, address);
    if (at != nullptr) return std::make_unique<BundledLocation>(bundle_, *at);
    std::string held;
    for (const HeldLocation& other : bundle_.index().locations) {
      if (other.source == source_) held += (held.empty() ? "" : ", ") + other.address;
    }
    throw inputError(bundle_.path(),
                     "it holds nothing of '" + address + "' of the source '" + source_ + "'",
                     held.empty() ? "it holds nothing of this source" : "it holds " + held);
  }

  // As it was, so that the same is read in the same way.
  bool remote() const override {
    const auto& all = bundle_.index().locations;
    return std::any_of(all.begin(), all.end(),
                       [&](const HeldLocation& at) { return at.source == source_ && at.remote; });
  }

 private:
  Bundle bundle_;
  std::string source_;
};

}  // namespace
}  // namespace kindred::bundle

KINDRED_SOURCE(kindred::bundle::BundleSource, "bundle", "1.0",
               "Reads what a run has read, from the bundle that --bundle kept of it",
               kindred::text("root", "", "the bundle's file"),
               kindred::text("source", "", "the source of the recorded recipe that it stands for"))
