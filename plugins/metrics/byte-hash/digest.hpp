// The hashes of one tensor's bytes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <kindred/metric.hpp>

#include "block_counts.hpp"

namespace kindred::byte_hash {

class Digest final : public TensorDigest {
 public:
  // `block`: bytes in a block; blocks begin at multiples of it from the tensor's first byte, and
  // the last one may be shorter. SHA-256 takes most of the time.
  Digest(std::size_t block, bool with_sha256, std::shared_ptr<Budget> budget);
  ~Digest() override;
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  void add(std::span<const std::byte> raw) override;
  void finish() override;

  const std::string& sha256() const { return sha256_; }  // in hex, like the next; empty: not made
  const std::string& xxh3() const { return xxh3_; }
  // Tensors that have the same are equal.
  const std::string& content() const { return sha256_.empty() ? xxh3_ : sha256_; }
  const BlockCounts& blocks() const { return blocks_; }
  bool empty() const { return size_ == 0; }

 private:
  struct States;

  void addBlock(std::span<const std::byte> block);

  std::unique_ptr<States> states_;  // gone after finish()
  std::size_t block_;
  std::shared_ptr<Budget> budget_;
  std::vector<std::byte> partial_;  // of a block, that waits for the rest
  std::uint64_t size_ = 0;
  bool entered_ = false;
  BlockCounts blocks_;
  std::string sha256_;
  std::string xxh3_;
};

}  // namespace kindred::byte_hash
