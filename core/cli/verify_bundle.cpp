#include "cli/verify_bundle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <kindred/bundle/reader.hpp>
#include <kindred/bundle/sha256.hpp>
#include <kindred/error.hpp>
#include <kindred/source.hpp>

#include "cli/difference_text.hpp"
#include "cli/output.hpp"
#include "plan/parameters.hpp"
#include "plugin/guard.hpp"
#include "plugin/installation.hpp"
#include "plugin/registry.hpp"
#include "results/compare.hpp"
#include "results/json.hpp"
#include "words/names.hpp"
#include "words/quantities.hpp"

namespace kindred::cli {
namespace {

using bundle::Bundle;
using bundle::HeldFile;
using bundle::HeldLocation;
using bundle::Range;

constexpr const char* kRemote = "http-range";
constexpr std::uint64_t kTogether = std::uint64_t{64} << 20;  // bytes asked for in one call
constexpr std::size_t kMostNamed = 20;

// What came of asking for a location's ranges where they came from.
struct Asked {
  const HeldLocation* at = nullptr;
  std::uint64_t ranges = 0;  // that were compared
  std::string why_not = {};  // empty: all were
};

std::string addressOf(const HeldLocation& at) {
  return words::escaped(at.pinned.empty() ? at.address : at.pinned);
}

std::string whereOf(const HeldLocation& at, const HeldFile& file, const Range& range) {
  return fmt::format("bytes {} to {} of {}/{}", range.offset, range.offset + range.length,
                     addressOf(at), words::escaped(file.name));
}

class Check {
 public:
  Check(const Bundle& held, const Invocation& invocation)
      : held_(held),
        offline_(invocation.has("offline")),
        registry_(plugin::pluginFolders(invocation.values("plugin-path"))) {}

  void run() {
    for (const HeldLocation& at : held_.index().locations) {
      for (const HeldFile& file : at.files) ownHashes(at, file);
    }
    for (const HeldLocation& at : held_.index().locations) asked_.push_back(ask(at));
  }

  const std::vector<results::Difference>& differences() const { return differences_; }
  const std::vector<Asked>& asked() const { return asked_; }

 private:
  void ownHashes(const HeldLocation& at, const HeldFile& file) {
    std::vector<std::byte> bytes;
    for (const Range& range : file.ranges) {
      bytes.resize(range.length);
      held_.readUnchecked(range, bytes);
      std::string now = bundle::sha256(bytes);
      if (now == range.sha256) continue;
      differences_.push_back(
          {whereOf(at, file, range) + ", in the bundle itself", range.sha256, std::move(now)});
    }
  }

  Asked ask(const HeldLocation& at) {
    Asked asked{&at};
    if (!at.remote) {
      asked.why_not = "it was read from a disk, and nobody else can be asked";
    } else if (at.plugin != kRemote) {
      asked.why_not = "only servers are asked, and it came by '" + words::escaped(at.plugin) + "'";
    } else if (offline_) {
      asked.why_not = "--offline";
    } else {
      try {
        plugin::guard(kRemote, [&] { compare(at, asked.ranges); });
      } catch (const Error& error) {
        asked.why_not = words::escapedText(error.what(), 1000);
      }
    }
    return asked;
  }

  // Without the cache: what was fetched before is not what the server has.
  std::unique_ptr<Source> sourceOf(const HeldLocation& at) {
    const plugin::Plugin& plugin = registry_.load(kRemote);
    recipe::PluginUse use;
    use.plugin = kRemote;
    use.parameters = {{"endpoint", at.endpoint, true, {}, {}},
                      {"layout", at.layout.empty() ? "hub" : at.layout, true, {}, {}},
                      {"cache-size", "0", true, {}, {}}};
    std::vector<recipe::Diagnostic> diagnostics;
    const Parameters parameters = plan::bind(use, plugin, diagnostics);
    if (!diagnostics.empty()) throw inputError("", diagnostics.front().message);
    return plugin.makeSource(parameters);
  }

  void compare(const HeldLocation& at, std::uint64_t& ranges) {
    const std::unique_ptr<Source> source = sourceOf(at);
    const std::unique_ptr<Location> location =
        source->open(at.pinned.empty() ? at.address : at.pinned);
    for (const HeldFile& file : at.files) {
      const std::shared_ptr<File> there = location->open(file.name);
      if (!there->place().starts_with("http")) {
        throw inputError("",
                         "the Hub's own tools have left its files on this machine, which would "
                         "be read instead");
      }
      if (there->size() != file.size) {
        differences_.push_back(
            {fmt::format("size of {}/{}", addressOf(at), words::escaped(file.name)),
             std::to_string(file.size), std::to_string(there->size())});
        continue;
      }
      compare(at, file, *source, *there, ranges);
    }
  }

