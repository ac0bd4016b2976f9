#include "digest.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include <kindred/error.hpp>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace kindred::byte_hash {

namespace {

std::string hex(std::span<const unsigned char> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

void check(bool done) {
  if (!done) throw Error(Category::internal, "OpenSSL", "cannot compute a SHA-256");
}

}  // namespace

struct Digest::States {
  struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, FreeContext> sha256;  // null: none is made
  XXH3_state_t xxh3;
};

Digest::Digest(std::size_t block, bool with_sha256, std::shared_ptr<Budget> budget)
    : states_(std::make_unique<States>()), block_(block), budget_(std::move(budget)) {
  if (with_sha256) {
    states_->sha256.reset(EVP_MD_CTX_new());
    check(states_->sha256 != nullptr);
    check(EVP_DigestInit_ex(states_->sha256.get(), EVP_sha256(), nullptr) == 1);
  }
  XXH3_128bits_reset(&states_->xxh3);
}

Digest::~Digest() {
  if (entered_) budget_->withdraw(blocks_);
}

void Digest::add(std::span<const std::byte> raw) {
  if (raw.empty()) return;
  if (states_->sha256) {
    check(EVP_DigestUpdate(states_->sha256.get(), raw.data(), raw.size()) == 1);
  }
  XXH3_128bits_update(&states_->xxh3, raw.data(), raw.size());
  size_ += raw.size();
  if (!partial_.empty()) {
    const std::size_t before = partial_.size(), taken = std::min(block_ - before, raw.size());
    partial_.resize(before + taken);
    std::copy_n(raw.data(), taken, partial_.data() + before);
    raw = raw.subspan(taken);
    if (partial_.size() < block_) return;
    addBlock(partial_);
    partial_.clear();
  }
  for (; raw.size() >= block_; raw = raw.subspan(block_)) addBlock(raw.first(block_));
  partial_.assign(raw.begin(), raw.end());
}

void Digest::addBlock(std::span<const std::byte> block) {
  const XXH128_hash_t hash = XXH3_128bits(block.data(), block.size());
  blocks_.add({hash.high64, hash.low64});
}

void Digest::finish() {
  if (!partial_.empty()) addBlock(partial_);
  partial_ = {};
  if (states_->sha256) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    check(EVP_DigestFinal_ex(states_->sha256.get(), digest.data(), &size) == 1);
    sha256_ = hex(std::span(digest).first(size));
  }
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&states_->xxh3));
  xxh3_ = hex(canonical.digest);
  states_.reset();
  blocks_.settle();
  budget_->enter(blocks_);
  entered_ = true;
}

}  // namespace kindred::byte_hash
