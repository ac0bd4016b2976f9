#include "location.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "hub_listing.hpp"

namespace kindred::http {
namespace {

constexpr std::uint64_t kMostIndex = 1024 * kMiB;
constexpr std::size_t kMostKept = 16 * kMiB;  // of a list of files: about 100,000
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

// Asked for where there are no weights: an adapter, which has no model beside it.
constexpr std::array kAdapterFiles{"adapter_config.json", "adapter_model.safetensors"};

Error notListed(const std::string& place, const std::string& name) {
  return inputError(place, "there is no file '" + name + "'", "check the model's name");
}

bool isWeights(std::string_view name) { return name.ends_with(".safetensors"); }

}  // namespace

HubLocation::HubLocation(Service& service, const std::string& text)
    : service_(service), address_(addresses::parseHubAddress(text)) {
  const Settings& settings = service.settings;
  if (!address_.endpoint.empty() && origin(address_.endpoint) != origin(settings.endpoint)) {
    throw inputError("", "'" + text + "' is on another server than " + settings.endpoint,
                     "set the source's endpoint: " + address_.endpoint);
  }
  if (address_.revision.empty()) {
    address_.revision = settings.layout == Layout::modelscope ? "master" : "main";
  }
  if (auto kept = keptListing()) {
    listing_ = std::move(*kept);
  } else if (settings.offline) {
    throw Error(Category::network, place(), "the model's list of files is not in the cache",
                settings.offline_remedy);
  } else {
    listing_ = fetchListing();
    keep();
  }
  // A model that was renamed, or whose name was written in another case.
  if (!listing_.id.empty()) address_.model = listing_.id;
  if (!snapshot_) snapshot_ = Snapshot::find(settings.hub_cache, address_.model, listing_.commit);
  if (!address_.path.empty()) enter(address_.path);
}

// From an earlier run or the Hub's own cache: offline, and of a commit, which never changes.
std::optional<Listing> HubLocation::keptListing() {
  const bool offline = service_.settings.offline;
  if (!offline && !isCommit(address_.revision)) return std::nullopt;
  if (service_.cache) {
    const auto kept = service_.cache->listing(service_.settings.endpoint,
                                              address_.model + "@" + address_.revision);
    if (kept) return parseListing(*kept, place());
  }
  if (!offline) return std::nullopt;
  snapshot_ = Snapshot::find(service_.settings.hub_cache, address_.model, address_.revision);
  only_snapshot_ = snapshot_.has_value();
  return snapshot_ ? std::optional(snapshot_->listing()) : std::nullopt;
}

Listing HubLocation::fetchListing() const {
  try {
    return service_.settings.layout == Layout::modelscope
               ? fetchModelScopeListing(service_, address_.model, address_.revision, place())
               : fetchHubListing(service_, address_.model, address_.revision, place());
  } catch (const Error& error) {
    const std::string& endpoint = service_.settings.endpoint;
    const bool kept =
        service_.cache &&
        service_.cache->listing(endpoint, address_.model + "@" + address_.revision).has_value();
    if (!kept && !Snapshot::find(service_.settings.hub_cache, address_.model, address_.revision)) {
      throw;
    }
    throw Error(error.category(), error.place(), error.message(),
                (error.remedy().empty() ? "" : error.remedy() + "; ") +
                    "this machine has kept what was read of it: --offline reads that");
  }
}

void HubLocation::keep() const {
  if (!service_.cache) return;
  const std::string text = listingText(listing_);
  if (text.size() > kMostKept) return;
  const std::string model = listing_.id.empty() ? address_.model : listing_.id;
  for (const std::string& name : {address_.model, model}) {
    for (const std::string& revision : {address_.revision, listing_.commit}) {
      if (revision.empty()) continue;
      service_.cache->keepListing(service_.settings.endpoint, name + "@" + revision, text);
    }
  }
}

// The folder or file that the address names behind the model.
void HubLocation::enter(const std::string& path) {
  const auto& files = listing_.files;
  const bool folder = std::any_of(files.begin(), files.end(), [&](const Listed& file) {
    return file.name.starts_with(path + "/");
  });
  const bool file = std::any_of(files.begin(), files.end(),
                                [&](const Listed& listed) { return listed.name == path; });
  if (!folder && !file) {
    std::set<std::string> there;
    for (const Listed& listed : files) {
      const std::size_t slash = listed.name.find('/');
      if (slash != std::string::npos) there.insert(listed.name.substr(0, slash + 1));
      if (slash == std::string::npos && addresses::namesWeights(listed.name))
        there.insert(listed.name);
    }
    std::string list;
    for (const std::string& name : there) {
      if (list.size() < 400) list += (list.empty() ? "" : ", ") + name;
    }
    throw inputError(place(), "the model has no folder or file '" + path + "'",
                     list.empty() ? "check the name" : "it has " + list);
  }
  const std::size_t slash = path.rfind('/');
  folder_ = folder ? path + "/" : path.substr(0, slash == std::string::npos ? 0 : slash + 1);
  if (file) chosen_ = path.substr(folder_.size());
}

std::string HubLocation::place() const {
  return service_.settings.endpoint + "/" + address_.model + "@" +
         (listing_.commit.empty() ? address_.revision : listing_.commit);
}

// Of one file of weights: it, and what belongs to its model. Of an index: its shards too.
std::vector<std::string> HubLocation::list() {
  const bool alone = isWeights(chosen_);
  std::vector<std::string> names;
  for (const Listed& file : listing_.files) {
    if (!file.name.starts_with(folder_)) continue;
    std::string name = file.name.substr(folder_.size());
    if (alone && name != chosen_ && (isWeights(name) || name.find('/') != std::string::npos)) {
      continue;
    }
    names.push_back(std::move(name));
  }
  return names;
}

std::string HubLocation::urlOf(const std::string& name) const {
  const bool scope = service_.settings.layout == Layout::modelscope;
  const std::string& revision = listing_.commit.empty() ? address_.revision : listing_.commit;
  return service_.settings.endpoint + (scope ? "/models/" : "/") + encodePath(address_.model) +
         "/resolve/" + encodeRevision(revision) + "/" + encodePath(name);
}

std::shared_ptr<File> HubLocation::open(const std::string& name) {
  const std::string full = folder_ + name;
  const auto listed =
      std::lower_bound(listing_.files.begin(), listing_.files.end(), full,
                       [](const Listed& a, const std::string& b) { return a.name < b; });
  if (listed == listing_.files.end() || listed->name != full) throw notListed(place(), name);
  std::weak_ptr<File>& known = files_[full];
  if (auto file = known.lock()) return file;
  if (snapshot_) {
    if (std::shared_ptr<File> file = snapshot_->open(*listed)) {
      known = file;
      return file;
    }
  }
  auto file = std::make_shared<RemoteFile>(
      service_, FileKey{service_.settings.endpoint, address_.model, listing_.commit, full, {}},
      *listed, urlOf(full));
  file->start();
  known = file;
  return file;
}

std::string HubLocation::addressOf(const std::string& below) const {
  return address_.model + "@" + address_.revision + ":" + folder_ + below;
}

std::string HubLocation::unlisted() const {
  if (!only_snapshot_) return {};
  return "known is only what the Hub's own tools have fetched of it; " +
         service_.settings.offline_remedy;
}

std::string HubLocation::pinned() const {
  addresses::RemoteAddress pinned = address_;
  pinned.endpoint.clear();
  if (!listing_.commit.empty()) pinned.revision = listing_.commit;
  return pinned.text();
}

std::string FilesLocation::pinned() const {
  if (address_.file.empty()) return address_.path;
  return address_.path.empty() ? address_.file : address_.path + "/" + address_.file;
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
  lookFor(kUsualFiles);
  const auto index = files_.find(kIndex);
  if (index != files_.end()) addShards(*index->second);
  const bool weights = std::any_of(files_.begin(), files_.end(),
                                   [](const auto& file) { return isWeights(file.first); });
  if (!weights) lookFor(kAdapterFiles);
  if (files_.empty()) {
    const std::string place = service_.settings.endpoint + "/" + address_.path;
    if (service_.settings.offline) {
      throw Error(Category::network, place, "nothing of this model is in the cache",
                  service_.settings.offline_remedy);
    }
    throw inputError(place, "there is no model here: neither model.safetensors nor an index of it",
                     "check the address");
  }
}

// Together.
void FilesLocation::lookFor(std::span<const char* const> names) {
  std::vector<std::pair<std::string, std::shared_ptr<RemoteFile>>> tried;
  for (const char* name : names) tried.emplace_back(name, begin(name, true));
  for (auto& [name, file] : tried) {
    if (file->exists()) files_[name] = file;
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