  void compare(const HeldLocation& at, const HeldFile& file, Source& source, File& there,
               std::uint64_t& count) {
    for (std::size_t first = 0; first < file.ranges.size();) {
      std::vector<std::vector<std::byte>> bytes;
      std::vector<ReadRequest> requests;
      std::uint64_t sum = 0;
      std::size_t last = first;
      for (; last < file.ranges.size() && sum < kTogether; ++last) {
        sum += file.ranges[last].length;
        bytes.emplace_back(file.ranges[last].length);
        requests.push_back({&there, file.ranges[last].offset, bytes.back()});
      }
      source.read(requests);
      for (std::size_t i = first; i < last; ++i) {
        const Range& range = file.ranges[i];
        std::string now = bundle::sha256(bytes[i - first]);
        if (now != range.sha256) {
          differences_.push_back({whereOf(at, file, range), range.sha256, std::move(now)});
        }
        ++count;
      }
      first = last;
    }
  }

  const Bundle& held_;
  bool offline_;
  plugin::Registry registry_;
  std::vector<results::Difference> differences_;
  std::vector<Asked> asked_;
};

std::string hashOf(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::vector<char> part(1 << 20);
  bundle::Sha256 hash;
  while (stream) {
    stream.read(part.data(), static_cast<std::streamsize>(part.size()));
    const auto got = static_cast<std::size_t>(stream.gcount());
    hash.add(std::as_bytes(std::span(part)).first(got));
  }
  if (!stream.eof()) throw inputError(path, "can't be read");
  return hash.finish();
}

std::string askedText(const Asked& asked) {
  const std::string from = words::escaped(asked.at->endpoint);
  if (asked.why_not.empty()) {
    return fmt::format("{}: {} {} asked for at {}\n", addressOf(*asked.at),
                       words::counted(asked.ranges, "range"), asked.ranges == 1 ? "was" : "were",
                       from);
  }
  return fmt::format("{}: not asked where it came from{}: {}\n", addressOf(*asked.at),
                     asked.ranges == 0 ? "" : ", but for " + words::counted(asked.ranges, "range"),
                     asked.why_not);
}

std::string textOf(const Bundle& held, const Check& check) {
  std::uint64_t files = 0, ranges = 0, bytes = 0;
  for (const HeldLocation& at : held.index().locations) {
    files += at.files.size();
    for (const HeldFile& file : at.files) {
      ranges += file.ranges.size();
      for (const Range& range : file.ranges) bytes += range.length;
    }
  }
  std::string text = fmt::format("{} ({}) of {}, written by Kindred {}; SHA-256 {}\n",
                                 words::counted(ranges, "range"), words::byteCount(bytes),
                                 words::counted(files, "file"),
                                 words::escaped(held.index().kindred), hashOf(held.path()));
  for (const Asked& asked : check.asked()) text += askedText(asked);
  const std::vector<results::Difference>& found = check.differences();
  for (std::size_t i = 0; i < std::min(found.size(), kMostNamed); ++i) {
    text += differenceText(found[i], "saved");
  }
  if (found.size() > kMostNamed) {
    text += fmt::format("and {}\n", words::counted(found.size() - kMostNamed, "more difference"));
  }
  return text + (found.empty() ? "Nothing differs. kindred run computes the result again.\n"
                               : words::counted(found.size(), "difference") + ".\n");
}

std::string jsonOf(const Bundle& held, const Check& check) {
  results::Json differences = results::Json::array(), locations = results::Json::array();
  for (const results::Difference& difference : check.differences()) {
    differences.push_back(
        {{"where", difference.where}, {"saved", difference.saved}, {"now", difference.now}});
  }
  for (const Asked& asked : check.asked()) {
    locations.push_back({{"source", asked.at->source},
                         {"address", asked.at->address},
                         {"endpoint", asked.at->endpoint},
                         {"ranges_asked", asked.ranges},
                         {"not_asked", asked.why_not}});
  }
  const results::Json document{{"same", check.differences().empty()},
                               {"sha256", hashOf(held.path())},
                               {"differences", std::move(differences)},
                               {"locations", std::move(locations)}};
  return document.dump(2, ' ', false, results::Json::error_handler_t::replace) + "\n";
}

}  // namespace

int verifyBundle(const Invocation& invocation) {
  const Bundle held(invocation.positional.front());
  Check check(held, invocation);
  check.run();
  output() << (invocation.has("json") ? jsonOf(held, check) : textOf(held, check));
  return check.differences().empty() ? kDone : kUnmet;
}

}  // namespace kindred::cli
