#include "location.hpp"

#include <array>
#include <utility>

namespace kindred::http {
namespace {

constexpr std::uint64_t kMostListing = 64 * kMiB;
constexpr std::uint64_t kMostIndex = 1024 * kMiB;
constexpr const char* kIndex = "model.safetensors.index.json";
constexpr std::array kUsualFiles{"LICENSE",
                                 "README.md",
                                 "config.json",
                                 "generation_config.json",
                                 "model.safetensors",
                                 kIndex,
                                 "special_tokens_map.json",
                                 "tokenizer.json",
                                 "tokenizer_config.json"};

std::string fetchText(Service& service, const std::string& url) {
  std::string text;
  auto target = std::make_shared<Target>();
  target->url = url;
  Job job{0, kMostListing, Job::Mode::whole};
  job.put = [&text](std::uint64_t at, std::span<const std::byte> bytes) {
    text.resize(at);
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  auto batch = std::make_shared<Batch>();
  startFetch(service.network, std::move(target), std::move(job), batch);
  batch->wait();
  return text;
}

Error notListed(const std::string& place, const std::string& name) {
  return inputError(place, "there is no file '" + name + "'", "check the model's name");
}

std::string encodeRevision(const std::string& revision) {
  std::string out;
  for (const char c : encodePath(revision))
    out += c == '/' ? std::string("%2F") : std::string(1, c);
  return out;
}

}  // namespace

HubLocation::HubLocation(Service& service, const std::string& text) : service_(service) {
  const Address address = parseHubAddress(text);
  path_ = address.path;
  const std::string place = service.settings.endpoint + "/" + path_ + "@" + address.revision;
  const std::string key = path_ + "@" + address.revision;
  std::optional<std::string> kept;
  const bool offline = service.settings.offline;
  if (service.cache && (offline || isCommit(address.revision))) {
    kept = service.cache->listing(service.settings.endpoint, key);
  }
  if (!kept && offline) {
    throw Error(Category::network, place, "the model's list of files is not in the cache",
                "run once without --offline");
  }
  listing_ = parseListing(kept ? *kept : fetchListing(address), place);
  if (listing_.commit.empty()) {
    throw Error(Category::network, place, "the server names no commit ('sha')",
                "check that the endpoint is a Hub, or set layout: files");
  }
  if (!kept && service.cache) {
    const std::string listing = listingText(listing_);
    service.cache->keepListing(service.settings.endpoint, key, listing);
    service.cache->keepListing(service.settings.endpoint, path_ + "@" + listing_.commit, listing);
  }
}

std::string HubLocation::fetchListing(const Address& address) const {
  return fetchText(service_, service_.settings.endpoint + "/api/models/" + encodePath(path_) +
                                 "/revision/" + encodeRevision(address.revision) + "?blobs=true");
}

std::vector<std::string> HubLocation::list() {
  std::vector<std::string> names;
  for (const Listed& file : listing_.files) names.push_back(file.name);
  return names;
}

std::shared_ptr<File> HubLocation::open(const std::string& name) {
  const std::string& endpoint = service_.settings.endpoint;
  for (const Listed& listed : listing_.files) {
    if (listed.name != name) continue;
    auto file = std::make_shared<RemoteFile>(
        service_, FileKey{endpoint, path_, listing_.commit, name, {}}, listed,
        endpoint + "/" + encodePath(path_) + "/resolve/" + encodeRevision(listing_.commit) + "/" +
            encodePath(name));
    file->start();
    return file;
  }
  throw notListed(endpoint + "/" + path_ + "@" + listing_.commit, name);
}

FilesLocation::FilesLocation(Service& service, const std::string& text)
    : service_(service), address_(parseFilesAddress(text)) {
  if (address_.file.empty()) return;
  files_[address_.file] = nullptr;
  looked_ = true;
}

std::shared_ptr<RemoteFile> FilesLocation::begin(const std::string& name, bool may_be_absent) {
  const std::string folder = address_.path.empty() ? "" : "/" + encodePath(address_.path);
  auto file = std::make_shared<RemoteFile>(
      service_, FileKey{service_.settings.endpoint, address_.path, {}, name, {}},
      Listed{name, {}, {}, {}}, service_.settings.endpoint + folder + "/" + encodePath(name));
  file->start(may_be_absent);
  return file;
}

void FilesLocation::look() {
  if (std::exchange(looked_, true)) return;
  std::vector<std::pair<std::string, std::shared_ptr<RemoteFile>>> tried;
  for (const char* name : kUsualFiles) tried.emplace_back(name, begin(name, true));
  for (auto& [name, file] : tried) {
    if (file->exists()) files_[name] = file;
  }
  const auto index = files_.find(kIndex);
  if (index != files_.end()) addShards(*index->second);
  if (files_.empty()) {
    const std::string place = service_.settings.endpoint + "/" + address_.path;
    if (service_.settings.offline) {
      throw Error(Category::network, place, "nothing of this model is in the cache",
                  "run once without --offline");
    }
    throw inputError(place, "there is no model here: neither model.safetensors nor an index of it",
                     "check the address");
  }
}

void FilesLocation::addShards(RemoteFile& index) {
  const std::uint64_t size = index.size();
  if (size > kMostIndex) {
    throw inputError(index.place(), "an index of " + std::to_string(size) + " bytes is too large");
  }
  std::string text(size, '\0');
  index.read(0, std::as_writable_bytes(std::span(text)));
  for (const std::string& shard : shardNames(text, index.place())) files_.emplace(shard, nullptr);
}

std::vector<std::string> FilesLocation::list() {
  look();
  std::vector<std::string> names;
  for (const auto& [name, file] : files_) names.push_back(name);
  return names;
}

std::shared_ptr<File> FilesLocation::open(const std::string& name) {
  look();
  const auto found = files_.find(name);
  if (found == files_.end()) {
    throw notListed(service_.settings.endpoint + "/" + address_.path, name);
  }
  if (!found->second) found->second = begin(name, false);
  return found->second;
}

}  // namespace kindred::http
