// Checks of formats. Without files of a model, only what it says of names can be checked.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <kindred/conformance/report.hpp>
#include <kindred/conformance/subject.hpp>
#include <kindred/format.hpp>
#include <kindred/random.hpp>

namespace kindred::conformance {
namespace detail {

// Refuses reads that leave it, as every file does.
class HeldFile final : public NamedFile {
 public:
  HeldFile(const std::string& name, std::string bytes)
      : NamedFile(name, bytes.size()), bytes_(std::move(bytes)) {}
  std::string identity() const override { return {}; }
  void read(std::uint64_t offset, std::span<std::byte> into) override {
    checkRange(*this, offset, into.size());
    const auto all = std::as_bytes(std::span(bytes_));
    std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
  }
  std::span<const std::byte> beginning(std::uint64_t most) const {
    return std::as_bytes(std::span(bytes_)).first(std::min<std::uint64_t>(most, bytes_.size()));
  }

 private:
  std::string bytes_;
};

using HeldFiles = std::vector<std::unique_ptr<HeldFile>>;

inline Catalogue catalogueOf(const Format& format, const HeldFiles& files) {
  std::vector<FormatFile> given;
  for (const auto& file : files) {
    given.push_back({file->place(), file.get(), file->beginning(format.traits().beginning)});
  }
  return format.read(given, [](std::span<const ReadRequest> requests) {
    for (const ReadRequest& request : requests) request.file->read(request.offset, request.into);
  });
}

inline bool sameTensors(const Catalogue& a, const Catalogue& b) {
  return std::equal(a.tensors.begin(), a.tensors.end(), b.tensors.begin(), b.tensors.end(),
                    [](const CatalogueTensor& x, const CatalogueTensor& y) {
                      return x.name == y.name && x.file == y.file && x.offset == y.offset &&
                             x.shape == y.shape && x.block == y.block && x.dtype == y.dtype;
                    });
}

inline void checkNamesOfFiles(const Format& format, const Expected& expected, Findings& found) {
  if (format.traits().title.empty() || format.traits().files.empty()) {
    found.error("traits() has no title, or does not say how files are called",
                "errors about files of no format name every format by these", "fill both in");
  }
  for (const char* name : {"", "config.json", "tokenizer.json", "README.md", "LICENSE"}) {
    if (format.use(name).claim == Claim::none) continue;
    found.error(std::string("use() claims a file called '") + name + "'",
                "models of every format have files of this name", "claim your own endings");
  }
  for (const auto& [name, bytes] : expected.files) {
    if (format.use(name).claim != Claim::none) continue;
    found.error("use() does not claim '" + name + "'", "the test says that it is a model's file",
                "claim its ending");
  }
}

inline void checkBeginnings(const Format& format, const Expected& expected, Findings& found) {
  const std::string text = "# A model card\n\nwith a text that is longer than sixty-four bytes\n";
  for (const std::string& other : {std::string(), std::string(64, '\0'), text}) {
    if (!format.begins(HeldFile("", other).beginning(64))) continue;
    found.error("begins() takes an empty file, zeros or a text for one of its own",
                "such files would be read as models", "look for what only your format begins with");
  }
  for (const auto& [name, bytes] : expected.files) {
    if (format.use(name).index) continue;
    if (!format.begins(HeldFile(name, bytes).beginning(64))) {
      found.add(Grade::warning, "begins() does not know '" + name + "' by its first 64 bytes",
                "a file whose name says nothing is told by them", "look for the format's magic");
    }
  }
}

inline HeldFiles modelOf(const Format& format, const Expected& expected) {
  HeldFiles files;
  for (const auto& [name, bytes] : expected.files) {
    if (!format.use(name).index) files.push_back(std::make_unique<HeldFile>(name, bytes));
  }
  return files;
}

inline void checkCatalogue(const Format& format, const HeldFiles& files, Findings& found) {
  const Catalogue first = catalogueOf(format, files);
  if (first.tensors.empty()) {
    found.add(Grade::warning, "the catalogue has no tensors", "nothing can be checked",
              "pass files with tensors to run()");
  }
  if (!first.data_begins.empty() && first.data_begins.size() != files.size()) {
    found.error("data_begins has another size than there are files",
                "the host refuses the catalogue", "one entry a file, or none");
  }
  for (const CatalogueTensor& tensor : first.tensors) {
    if (tensor.file >= files.size()) {
      found.error("tensor '" + tensor.name + "' is in a file that was not given",
                  "the host refuses the catalogue",
                  "`file` is an index into what read() was given");
    } else if (tensor.view && !tensor.bytes) {
      found.error("tensor '" + tensor.name + "' is a view without the bytes that it looks into",
                  "the host can't check that it stays inside them", "state `bytes`");
    }
  }
  if (!sameTensors(first, catalogueOf(format, files))) {
    found.error("the same files give another catalogue the second time",
                "state in the format, or the order of a hash table", "keep nothing between calls");
  }
}

// Of each file, cut or with bytes changed: kindred::Error or a catalogue, nothing else.
inline void checkDamaged(const Format& format, const Expected& expected, Findings&) {
  Random random(7);
  for (const auto& [name, bytes] : expected.files) {
    if (format.use(name).index || bytes.empty()) continue;
    for (int round = 0; round < 2000; ++round) {
      std::string damaged = bytes;
      if (round % 2 == 0) {
        damaged.resize(random.below(bytes.size()));
      } else {
        const std::size_t head = std::min<std::size_t>(bytes.size(), 4096);
        for (std::uint64_t n = 1 + random.below(4); n > 0; --n) {
          damaged[random.below(head)] = static_cast<char>(random.below(256));
        }
      }
      HeldFiles files;
      files.push_back(std::make_unique<HeldFile>(name, std::move(damaged)));
      try {
        catalogueOf(format, files);
      } catch (const Error&) {
      }
    }
  }
}

inline void checkFormatThreads(const Format& format, const HeldFiles& files, Findings& found) {
  const Catalogue alone = catalogueOf(format, files);
  std::vector<std::thread> threads;
  std::vector<char> same(4, 0);
  for (std::size_t i = 0; i < same.size(); ++i) {
    threads.emplace_back([&, i] { same[i] = sameTensors(alone, catalogueOf(format, files)); });
  }
  for (std::thread& thread : threads) thread.join();
  if (std::count(same.begin(), same.end(), 1) == std::ssize(same)) return;
  found.error("read() gives other catalogues when threads call it at once", "state that is shared",
              "keep what changes in local variables");
}

}  // namespace detail

// `expected.files`: a model's files, by name.
inline void checkFormat(Report& report, const Subject& subject, const Expected& expected) {
  report.check("names", "it claims its own files and no others", [&](Findings& found) {
    detail::checkNamesOfFiles(*subject.make<Format>(), expected, found);
  });
  report.check("beginnings", "it knows its files by their first bytes", [&](Findings& found) {
    detail::checkBeginnings(*subject.make<Format>(), expected, found);
  });
  if (expected.files.empty()) {
    report.check("files", "files of a model are given", [](Findings& found) {
      found.add(Grade::note, "no file was read", "the test names none",
                "pass {.files = {{\"model.x\", bytes}}} to run()");
    });
    return;
  }
  report.check("catalogue", "the files give a sound catalogue, the same twice",
               [&](Findings& found) {
                 const auto format = subject.make<Format>();
                 detail::checkCatalogue(*format, detail::modelOf(*format, expected), found);
               });
  report.check(
      "damaged", "files cut or changed are refused, or read within their bounds",
      [&](Findings& found) { detail::checkDamaged(*subject.make<Format>(), expected, found); });
  report.check("threads", "four threads read at once", [&](Findings& found) {
    const auto format = subject.make<Format>();
    detail::checkFormatThreads(*format, detail::modelOf(*format, expected), found);
  });
}

}  // namespace kindred::conformance
