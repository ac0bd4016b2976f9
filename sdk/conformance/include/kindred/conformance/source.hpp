// Checks of sources. Without an address that exists, only refusals can be checked.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <kindred/conformance/report.hpp>
#include <kindred/conformance/subject.hpp>
#include <kindred/random.hpp>
#include <kindred/source.hpp>

namespace kindred::conformance {
namespace detail {

using Bytes = std::vector<std::byte>;

// An error unless `call` throws kindred::Error.
template <class Call>
void refuses(const std::string& what, const std::string& cause, const std::string& cure,
             Findings& found, Call&& call) {
  try {
    call();
  } catch (const Error&) {
    return;
  }
  found.error(what + " is not refused", cause, cure);
}

// A location with its files open and the first megabyte of each read in one piece.
class OpenLocation {
 public:
  OpenLocation(const Subject& subject, const std::string& address)
      : source_(subject.make<Source>()), location_(source_->open(address)) {
    if (!location_) throw std::runtime_error("open() gave no location");
    for (const std::string& name : location_->list()) {
      if (files_.size() == 20) break;
      files_.push_back(location_->open(name));
    }
    for (const auto& file : files_) {
      Bytes bytes(std::min<std::uint64_t>(file->size(), 1 << 20));
      file->read(0, bytes);
      starts_.push_back(std::move(bytes));
    }
  }

  Source& source() { return *source_; }
  Location& location() { return *location_; }
  File& file(std::size_t i) { return *files_[i]; }
  std::size_t size() const { return files_.size(); }
  const Bytes& start(std::size_t i) const { return starts_[i]; }

  struct Piece {
    std::size_t file;
    std::size_t offset;
    std::size_t length;
  };
  Piece randomPiece(Random& random) const {
    const std::size_t file = random.below(files_.size());
    const std::size_t offset = random.below(starts_[file].size() + 1);
    return {file, offset,
            random.below(std::min<std::size_t>(starts_[file].size() - offset, 5000) + 1)};
  }
  bool matches(const Piece& piece, const Bytes& got) const {
    return std::equal(got.begin(), got.end(), starts_[piece.file].begin() + piece.offset);
  }

 private:
  std::unique_ptr<Source> source_;
  std::unique_ptr<Location> location_;
  std::vector<std::shared_ptr<File>> files_;
  std::vector<Bytes> starts_;
};

inline void checkList(OpenLocation& open, Findings& found) {
  const std::vector<std::string> names = open.location().list();
  if (names.empty()) {
    found.add(Grade::warning, "the location has no files", "nothing can be checked there",
              "pass an address with files to run()");
  }
  if (!std::is_sorted(names.begin(), names.end()) ||
      std::adjacent_find(names.begin(), names.end()) != names.end()) {
    found.error("list() is not sorted, or names a file twice",
                "the order of a folder or a reply was passed on", "sort the names");
  }
  for (const std::string& name : names) {
    if (!name.empty() && name[0] != '/' && ("/" + name + "/").find("/../") == std::string::npos) {
      continue;
    }
    found.error("list() names '" + name + "'", "the name is not relative to the location",
                "give names below the location, with '/' between parts");
  }
}

inline void checkAcrossEnd(OpenLocation& open, Findings& found) {
  for (std::size_t i = 0; i < open.size(); ++i) {
    File& file = open.file(i);
    const std::uint64_t size = file.size();
    const auto read = [&](std::uint64_t offset, std::size_t length) {
      refuses("reading " + std::to_string(length) + " bytes at " + std::to_string(offset) + " of " +
                  file.place() + ", which has " + std::to_string(size) + ",",
              "offset + length was compared in arithmetic that wraps, or not at all",
              "refuse where offset > size or length > size - offset", found, [&] {
                Bytes into(length);
                file.read(offset, into);
              });
    };
    read(size, 1);
    read(size > 0 ? size - 1 : 0, 2);
    read(size + 1, 1);
    read(std::numeric_limits<std::uint64_t>::max(), 2);
    Bytes again(open.start(i).size());
    file.read(0, again);
    if (again != open.start(i)) {
      found.error("after a refused read " + file.place() + " gives other bytes",
                  "a refused read leaves the file in a changed state",
                  "check the range before anything else");
    }
  }
}

inline void checkMany(OpenLocation& open, Findings& found) {
  Random random(21);
  std::vector<OpenLocation::Piece> pieces;
  std::vector<Bytes> buffers;
  for (int i = 0; i < 200; ++i) {
    pieces.push_back(open.randomPiece(random));
    buffers.emplace_back(pieces.back().length);
  }
  std::vector<ReadRequest> requests;
  std::vector<PlannedRange> ranges;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    File& file = open.file(pieces[i].file);
    requests.push_back({&file, pieces[i].offset, buffers[i]});
    ranges.push_back({&file, pieces[i].offset, pieces[i].length});
  }
  open.source().price(ranges);
  open.source().read(requests);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (open.matches(pieces[i], buffers[i])) continue;
    return found.error("200 reads in one call: bytes at " + std::to_string(pieces[i].offset) +
                           " of " + open.file(pieces[i].file).place() + " differ",
                       "ranges that overlap or lie in any order were merged wrongly",
                       "copy every request's own bytes out of the merged range");
  }
  Bytes beyond(1);
  requests.push_back({&open.file(0), open.file(0).size(), beyond});
  refuses("a call with one range beyond the end", "its error was dropped",
          "let read() throw if any request fails", found, [&] { open.source().read(requests); });
}

