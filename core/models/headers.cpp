#include "models/headers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "models/json_walk.hpp"
#include "models/names.hpp"
#include "models/safetensors.hpp"

namespace kindred::models {
namespace {

constexpr std::uint64_t kKiB = 1024, kMiB = 1024 * kKiB;
// Most headers are shorter: 64 KiB hold 500 tensors.
constexpr std::uint64_t kFirstGuess = kLengthBytes + 64 * kKiB;
// Headers in memory at a time: a thousand shards may each state the format's limit.
constexpr std::uint64_t kTogether = 128 * kMiB;

// The first bytes of every file.
std::vector<std::vector<std::byte>> readBeginnings(Source& source,
                                                   const std::vector<Shard>& shards) {
  std::vector<std::vector<std::byte>> beginnings;
  std::vector<ReadRequest> requests;
  for (const Shard& shard : shards) {
    beginnings.emplace_back(std::min(shard.file->size(), kFirstGuess));
    requests.push_back({shard.file.get(), 0, beginnings.back()});
  }
  source.read(requests);
  return beginnings;
}

// Headers of shards [first, last), completed from the source where the beginning was too short.
std::vector<PaddedText> completeHeaders(Source& source, const std::vector<Shard>& shards,
                                        std::vector<std::vector<std::byte>>& beginnings,
                                        std::size_t first, std::size_t last) {
  std::vector<PaddedText> headers;
  std::vector<ReadRequest> requests;
  for (std::size_t i = first; i < last; ++i) {
    std::vector<std::byte> beginning = std::move(beginnings[i]);
    PaddedText& header = headers.emplace_back(shards[i].header_bytes - kLengthBytes);
    const std::size_t known = std::min(beginning.size() - kLengthBytes, header.bytes().size());
    if (known > 0) std::memcpy(header.bytes().data(), beginning.data() + kLengthBytes, known);
    if (known < header.bytes().size()) {
      requests.push_back(
          {shards[i].file.get(), kLengthBytes + known, header.bytes().subspan(known)});
    }
  }
  if (!requests.empty()) source.read(requests);
  return headers;
}

}  // namespace

std::vector<PaddedText> readTexts(Source& source, const std::vector<std::shared_ptr<File>>& files,
                                  std::uint64_t limit) {
  std::vector<PaddedText> texts;
  std::vector<ReadRequest> requests;
  for (const std::shared_ptr<File>& file : files) {
    if (file->size() > limit) {
      throw inputError(file->place(),
                       fmt::format("the file has {} bytes; the limit is {}", file->size(), limit));
    }
    PaddedText& text = texts.emplace_back(file->size());
    requests.push_back({file.get(), 0, text.bytes()});
  }
  if (!requests.empty()) source.read(requests);
  return texts;
}

std::vector<Tensor> readHeaders(Source& source, std::vector<Shard>& shards) {
  std::vector<std::vector<std::byte>> beginnings = readBeginnings(source, shards);
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const File& file = *shards[i].file;
    shards[i].header_bytes = kLengthBytes + headerLength(file.place(), beginnings[i], file.size());
  }
  std::vector<Tensor> tensors;
  HeaderParser parser;
  for (std::size_t first = 0, last = 0; first < shards.size(); first = last) {
    std::uint64_t together = 0;
    for (; last < shards.size() && (last == first || together < kTogether); ++last) {
      together += shards[last].header_bytes;
    }
    const auto headers = completeHeaders(source, shards, beginnings, first, last);
    for (std::size_t i = first; i < last; ++i) {
      const File& file = *shards[i].file;
      std::vector<Tensor> more = parser.parse(file.place(), headers[i - first], file.size(), i);
      tensors.insert(tensors.end(), std::make_move_iterator(more.begin()),
                     std::make_move_iterator(more.end()));
    }
  }
  std::sort(tensors.begin(), tensors.end(), [](const Tensor& a, const Tensor& b) {
    if (a.name != b.name) return naturalLess(a.name, b.name);
    return a.shard < b.shard;
  });
  return tensors;
}

void checkNames(const std::vector<Tensor>& tensors, const std::vector<Shard>& shards) {
  const auto twin =
      std::adjacent_find(tensors.begin(), tensors.end(),
                         [](const auto& a, const auto& b) { return a.name == b.name; });
  if (twin == tensors.end()) return;
  throw inputError(shards[std::next(twin)->shard].file->place(),
                   fmt::format("tensor '{}' is also in '{}'", escaped(twin->name),
                               escaped(shards[twin->shard].name)),
                   "a checkpoint holds each name once; name the file that is meant");
}

}  // namespace kindred::models
