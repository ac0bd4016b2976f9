// Byte ranges read in one call and held in memory: for remote sources, where each read costs a
// round trip, and for small steps, whose tensors take part in many pairs.
#pragma once

#include <map>
#include <vector>

#include <kindred/source.hpp>

#include "plan/models.hpp"
#include "plan/ranges.hpp"
#include "results/results.hpp"
#include "run/stored_ranges.hpp"

namespace kindred::run {

class Held {
 public:
  // Adds a range of a model's file; known ones are not added twice.
  void want(const plan::Model& model, const plan::ByteRange& range);
  std::uint64_t bytes() const { return bytes_; }
  // Reads all that was wanted, one call a source, and hashes each range into `ranges`.
  void read(std::vector<results::RangeRead>& ranges);
  bool has(const plan::ByteRange& range) const {
    return files_.has(range) || numbers_.contains(range);
  }
  std::span<const std::byte> find(const plan::ByteRange& range) const;
  void clear();

 private:
  struct Numbers {  // that a codec makes
    const plan::Model* model;
    std::vector<std::byte> data;
  };
  StoredRanges files_;
  std::map<plan::ByteRange, Numbers> numbers_;
  std::uint64_t bytes_ = 0;
};

// Bytes in memory as a file, so that streaming code serves both.
class MemoryFile final : public File {
 public:
  MemoryFile(std::span<const std::byte> bytes, std::string place)
      : bytes_(bytes), place_(std::move(place)) {}
  const std::string& place() const override { return place_; }
  std::uint64_t size() const override { return bytes_.size(); }
  std::string identity() const override { return {}; }
  void read(std::uint64_t offset, std::span<std::byte> into) override;

 private:
  std::span<const std::byte> bytes_;
  std::string place_;
};

}  // namespace kindred::run