inline void checkSourceThreads(OpenLocation& open, Findings& found) {
  constexpr std::size_t kThreads = 4;
  std::vector<std::string> problems(kThreads);
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        try {
          Random random(30 + t);
          for (int i = 0; i < 100 && problems[t].empty(); ++i) {
            const auto piece = open.randomPiece(random);
            Bytes into(piece.length);
            open.file(piece.file).read(piece.offset, into);
            if (!open.matches(piece, into)) problems[t] = "a read gives other bytes than alone";
          }
        } catch (const std::exception& error) {
          problems[t] = std::string("a read fails: ") + error.what();
        }
      });
    }
  }
  for (const std::string& problem : problems) {
    if (problem.empty()) continue;
    return found.error("in four threads " + problem, "reads share a position, a handle or a buffer",
                       "use pread(), or guard what is shared with a mutex");
  }
}

}  // namespace detail

inline void checkSource(Report& report, const Subject& subject, const Expected& expected) {
  using detail::OpenLocation;
  report.check("unknown-address", "an address that does not exist is refused",
               [&](Findings& found) {
                 const auto source = subject.make<Source>();
                 detail::refuses("the address 'kindred-no-such/model'",
                                 "open() and list() answer as if it existed",
                                 "look before answering, and throw kindred::Error", found,
                                 [&] { source->open("kindred-no-such/model")->list(); });
               });
  if (expected.address.empty()) {
    report.check("address", "there is something to read", [](Findings& found) {
      found.add(Grade::warning, "no address was given, so no read was checked",
                "the kit can't guess one", "pass {.address = ...} to run()");
    });
    return;
  }
  const auto check = [&](const char* name, const char* promise, auto&& body) {
    report.check(name, promise, [&](Findings& found) {
      OpenLocation open(subject, expected.address);
      if (open.size() > 0) body(open, found);
    });
  };
  report.check("list", "names are sorted, unique and relative", [&](Findings& found) {
    OpenLocation open(subject, expected.address);
    detail::checkList(open, found);
  });
  check("identity", "a file has a place, and an identity that stays while its bytes do",
        [](OpenLocation& open, Findings& found) {
          for (std::size_t i = 0; i < open.size(); ++i) {
            const std::string identity = open.file(i).identity();
            if (!open.file(i).place().empty() && !identity.empty() &&
                identity == open.file(i).identity()) {
              continue;
            }
            found.error("file " + std::to_string(i) + " has no place, or an identity that changes",
                        "place() or identity() is empty, or made from the time of asking",
                        "use the path or URL, and an ETag, a hash, or time and inode");
          }
        });
  check("unknown-name", "names that do not exist or leave the location are refused",
        [](OpenLocation& open, Findings& found) {
          for (const char* name : {"no-such-file", "../outside", "/etc/passwd", "", "."}) {
            detail::refuses("opening '" + std::string(name) + "'",
                            "the name is joined to a path without a check",
                            "open only what list() names", found, [&] {
                              const auto file = open.location().open(name);
                              std::byte byte{};
                              file->read(0, {&byte, std::min<std::size_t>(1, file->size())});
                            });
          }
        });
  if (!expected.files.empty()) {
    check("expected", "the bytes that the test states", [&](OpenLocation& open, Findings& found) {
      for (const auto& [name, text] : expected.files) {
        const auto file = open.location().open(name);
        std::string got(file->size(), '\0');
        file->read(0, std::as_writable_bytes(std::span(got)));
        if (got == text) continue;
        found.error("'" + name + "' holds other bytes than the test states",
                    "the source reads from a wrong place", "compare with the file itself");
      }
    });
  }
  check("inside", "ranges inside a file give its bytes", [](OpenLocation& open, Findings& found) {
    Random random(20);
    for (int i = 0; i < 200; ++i) {
      const auto piece = open.randomPiece(random);
      detail::Bytes into(piece.length);
      open.file(piece.file).read(piece.offset, into);
      if (open.matches(piece, into)) continue;
      return found.error("bytes at " + std::to_string(piece.offset) + " of " +
                             open.file(piece.file).place() + " differ from those of one long read",
                         "the offset is not honoured", "read from `offset` of the file");
    }
  });
  check("across-the-end", "ranges that leave a file are refused",
        [](OpenLocation& open, Findings& found) { detail::checkAcrossEnd(open, found); });
  check("zero-length", "reading nothing works, even at the end", [](OpenLocation& open, Findings&) {
    for (std::size_t i = 0; i < open.size(); ++i) {
      open.file(i).read(0, {});
      open.file(i).read(open.file(i).size(), {});
    }
  });
  check("many", "many ranges in one call, unordered and overlapping",
        [](OpenLocation& open, Findings& found) { detail::checkMany(open, found); });
  check("threads", "reads from several threads at once",
        [](OpenLocation& open, Findings& found) { detail::checkSourceThreads(open, found); });
}

}  // namespace kindred::conformance
