// What lies behind ranges in real files, read in one call a source, each range once.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include <kindred/source.hpp>

#include "plan/models.hpp"
#include "plan/ranges.hpp"
#include "results/results.hpp"

namespace kindred::run {

class StoredRanges {
 public:
  // Adds what is stored of a range of a model's numbers; known ranges are not added twice.
  void want(const plan::Model& model, const plan::ByteRange& range);
  // Reads all that was wanted and hashes each range into `ranges`.
  void read(std::vector<results::RangeRead>& ranges);
  // The two halves of it, for whoever reads more in the same call.
  using Requests = std::map<Source*, std::vector<ReadRequest>>;
  void addTo(Requests& requests);
  void report(std::vector<results::RangeRead>& ranges) const;
  bool has(const plan::ByteRange& real) const { return entries_.contains(real); }
  // The bytes of a range of a real file that was wanted. One that was not is an Error.
  std::span<const std::byte> find(const plan::ByteRange& real) const;
  // The bytes of a range that was wanted: of a file as they are, of numbers that a codec makes,
  // decoded.
  void copy(const plan::ByteRange& range, std::span<std::byte> into) const;

 private:
  struct Entry {
    const plan::Model* model;
    std::vector<std::byte> data;
  };
  std::map<plan::ByteRange, Entry> entries_;  // of real files
};

}  // namespace kindred::run
