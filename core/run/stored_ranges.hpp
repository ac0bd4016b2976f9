// What lies behind ranges in real files, read in one call a source, each range once.
#pragma once

#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include <kindred/source.hpp>

#include "plan/plan.hpp"
#include "run/results.hpp"

namespace kindred::run {

class StoredRanges {
 public:
  // Adds what is stored of a range of a model's numbers; known ranges are not added twice.
  void want(const plan::Model& model, const plan::ByteRange& range);
  // Reads all that was wanted and hashes each range into `ranges`.
  void read(std::vector<RangeRead>& ranges);
  // The two halves of it, for whoever reads more in the same call.
  using Requests = std::map<Source*, std::vector<ReadRequest>>;
  void addTo(Requests& requests);
  void report(std::vector<RangeRead>& ranges) const;
  // The bytes of a range that was wanted: of a file as they are, of numbers that a codec makes,
  // decoded.
  void copy(const plan::ByteRange& range, std::span<std::byte> into) const;

 private:
  using Key = std::tuple<const checkpoint::Shard*, std::uint64_t, std::uint64_t>;
  struct Entry {
    const plan::Model* model;
    std::vector<std::byte> data;
  };
  static Key key(const plan::ByteRange& range) { return {range.shard, range.offset, range.length}; }
  std::map<Key, Entry> entries_;
};

}  // namespace kindred::run
