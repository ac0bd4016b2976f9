// safetensors, as the Hub's models have it.
#include <algorithm>
#include <cstring>

#include <kindred/format.hpp>

#include "header.hpp"

namespace kindred::safetensors {
namespace {

constexpr std::uint64_t kKiB = 1024, kMiB = 1024 * kKiB;
// Most headers are shorter: 64 KiB hold 500 tensors.
constexpr std::uint64_t kFirstGuess = kLengthBytes + 64 * kKiB;
// Headers in memory at a time: a thousand shards may each state the format's limit.
constexpr std::uint64_t kTogether = 128 * kMiB;

// model.safetensors.index.json, model.safetensors.index.fp16.json, weights.index.json; not those of
// pytorch_model.bin and other formats.
bool isIndex(std::string_view name) {
  if (!name.ends_with(".json")) return false;
  if (name.find(".safetensors.index.") != std::string_view::npos) return true;
  if (!name.ends_with(".index.json")) return false;
  return name.substr(0, name.size() - 11).find('.') == std::string_view::npos;
}

class Safetensors final : public Format {
 public:
  FormatTraits traits() const override {
    return {"safetensors", "*.safetensors", true, kFirstGuess};
  }

  FileUse use(std::string_view name) const override {
    if (name == "model.safetensors") return {Claim::preferred, false, true};
    if (name == "model.safetensors.index.json") return {Claim::preferred, true, true};
    if (isIndex(name)) return {Claim::preferred, true};
    return {name.ends_with(".safetensors") ? Claim::preferred : Claim::none};
  }

  bool begins(std::span<const std::byte> beginning) const override {
    std::uint64_t length = 0;
    if (beginning.size() <= kLengthBytes) return false;
    std::memcpy(&length, beginning.data(), kLengthBytes);
    return length > 1 && length <= kMaxHeader && beginning[kLengthBytes] == std::byte{'{'};
  }

  Catalogue read(std::span<const FormatFile> files, const ReadTogether& read) const override {
    Catalogue catalogue;
    catalogue.spans = Spans::gapless;
    for (const FormatFile& file : files) {
      catalogue.data_begins.push_back(
          kLengthBytes + headerLength(file.file->place(), file.beginning, file.file->size()));
    }
    HeaderParser parser;
    for (std::size_t first = 0, last = 0; first < files.size(); first = last) {
      std::uint64_t together = 0;
      for (; last < files.size() && (last == first || together < kTogether); ++last) {
        together += catalogue.data_begins[last];
      }
      const auto headers = headersOf(files, catalogue.data_begins, first, last, read);
      for (std::size_t i = first; i < last; ++i) {
        parser.parse(files[i].file->place(), headers[i - first], i, catalogue.tensors);
      }
    }
    return catalogue;
  }

 private:
  // Of files [first, last), completed in one call where the beginning was too short.
  static std::vector<words::PaddedText> headersOf(std::span<const FormatFile> files,
                                                  const std::vector<std::uint64_t>& data_begins,
                                                  std::size_t first, std::size_t last,
                                                  const ReadTogether& read) {
    std::vector<words::PaddedText> headers;
    std::vector<ReadRequest> requests;
    for (std::size_t i = first; i < last; ++i) {
      const std::span<const std::byte> beginning = files[i].beginning.subspan(kLengthBytes);
      words::PaddedText& header = headers.emplace_back(data_begins[i] - kLengthBytes);
      const std::size_t known = std::min(beginning.size(), header.bytes().size());
      if (known > 0) std::memcpy(header.bytes().data(), beginning.data(), known);
      if (known < header.bytes().size()) {
        requests.push_back({files[i].file, kLengthBytes + known, header.bytes().subspan(known)});
      }
    }
    if (!requests.empty()) read(requests);
    return headers;
  }
};

}  // namespace
}  // namespace kindred::safetensors

KINDRED_FORMAT(kindred::safetensors::Safetensors, "safetensors", "1.0",
               "safetensors files and their indices, as the Hub's models have them")
