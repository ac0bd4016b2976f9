#include "reading.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace kindred::http {
namespace {

// One file's part of a read.
struct FileRead {
  const RemoteFile* file = nullptr;
  std::shared_ptr<Scatter> scatter;
  std::vector<Extent> runs;
  std::shared_ptr<std::vector<char>> arrived;  // by run; written on the transport's thread
};

// Null: a file that lies on this machine, in the cache of the Hub's own tools.
const RemoteFile* remote(const File* file) { return dynamic_cast<const RemoteFile*>(file); }

std::vector<Extent> extentsOf(std::span<const Piece> pieces) {
  std::vector<Extent> extents;
  for (const Piece& piece : pieces) extents.push_back({piece.offset, piece.into.size()});
  return extents;
}

// "URL: bytes 0 to 9, 20 to 29; URL: ..." as far as it can be read.
[[noreturn]] void refuseOffline(const Settings& settings,
                                const std::map<const RemoteFile*, std::vector<Piece>>& missing) {
  constexpr std::size_t kMostRanges = 20;
  std::string text;
  std::uint64_t bytes = 0;
  std::size_t ranges = 0;
  for (const auto& [file, pieces] : missing) {
    bool named = false;
    for (const Extent& extent : joined(extentsOf(pieces), 0)) {
      bytes += extent.length;
      if (++ranges > kMostRanges) continue;
      text += named ? ", " : "\n  " + file->place() + ": bytes ";
      text += std::to_string(extent.offset) + " to " + std::to_string(extent.end() - 1);
      named = true;
    }
  }
  if (ranges > kMostRanges) {
    text += "\n  and " + std::to_string(ranges - kMostRanges) + " more ranges";
  }
  throw Error(Category::network, "",
              std::to_string(bytes) + " bytes in " + std::to_string(ranges) +
                  (ranges == 1 ? " range are" : " ranges are") + " not in the cache:" + text,
              settings.offline_remedy);
}

std::vector<FileRead> plan(const Service& service,
                           std::map<const RemoteFile*, std::vector<Piece>>& missing) {
  std::vector<FileRead> reads;
  for (auto& [file, pieces] : missing) {
    FileRead read{file, nullptr, planRuns(extentsOf(pieces), service.settings.gap, kLongestRun),
                  nullptr};
    read.scatter = std::make_shared<Scatter>(std::move(pieces));
    read.arrived = std::make_shared<std::vector<char>>(read.runs.size(), 0);
    reads.push_back(std::move(read));
  }
  return reads;
}

void startRuns(Service& service, const FileRead& read, const std::shared_ptr<Batch>& batch) {
  for (std::size_t i = 0; i < read.runs.size(); ++i) {
    const Extent run = read.runs[i];
    Job job{run.offset, run.length};
    job.put = [scatter = read.scatter, run](std::uint64_t at, std::span<const std::byte> bytes) {
      scatter->put(run.offset + at, bytes);
    };
    job.arrived = [arrived = read.arrived, i](std::uint64_t) { (*arrived)[i] = 1; };
    startFetch(service.network, read.file->target(), std::move(job), batch);
  }
}

// The wanted bytes of the runs that arrived, each once. Pieces and runs are in order.
void collectFresh(const FileRead& read, std::vector<BlockCache::Fresh>& fresh) {
  const auto id = read.file->cacheId();
  if (!id) return;
  const std::vector<Piece>& pieces = read.scatter->pieces();
  std::uint64_t covered = 0;
  for (const Piece& piece : pieces) {
    const auto first =
        std::partition_point(read.runs.begin(), read.runs.end(),
                             [&](const Extent& run) { return run.end() <= piece.offset; });
    for (auto run = first; run != read.runs.end() && run->offset < piece.end(); ++run) {
      if (!(*read.arrived)[static_cast<std::size_t>(run - read.runs.begin())]) continue;
      const std::uint64_t from = std::max({piece.offset, run->offset, covered});
      const std::uint64_t to = std::min(piece.end(), run->end());
      if (from >= to) continue;
      fresh.push_back({*id, from, piece.into.subspan(from - piece.offset, to - from)});
      covered = to;
    }
  }
}

void keep(Service& service, const std::vector<FileRead>& reads) {
  if (!service.cache) return;
  std::vector<BlockCache::Fresh> fresh;
  for (const FileRead& read : reads) collectFresh(read, fresh);
  service.cache->keep(fresh);
}

}  // namespace

void readAll(Service& service, std::span<const ReadRequest> requests) {
  std::map<const RemoteFile*, std::vector<Piece>> missing;
  for (const ReadRequest& request : requests) {
    const RemoteFile* file = remote(request.file);
    if (file == nullptr) {
      request.file->read(request.offset, request.into);
      continue;
    }
    auto rest = file->fillWithoutAsking({request.offset, request.into});
    if (rest.empty()) continue;
    auto& pieces = missing[file];
    pieces.insert(pieces.end(), rest.begin(), rest.end());
  }
  if (missing.empty()) return;
  if (service.settings.offline) refuseOffline(service.settings, missing);
  const std::vector<FileRead> reads = plan(service, missing);
  const auto batch = std::make_shared<Batch>();
  for (const FileRead& read : reads) startRuns(service, read, batch);
  try {
    batch->wait();
  } catch (const Error&) {
    keep(service, reads);
    throw;
  }
  keep(service, reads);
}

Cost priceOf(const Service& service, std::span<const PlannedRange> ranges) {
  std::map<const RemoteFile*, std::vector<Extent>> missing;
  for (const PlannedRange& range : ranges) {
    const RemoteFile* file = remote(range.file);
    if (file == nullptr) continue;
    const auto rest = file->missing({range.offset, range.length});
    auto& extents = missing[file];
    extents.insert(extents.end(), rest.begin(), rest.end());
  }
  Cost cost;
  for (auto& [file, extents] : missing) {
    const auto runs = planRuns(std::move(extents), service.settings.gap, kLongestRun);
    cost.requests += runs.size();
    for (const Extent& run : runs) cost.bytes += run.length;
  }
  return cost;
}

void RemoteFile::read(std::uint64_t offset, std::span<std::byte> into) {
  const ReadRequest request{this, offset, into};
  readAll(service_, std::span(&request, 1));
}

}  // namespace kindred::http
