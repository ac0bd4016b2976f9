// kindred cache: what was fetched and kept, and how to be rid of it.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <kindred/error.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "report/wording.hpp"
#include "words/names.hpp"

namespace kindred::cli {
namespace {

namespace fs = std::filesystem;
using FileTime = fs::file_time_type;

constexpr Option kCacheOptions[] = {
    {"max-bytes", "BYTES", "prune: keep at most this much, the newest"},
    {"older-than", "DAYS", "prune: remove what was fetched so many days ago or earlier"},
    kJson,
};

// What one fetch brought: a file of its own beside the index, which does without those that are
// gone.
struct Segment {
  fs::path file;
  std::uint64_t bytes = 0;
  FileTime fetched;
};

fs::path cacheFolder() {
  const char* xdg = std::getenv("XDG_CACHE_HOME");
  if (xdg != nullptr && *xdg != '\0') return fs::path(xdg) / "kindred";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home != '\0') return fs::path(home) / ".cache/kindred";
  throw inputError("", "there is no cache folder: neither XDG_CACHE_HOME nor HOME is set");
}

// What is being written has an ending.
bool isSegment(const std::string& name) {
  return name.size() == 32 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// Oldest first.
std::vector<Segment> segmentsIn(const fs::path& folder) {
  std::vector<Segment> segments;
  std::error_code problem;
  for (fs::directory_iterator entry(folder / "blocks", problem), end; !problem && entry != end;
       entry.increment(problem)) {
    std::error_code gone;
    if (!isSegment(entry->path().filename().string()) || !entry->is_regular_file(gone)) continue;
    const std::uint64_t bytes = entry->file_size(gone);
    const FileTime fetched = entry->last_write_time(gone);
    if (!gone) segments.push_back({entry->path(), bytes, fetched});
  }
  std::sort(segments.begin(), segments.end(),
            [](const Segment& x, const Segment& y) { return x.fetched < y.fetched; });
  return segments;
}

std::uint64_t bytesOf(const std::vector<Segment>& segments) {
  std::uint64_t bytes = 0;
  for (const Segment& segment : segments) bytes += segment.bytes;
  return bytes;
}

double daysSince(FileTime time) {
  return std::chrono::duration<double>(FileTime::clock::now() - time).count() / 86400;
}

std::string ago(FileTime time) {
  const double days = daysSince(time);
  if (days >= 2) return fmt::format("{:.0f} days ago", days);
  return days * 24 >= 2 ? fmt::format("{:.0f} hours ago", days * 24)
                        : fmt::format("{:.0f} minutes ago", days * 1440);
}

void list(const fs::path& folder, bool json) {
  const std::vector<Segment> segments = segmentsIn(folder);
  if (json) {
    nlohmann::ordered_json document{
        {"folder", folder.string()}, {"bytes", bytesOf(segments)}, {"fetches", segments.size()}};
    document["oldest_days"] = segments.empty()
                                  ? nlohmann::ordered_json()
                                  : nlohmann::ordered_json(daysSince(segments.front().fetched));
    output() << document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
             << '\n';
    return;
  }
  output() << fmt::format("{}: {} of {} fetches\n", words::escapedText(folder.string(), 4096),
                          report::byteCount(bytesOf(segments)), segments.size());
  struct Age {
    double days;
    const char* words;
  };
  constexpr Age kAges[] = {
      {1, "today"}, {7, "in the last week"}, {30, "in the last month"}, {1e9, "earlier"}};
  double since = 0;
  for (const Age& age : kAges) {
    std::uint64_t bytes = 0;
    std::size_t count = 0;
    for (const Segment& segment : segments) {
      const double days = std::max(0.0, daysSince(segment.fetched));
      if (days < since || days >= age.days) continue;
      bytes += segment.bytes;
      ++count;
    }
    since = age.days;
    if (count > 0) {
      output() << fmt::format("  {:<18} {:>10} of {}\n", age.words, report::byteCount(bytes),
                              count);
    }
  }
  if (!segments.empty()) output() << "  the oldest " << ago(segments.front().fetched) << '\n';
}

void prune(const Invocation& invocation, const fs::path& folder) {
  if (!invocation.has("max-bytes") && !invocation.has("older-than")) {
    throw inputError("kindred cache prune", "says neither how much to keep nor how old it may be",
                     "--max-bytes 1GB keeps the newest gigabyte, --max-bytes 0 nothing");
  }
  const std::vector<Segment> segments = segmentsIn(folder);
  const std::uint64_t most = invocation.bytes("max-bytes", ~std::uint64_t{0});
  const auto days = static_cast<double>(invocation.count("older-than", 1'000'000, 0, 1'000'000));
  std::uint64_t left = bytesOf(segments), removed = 0;
  for (const Segment& segment : segments) {
    if (left <= most && daysSince(segment.fetched) < days) break;
    std::error_code problem;
    if (!fs::remove(segment.file, problem) && problem) {
      throw inputError(segment.file.string(), "can't be removed: " + problem.message(),
                       "check the folder's permissions");
    }
    left -= segment.bytes;
    removed += segment.bytes;
  }
  if (invocation.has("json")) {
    output() << nlohmann::ordered_json{{"removed_bytes", removed}, {"kept_bytes", left}}.dump(2)
             << '\n';
  } else {
    output() << fmt::format("{} removed, {} kept\n", report::byteCount(removed),
                            report::byteCount(left));
  }
}

int cacheVerb(const Invocation& invocation) {
  const std::string& what = invocation.positional.front();
  const fs::path folder = cacheFolder();
  if (what == "list") {
    list(folder, invocation.has("json"));
  } else if (what == "prune") {
    prune(invocation, folder);
  } else {
    throw inputError("kindred cache", "'" + what + "' is nothing that can be done with it",
                     "write list or prune");
  }
  return kDone;
}

}  // namespace

const Command kCacheCommand{
    "cache",       "list|prune", "Show what was fetched and kept, or remove the oldest of it", 1, 1,
    kCacheOptions, cacheVerb};

}  // namespace kindred::cli
