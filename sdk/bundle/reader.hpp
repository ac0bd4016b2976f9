// Reads bundles, which may be anybody's.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <kindred/bundle/bundle.hpp>

namespace kindred::bundle {

class Bundle {
 public:
  // Opens and checks everything but the hashes of ranges. What is wrong is an Error that names the
  // bundle.
  explicit Bundle(std::string path);
  ~Bundle();
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;

  const std::string& path() const { return path_; }
  const Index& index() const { return index_; }
  const std::string& recipe() const { return recipe_; }
  // Null: it holds nothing of this address.
  const HeldLocation* find(const std::string& source, const std::string& address) const;

  // The bytes of one of its files from `offset` on. Every range is held against its hash before the
  // first byte of it is given away. Bytes that it does not hold, and such that have another hash,
  // are Errors. [any-thread]
  void read(const HeldFile& file, std::uint64_t offset, std::span<std::byte> into) const;
  // A range, whatever its hash; `into` has its length. [any-thread]
  void readUnchecked(const Range& range, std::span<std::byte> into) const;

 private:
  void readAt(std::uint64_t at, std::span<std::byte> into) const;
  void readPart(const HeldFile& file, std::size_t range, std::uint64_t offset,
                std::span<std::byte> into) const;

  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  Index index_;
  std::string recipe_;
  std::unique_ptr<std::atomic<bool>[]> checked_;  // by range, through all files
};

}  // namespace kindred::bundle
