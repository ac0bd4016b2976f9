#include <kindred/bundle/write.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include <kindred/bundle/detail/index_text.hpp>
#include <kindred/bundle/sha256.hpp>
#include <kindred/error.hpp>

namespace kindred::bundle {
namespace {

// A file beside its final name, which it gets by finish(); without that it is removed.
class Output {
 public:
  explicit Output(const std::string& path)
      : path_(path), beside_(path + "." + std::to_string(::getpid()) + ".part") {
    descriptor_ = ::open(beside_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor_ < 0) throw failed();
  }
  ~Output() {
    ::close(descriptor_);
    if (!finished_) ::unlink(beside_.c_str());
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void add(std::span<const std::byte> bytes) {
    hash_.add(bytes);
    size_ += bytes.size();
    while (!bytes.empty()) {
      const ssize_t n = ::write(descriptor_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw failed();
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
  }
  void add(const std::string& text) { add(std::as_bytes(std::span(text))); }

  Written finish() {
    if (::fsync(descriptor_) != 0 || std::rename(beside_.c_str(), path_.c_str()) != 0) {
      throw failed();
    }
    finished_ = true;
    return {size_, hash_.finish()};
  }

 private:
  Error failed() const {
    return inputError(path_, std::string("the bundle can't be written: ") + std::strerror(errno),
                      "choose another place with --bundle");
  }

  const std::string& path_;
  std::string beside_;
  int descriptor_ = -1;
  bool finished_ = false;
  Sha256 hash_;
  std::uint64_t size_ = 0;
};

// Calls `take` with the bytes of every range in the order of the index.
template <class Index, class Take>
void forEachRange(Index& index, const BytesOf& bytes_of, Take&& take) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < index.locations.size(); ++i) {
    for (std::size_t j = 0; j < index.locations[i].files.size(); ++j) {
      for (auto& range : index.locations[i].files[j].ranges) {
        bytes.resize(range.length);
        bytes_of(i, j, range.offset, bytes);
        take(range, bytes);
      }
    }
  }
}

// The header of these texts and, behind them, of all files.
Header headerOf(const Index& index, const std::string& index_text, const std::string& recipe) {
  Header header;
  header.index_sha256 = sha256(index_text);
  std::uint64_t end = 0;
  const auto add = [&](const std::string& name, std::uint64_t bytes) {
    header.entries[name] = {end, end + bytes};
    end += bytes;
  };
  add(kIndexEntry, index_text.size());
  add(kRecipeEntry, recipe.size());
  for (std::size_t i = 0; i < index.locations.size(); ++i) {
    for (const HeldFile& file : index.locations[i].files) {
      std::uint64_t bytes = 0;
      for (const Range& range : file.ranges) bytes += range.length;
      add(entryName(i, file.name), bytes);
    }
  }
  return header;
}

}  // namespace

Written write(const std::string& path, Index index, const std::string& recipe,
              const BytesOf& bytes_of) {
  index.recipe_sha256 = sha256(recipe);
  forEachRange(index, bytes_of, [](Range& range, std::span<const std::byte> bytes) {
    range.sha256 = sha256(bytes);
  });
  const std::string index_text = indexText(index);
  const std::string header = headerText(headerOf(index, index_text, recipe));
  Output output(path);
  const std::uint64_t length = header.size();
  output.add(std::as_bytes(std::span(&length, 1)));
  output.add(header);
  output.add(index_text);
  output.add(recipe);
  forEachRange(index, bytes_of,
               [&](const Range&, std::span<const std::byte> bytes) { output.add(bytes); });
  return output.finish();
}

void addRanges(HeldFile& file, std::uint64_t begin, std::uint64_t end) {
  while (begin < end) {
    const std::uint64_t cut = std::min(end, (begin / kLongestRange + 1) * kLongestRange);
    file.ranges.push_back({begin, cut - begin, {}});
    begin = cut;
  }
}

}  // namespace kindred::bundle
