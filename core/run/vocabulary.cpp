#include "run/vocabulary.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "models/tokenizer.hpp"
#include "results/hash.hpp"

namespace kindred::run {
namespace {

constexpr const char* kTokenizer = "tokenizer.json";
constexpr std::uint64_t kLargestTokenizer = std::uint64_t{256}
                                            << 20;  // the largest known have 35 MB

}  // namespace

std::vector<std::string> tokensOf(const plan::Model& model,
                                  std::vector<results::RangeRead>& ranges) {
  if (!model.checkpoint.tokens().empty()) return model.checkpoint.tokens();
  const std::vector<std::string> names = model.location->list();
  if (std::find(names.begin(), names.end(), kTokenizer) == names.end()) return {};
  const std::shared_ptr<File> file = model.location->open(kTokenizer);
  if (file->size() > kLargestTokenizer) {
    throw inputError(file->place(), fmt::format("a tokenizer of {} bytes, more than {} MiB",
                                                file->size(), kLargestTokenizer >> 20));
  }
  std::string text(file->size(), '\0');
  const auto bytes = std::as_writable_bytes(std::span(text.data(), text.size()));
  file->read(0, bytes);
  ranges.push_back({model.filesKey(), kTokenizer, 0, text.size(), results::xxh3(bytes)});
  return models::tokensOf(text, file->place());
}

}  // namespace kindred::run
