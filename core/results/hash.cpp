#include "results/hash.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <fmt/format.h>

#include <kindred/error.hpp>

namespace kindred::results {
namespace {

std::string hex(XXH128_hash_t hash) {
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace

std::string xxh3(std::span<const std::byte> bytes) {
  return hex(XXH3_128bits(bytes.data(), bytes.size()));
}

std::string xxh3(std::string_view text) { return hex(XXH3_128bits(text.data(), text.size())); }

struct HashingFile::State {
  XXH3_state_t xxh;
};

HashingFile::HashingFile(File& file, std::uint64_t first)
    : file_(file), next_(first), state_(std::make_unique<State>()) {
  XXH3_128bits_reset(&state_->xxh);
}

HashingFile::~HashingFile() = default;

void HashingFile::read(std::uint64_t offset, std::span<std::byte> into) {
  if (offset != next_) {
    throw Error(Category::internal, place(), "a streamed tensor was not read in order");
  }
  file_.read(offset, into);
  XXH3_128bits_update(&state_->xxh, into.data(), into.size());
  next_ += into.size();
}

std::string HashingFile::digest() const { return hex(XXH3_128bits_digest(&state_->xxh)); }

}  // namespace kindred::results
