#include "remote_file.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace kindred::http {

RemoteFile::RemoteFile(Service& service, FileKey key, const Listed& listed, std::string url)
    : service_(service),
      key_(std::move(key)),
      place_(withoutSecrets(url)),
      sha256_(listed.sha256),
      target_(std::make_shared<Target>()) {
  target_->url = std::move(url);
  target_->content = listed.content;
  target_->commit = key_.commit;
  target_->total = listed.size;
  target_->points = service.settings.layout != Layout::files;
}

void RemoteFile::start(bool may_be_absent) {
  may_be_absent_ = may_be_absent;
  std::optional<KnownFile> known;
  if (service_.cache) known = service_.cache->latest(key_);
  if (known && target_->total && *target_->total != known->size) known.reset();
  if (known && !target_->content.empty() && target_->content != known->etag) known.reset();
  // What belongs to a commit or has the hash that is listed never changes; else it may.
  const bool pinned = !key_.commit.empty() || !target_->content.empty();
  if (known && (pinned || service_.settings.offline)) {
    startFromCache(*known);
  } else if (service_.settings.offline) {
    if (!may_be_absent) {
      throw Error(Category::network, place_, "nothing of this file is in the cache",
                  service_.settings.offline_remedy);
    }
  } else if (known || (may_be_absent && !isCatalogue())) {
    askForHeaders();
  } else {
    fetchHead();
  }
}

// What is needed to know a model's tensors.
bool RemoteFile::isCatalogue() const {
  return key_.name.ends_with("config.json") || key_.name.ends_with(".index.json") ||
         key_.name.ends_with(".safetensors");
}

// What a Hub keeps in git itself, where no range is needed and none is promised.
bool RemoteFile::isText() const {
  return target_->points && sha256_.empty() && !addresses::namesWeights(key_.name) &&
         target_->total.value_or(0) <= kMostText;
}

std::uint64_t RemoteFile::headLength() const {
  if (isText()) return target_->total.value_or(kMostText);
  // ModelScope sends small files whole, whatever range is asked for.
  const bool sent_whole = service_.settings.layout == Layout::modelscope &&
                          target_->total.value_or(kWhole + 1) <= kWhole;
  const bool whole = sent_whole || (isCatalogue() && !key_.name.ends_with(".safetensors"));
  const std::uint64_t most = whole ? kWhole : kHead;
  return std::min(most, target_->total.value_or(most));
}

void RemoteFile::startFromCache(const KnownFile& known) {
  cache_id_ = known.id;
  known_ = known;
  target_->total = known.size;
  found_->arrived = true;
  const Extent head{0, headLength()};
  if (!service_.settings.offline && !service_.cache->missing(known.id, head).empty()) fetchHead();
}

void RemoteFile::fetchHead() {
  const std::uint64_t length = headLength();
  if (length == 0) {
    found_->arrived = true;
    return;
  }
  Job job{0, length, isText() ? Job::Mode::text : Job::Mode::range};
  job.may_be_absent = may_be_absent_;
  job.put = [found = found_](std::uint64_t at, std::span<const std::byte> bytes) {
    found->head.resize(at);
    found->head.insert(found->head.end(), bytes.begin(), bytes.end());
  };
  job.arrived = [found = found_](std::uint64_t arrived) {
    found->head.resize(arrived);
    found->arrived = true;
  };
  startFetch(service_.network, target_, std::move(job), opening_);
}

// One request without a body: is the file there, and as it was?
void RemoteFile::askForHeaders() {
  Job job;
  job.mode = Job::Mode::head;
  job.may_be_absent = may_be_absent_;
  job.arrived = [found = found_](std::uint64_t) { found->arrived = true; };
  startFetch(service_.network, target_, std::move(job), opening_);
}

void RemoteFile::await() const {
  opening_->wait();
  const std::lock_guard lock(mutex_);
  if (std::exchange(concluded_, true)) return;
  conclude();
}

void RemoteFile::conclude() const {
  size_ = target_->total;
  identity_ = version();
  if (!found_->arrived || !size_ || !service_.cache) return;
  if (identity_.empty()) return;  // nothing tells its versions apart
  FileKey key = key_;
  key.etag = identity_;
  if (!cache_id_) cache_id_ = service_.cache->remember(key, *size_);
  if (!cache_id_ || found_->head.empty()) return;
  const BlockCache::Fresh head{*cache_id_, 0, found_->head};
  service_.cache->keep(std::span(&head, 1));
}

std::string RemoteFile::version() const {
  if (!target_->content.empty()) return target_->content;
  const Validator& validator = target_->validator;
  if (!validator.known()) {
    if (known_) return known_->etag;
    return key_.commit.empty() ? std::string() : "commit " + key_.commit;
  }
  return validator.etag.empty() ? "modified " + validator.last_modified : validator.etag;
}

bool RemoteFile::exists() {
  await();
  return found_->arrived;
}

std::uint64_t RemoteFile::size() const {
  await();
  if (!size_) {
    throw Error(Category::network, place_, "the server does not say how large the file is",
                "use a server that answers byte ranges");
  }
  return *size_;
}

std::string RemoteFile::identity() const {
  const std::uint64_t bytes = size();
  return identity_.empty() ? std::to_string(bytes) + " bytes" : identity_;
}

void RemoteFile::checkRange(const Extent& wanted) const {
  const std::uint64_t bytes = size();
  if (wanted.offset > bytes || wanted.length > bytes - wanted.offset) {
    throw inputError(place_, std::to_string(wanted.length) + " bytes from byte " +
                                 std::to_string(wanted.offset) + " on leave the file of " +
                                 std::to_string(bytes) + " bytes");
  }
}

std::vector<Piece> RemoteFile::fillWithoutAsking(const Piece& wanted) const {
  checkRange({wanted.offset, wanted.into.size()});
  Piece rest = wanted;
  const std::vector<std::byte>& head = found_->head;
  if (rest.offset < head.size()) {
    const std::size_t length = std::min<std::size_t>(rest.into.size(), head.size() - rest.offset);
    std::copy_n(head.begin() + static_cast<std::ptrdiff_t>(rest.offset), length, rest.into.begin());
    rest = {rest.offset + length, rest.into.subspan(length)};
  }
  if (rest.into.empty()) return {};
  return cache_id_ ? service_.cache->fill(*cache_id_, rest) : std::vector<Piece>{rest};
}

std::vector<Extent> RemoteFile::missing(const Extent& wanted) const {
  checkRange(wanted);
  const std::uint64_t first = std::max<std::uint64_t>(wanted.offset, found_->head.size());
  if (first >= wanted.end()) return {};
  const Extent rest{first, wanted.end() - first};
  return cache_id_ ? service_.cache->missing(*cache_id_, rest) : std::vector<Extent>{rest};
}

}  // namespace kindred::http
